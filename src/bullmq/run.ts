import type { Future, WorkerPoolExecutor } from '../concurrent-futures/index.js';
import type { Served, Server } from './serving.js';
import { serveInThread } from './serving-thread.js';

/** One call that a worker runs. It can be aborted before it has started, too. */
export interface Run {
  /** Never rejects. */
  readonly start: () => Promise<Served>;
  readonly abort: (reason: unknown) => void;
}

/** A run of the call in `bytes`: in this loop, or in a thread of `pool`. */
export function newRun(bytes: Uint8Array, server: Server, pool: WorkerPoolExecutor | null): Run {
  if (pool !== null) return runInThread(bytes, server, pool);
  const call = server.newCall();
  return {
    start: () => server.serve(bytes, call),
    abort: (reason) => {
      call.abort(reason);
    },
  };
}

function runInThread(bytes: Uint8Array, server: Server, pool: WorkerPoolExecutor): Run {
  let future: Future<Served> | null = null;
  let aborted: { readonly reason: unknown } | null = null;
  return {
    start: async () => {
      try {
        future = pool.submit(serveInThread, bytes);
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
