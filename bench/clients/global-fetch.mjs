import { limited } from '../lib/limited.mjs';

export async function run({ urls, concurrency, onAnswer }) {
  await limited(async (url) => (await fetch(url)).json(), urls, concurrency, onAnswer);
}
