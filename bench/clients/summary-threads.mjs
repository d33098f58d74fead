import { WorkerPoolExecutor } from 'requests-futures';
import { prepare as prepareSession } from './summary-in-thread.mjs';

export { run } from './summary-in-thread.mjs';

/** The same hook in two worker threads. */
export async function prepare({ url, concurrency }) {
  const executor = new WorkerPoolExecutor({ max_workers: concurrency, threads: 2 });
  await prepareSession({ url, concurrency, executor });
}
