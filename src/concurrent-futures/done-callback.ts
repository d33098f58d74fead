import { AsyncResource } from 'node:async_hooks';
import { getLogger } from '../builtins/index.js';

/** A callback that waits for its future, with the async context of the `add_done_callback` call. */
/** What the log of a callback's error needs of a future. */
interface Shown {
  toString(): string;
}

export class DoneCallback extends AsyncResource {
  readonly #fn: (future: never) => unknown;

  constructor(fn: (future: never) => unknown) {
    super('FutureDoneCallback');
    this.#fn = fn;
  }

  run(future: Shown): void {
    this.runInAsyncScope(runCallback, undefined, future, this.#fn);
  }
}

/** Calls `fn`. What it throws or rejects with is logged, and reaches neither the setter nor the other callbacks. */
export function runCallback(future: Shown, fn: (future: never) => unknown): void {
  try {
    const returned = (fn as (future: Shown) => unknown)(future);
    if (isThenable(returned)) {
      void Promise.resolve(returned).catch((error: unknown) => {
        logFailure(future, error);
      });
    }
  } catch (error) {
    logFailure(future, error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

function logFailure(future: Shown, error: unknown): void {
  getLogger().log(
    'error',
    'concurrent.futures',
    `exception calling callback for ${future.toString()}`,
    error,
  );
}
