import { Agent } from 'node:http';
import superagent from 'superagent';
import { limited } from '../lib/limited.mjs';

export async function run({ urls, concurrency, onAnswer }) {
  const agent = new Agent({ keepAlive: true });
  await limited(async (url) => (await superagent.get(url).agent(agent)).body, urls, concurrency, onAnswer);
  agent.destroy();
}
