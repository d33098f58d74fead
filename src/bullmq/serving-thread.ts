/** The code of a worker's threads, if it has any. */
import { setReferences } from '../builtins/index.js';
import { abort_signal, current_worker_name } from '../concurrent-futures/index.js';
import { WorkerNames } from './names.js';
import type { RedisLimitStoreOptions } from './options.js';
import { storesOn } from './worker-stores.js';
import { type Served, Server } from './serving.js';

let server: Server | null = null;

/** Runs once in each thread, with all that the worker was given and has imported. */
export function openServing(
  targets: readonly object[],
  maxSize: number,
  where: RedisLimitStoreOptions,
): void {
  const names = new WorkerNames();
  for (const target of targets) names.add(target);
  server = new Server(names, maxSize, current_worker_name() ?? '', storesOn(where));
}

/** Runs a call. */
export function serveInThread(data: object): Promise<Served> {
  const { names, maxSize, stores } = server as Server;
  const inThread = new Server(names, maxSize, current_worker_name() ?? '', stores);
  const call = inThread.newCall();
  const signal = abort_signal();
  signal.addEventListener('abort', () => {
    call.abort(signal.reason);
  });
  return inThread.serve(data, call);
}

setReferences(import.meta.url, { openServing, serveInThread });
