import { FuturesSession, WorkerPoolExecutor } from 'requests-futures';

let executor;
let session;

/** The same session with its requests sent from two worker threads, which are there before the first that counts. */
export async function prepare({ url, concurrency }) {
  executor = new WorkerPoolExecutor({ max_workers: concurrency, threads: 2 });
  session = new FuturesSession({ executor });
  await Promise.all(Array.from({ length: concurrency }, () => session.get(url)));
}

export async function run({ urls, onAnswer }) {
  await Promise.all(urls.map(async (url) => onAnswer((await session.get(url).result()).json())));
}

/** Ends the threads. */
export async function close() {
  await executor.shutdown();
}
