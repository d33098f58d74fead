import { afterEach } from 'vitest';
import { WorkerPoolExecutor, type WorkerPoolExecutorOptions } from 'requests-futures/concurrent-futures';

const executors: WorkerPoolExecutor[] = [];

/** A pool with one thread unless `options` say otherwise; its threads end with the test. */
export function pool(options: WorkerPoolExecutorOptions = {}): WorkerPoolExecutor {
  const executor = new WorkerPoolExecutor({ threads: 1, ...options });
  executors.push(executor);
  return executor;
}

afterEach(() => {
  for (const executor of executors.splice(0)) executor.kill_workers();
});
