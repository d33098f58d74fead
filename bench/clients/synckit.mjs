import { createSyncFn } from 'synckit';

/** The bare call: Node's own fetch in a worker that the caller waits for. */
const get = createSyncFn(new URL('../lib/synckit-worker.mjs', import.meta.url));

export function run({ urls, onAnswer }) {
  for (const url of urls) onAnswer(get(url));
}
