import type { RequestListener } from 'node:http';
import { Worker } from 'node:worker_threads';
import { type CountingServer, serve } from './local-server.js';
import { ServerCounts } from './server-counts.js';

/** A server in a thread of its own: one in the thread that waits could not answer. */
export interface FarServer extends CountingServer, Disposable {}

interface Errand {
  readonly name: string;
  /** Where the thread writes the port that it listens on. */
  readonly port: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
}

/** Starts one of the servers in `./servers`, by its name, and waits until it listens. */
export function serve_elsewhere(name: string): FarServer {
  const port = new Int32Array(new SharedArrayBuffer(4));
  const counts = new ServerCounts();
  const workerData: Errand = { name, port: port.buffer, counts: counts.memory };
  const worker = new Worker(new URL('far-server.mjs', import.meta.url), { workerData });
  worker.unref();
  if (Atomics.wait(port, 0, 0, 30_000) === 'timed-out')
    throw new Error(`the server '${name}' does not start`);
  return {
    url: `http://127.0.0.1:${port[0]}`,
    get connections() {
      return counts.connections;
    },
    get requests() {
      return counts.requests;
    },
    get mostAtOnce() {
      return counts.mostAtOnce;
    },
    reset() {
      counts.settle();
      counts.reset();
    },
    [Symbol.dispose]: () => void worker.terminate(),
  };
}

/** What the thread does. */
export async function serveFrom({ name, port, counts }: Errand): Promise<void> {
  const { listener } = (await import(`./servers/${name}.ts`)) as { listener: RequestListener };
  const { url } = await serve(listener, new ServerCounts(counts));
  const cell = new Int32Array(port);
  Atomics.store(cell, 0, Number(new URL(url).port));
  Atomics.notify(cell, 0);
}
