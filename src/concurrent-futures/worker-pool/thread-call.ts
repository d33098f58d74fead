import type { AbortToken } from '../../builtins/index.js';
import { type Call, swapCall } from '../call-context.js';

/** One submitted call in its thread. It has its worker's name and its abort signal, like an in-thread call. */
export class ThreadCall implements Call {
  readonly executor: object;
  readonly workerName: string;
  token: AbortToken | null = null;
  #abort: ((reason: unknown) => void) | null = null;
  #aborted: { readonly reason: unknown } | null = null;

  constructor(executor: object, workerName: string) {
    this.executor = executor;
    this.workerName = workerName;
  }

  set_abort_handler(handler: (reason: unknown) => void): void {
    this.#abort = handler;
    if (this.#aborted !== null) handler(this.#aborted.reason);
  }

  /** `future.abort(reason)` was called. A function that gets its signal later finds it aborted. */
  abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#abort?.(reason);
  }

  /** Calls the function. */
  invoke(fn: (...args: never[]) => unknown, args: readonly unknown[]): unknown {
    const previous = swapCall(this);
    try {
      return fn(...(args as never[]));
    } finally {
      swapCall(previous);
    }
  }
}
