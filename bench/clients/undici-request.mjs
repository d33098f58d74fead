import { Agent, request } from 'undici';
import { limited } from '../lib/limited.mjs';

export async function run({ urls, concurrency, onAnswer }) {
  const dispatcher = new Agent({ connections: concurrency });
  await limited(async (url) => (await request(url, { dispatcher })).body.json(), urls, concurrency, onAnswer);
  await dispatcher.close();
}
