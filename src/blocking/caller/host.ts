/** What this thread's environment supports. */
import { isMainThread } from 'node:worker_threads';
import { RuntimeError } from '../../builtins/index.js';

let checked = false;

/**
 * Throws RuntimeError where this thread cannot wait: the main thread of a browser, and of Electron's windows, refuses `Atomics.wait`.
 */
export function checkHost(): void {
  if (checked) return;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
  } catch (error) {
    throw new RuntimeError(
      `requests-futures/blocking has to wait in Atomics.wait(), which this ${isMainThread ? 'host' : 'thread'} does not ` +
        "allow: use the awaited calls of 'requests-futures', or call from a worker thread",
      { cause: error },
    );
  }
  checked = true;
}

/** The URL of a file of the gateway's threads. Throws RuntimeError in a bundle, where it is missing. */
export function workerFile(name: 'watchdog' | 'start-gateway' | 'gateway'): string {
  try {
    return import.meta.resolve(`#workers/${name}`);
  } catch (error) {
    throw new RuntimeError(
      'The files of the gateway thread are not in this bundle: keep requests-futures out of it (esbuild --external:requests-futures, ' +
        'externals of webpack, external of rollup and Vite) and install it beside the bundle',
      { cause: error },
    );
  }
}
