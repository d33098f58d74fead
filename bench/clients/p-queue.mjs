import { Agent } from 'node:http';
import fetch from 'node-fetch';
import PQueue from 'p-queue';

/** The yardstick with p-queue in the place of p-limit. */
export async function run({ urls, concurrency, onAnswer }) {
  const agent = new Agent({ keepAlive: true });
  const queue = new PQueue({ concurrency });
  await queue.addAll(urls.map((url) => async () => onAnswer(await (await fetch(url, { agent })).json())));
  agent.destroy();
}
