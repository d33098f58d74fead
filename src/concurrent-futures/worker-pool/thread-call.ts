import type { AbortToken } from '../../builtins/index.js';
import { type Call, swapCall } from '../call-context.js';

/** Tells the pool of a call what becomes of its slot. */
export type TellSlot = (slot: 'lent' | 'wanted') => void;

/** One submitted call in its thread. Knows its worker and its abort signal as an in-thread call does. */
export class ThreadCall implements Call {
  readonly executor: object;
  readonly workerName: string;
  token: AbortToken | null = null;
  #abort: ((reason: unknown) => void) | null = null;
  #aborted: { readonly reason: unknown } | null = null;
  readonly #tellSlot: TellSlot | null;
  #goOn: (() => void) | null = null;

  /** @param tellSlot null where the slot cannot be lent */
  constructor(executor: object, workerName: string, tellSlot: TellSlot | null = null) {
    this.executor = executor;
    this.workerName = workerName;
    this.#tellSlot = tellSlot;
  }

  lendSlot(): void {
    this.#tellSlot?.('lent');
  }

  reclaimSlot(): Promise<void> {
    const tellSlot = this.#tellSlot;
    if (tellSlot === null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#goOn = resolve;
      tellSlot('wanted');
    });
  }

  /** It has a slot again. */
  slotReturned(): void {
    this.#goOn?.();
    this.#goOn = null;
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
