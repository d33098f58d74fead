import { AsyncResource } from 'node:async_hooks';
import { getLogger, isThenable } from '../builtins/index.js';

/** What the log of a callback's error needs of a future. */
interface Shown {
  toString(): string;
}

/** A callback that waits for its future, with the async context of the `add_done_callback` call. */
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
    logRejection((fn as (future: Shown) => unknown)(future), () => failureOf(future));
  } catch (error) {
    logFailure(failureOf(future), error);
  }
}

/** Logs what a callback's result rejects with, if it is a promise. */
export function logRejection(returned: unknown, message: () => string): void {
  if (!isThenable(returned)) return;
  void Promise.resolve(returned).catch((error: unknown) => {
    logFailure(message(), error);
  });
}

function failureOf(future: Shown): string {
  return `exception calling callback for ${future.toString()}`;
}

function logFailure(message: string, error: unknown): void {
  getLogger().log('error', 'concurrent.futures', message, error);
}
