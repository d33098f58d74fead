import type { Future, WorkerPoolExecutor } from '../concurrent-futures/index.js';
import type { Served, Server } from './serving.js';
import { serveInThread } from './serving-thread.js';

/** One call run by a worker. It can be aborted even before it has started. */
export interface Run {
  /** Never rejects. */
  readonly start: () => Promise<Served>;
  readonly abort: (reason: unknown) => void;
}

/** A run of the call in `data`: in this loop, or in a thread of `pool`. */
export function newRun(data: object, server: Server, pool: WorkerPoolExecutor | null): Run {
  if (pool !== null) return runInThread(data, server, pool);
  const call = server.newCall();
  return {
    start: () => server.serve(data, call),
    abort: (reason) => {
      call.abort(reason);
    },
  };
}

function runInThread(data: object, server: Server, pool: WorkerPoolExecutor): Run {
  let future: Future<Served> | null = null;
  let aborted: { readonly reason: unknown } | null = null;
  return {
    start: async () => {
      try {
        future = pool.submit(serveInThread, data);
        if (aborted !== null) future.abort(aborted.reason);
        return await future;
      } catch (error) {
        // The thread has died, or the call was aborted before it began.
        return server.failed(error);
      }
    },
    abort: (reason) => {
      aborted = { reason };
      future?.abort(reason);
    },
  };
}
