import { FuturesSession } from 'requests-futures';
import { summarize } from '../lib/summary.mjs';

let session;

/** Answers that a hook sums up, in the main thread. Without an executor the session makes an in-thread pool. */
export async function prepare({ url, concurrency, executor = null }) {
  session = new FuturesSession({ executor, max_workers: concurrency });
  session.hooks.response = summarize;
  await Promise.all(Array.from({ length: concurrency }, () => session.get(url)));
}

export async function run({ urls, onAnswer }) {
  await Promise.all(urls.map(async (url) => onAnswer((await session.get(url)).summary)));
}
