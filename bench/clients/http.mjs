import { Agent, get } from 'node:http';
import { limited } from '../lib/limited.mjs';

/** Raw http.request: what Node itself costs. */
export async function run({ urls, concurrency, onAnswer }) {
  const agent = new Agent({ keepAlive: true });
  const fetchJson = (url) =>
    new Promise((resolve, reject) => {
      get(url, { agent }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
        response.on('error', reject);
      }).on('error', reject);
    });
  await limited(fetchJson, urls, concurrency, onAnswer);
  agent.destroy();
}
