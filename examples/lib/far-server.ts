import { Worker } from 'node:worker_threads';

/** A server in a thread of its own: one in the thread that waits could not answer. */
export interface FarServer extends Disposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
}

/** Starts a server that answers `/N` after N milliseconds, and waits until it listens. */
export function serve_elsewhere(): FarServer {
  const port = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('far-server.mjs', import.meta.url), { workerData: port.buffer });
  worker.unref();
  Atomics.wait(port, 0, 0);
  return {
    url: `http://127.0.0.1:${port[0]}`,
    [Symbol.dispose]: () => void worker.terminate(),
  };
}
