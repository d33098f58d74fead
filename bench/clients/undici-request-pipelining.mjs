import { Agent, request } from 'undici';
import { limited } from '../lib/limited.mjs';

const PIPELINING = 10;

/** undici with ten requests on the wire per connection; it sends them one by one unless each says that it does not block. */
export async function run({ urls, concurrency, onAnswer }) {
  const connections = Math.ceil(concurrency / PIPELINING);
  const dispatcher = new Agent({ connections, pipelining: PIPELINING });
  const getJson = async (url) => (await request(url, { dispatcher, blocking: false })).body.json();
  await limited(getJson, urls, concurrency, onAnswer);
  await dispatcher.close();
}
