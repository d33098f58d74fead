import { Agent } from 'node:http';
import got from 'got';
import { limited } from '../lib/limited.mjs';

export async function run({ urls, concurrency, onAnswer }) {
  const agent = new Agent({ keepAlive: true });
  await limited((url) => got(url, { agent: { http: agent } }).json(), urls, concurrency, onAnswer);
  agent.destroy();
}
