import { Agent } from 'node:http';
import fetch from 'node-fetch';
import { limited } from '../lib/limited.mjs';

/** The yardstick: node-fetch with a keep-alive agent behind p-limit. */
export async function run({ urls, concurrency, onAnswer }) {
  const agent = new Agent({ keepAlive: true });
  await limited(async (url) => (await fetch(url, { agent })).json(), urls, concurrency, onAnswer);
  agent.destroy();
}
