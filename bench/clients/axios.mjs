import { Agent } from 'node:http';
import axios from 'axios';
import { limited } from '../lib/limited.mjs';

export async function run({ urls, concurrency, onAnswer }) {
  const httpAgent = new Agent({ keepAlive: true });
  await limited(async (url) => (await axios.get(url, { httpAgent })).data, urls, concurrency, onAnswer);
  httpAgent.destroy();
}
