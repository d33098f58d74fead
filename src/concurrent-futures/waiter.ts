import { rejectWithFrames, startTimer, TimeoutError, type Timer } from '../builtins/index.js';

/** What a waiter needs of a future. */
export interface Waitable {
  _addWaiter(waiter: Waiter): void;
  _removeWaiter(waiter: Waiter): void;
}

/**
 * Waits for futures without being one of their done-callbacks: `result()`, `wait()`, `as_completed()`. One object can be
 * attached to any number of futures, and detached again.
 */
export interface Waiter {
  /**
   * Whether a bare future's `cancel()` is enough. `result()` returns at once; `wait()` and `as_completed()` count a
   * future as complete only after `set_running_or_notify_cancel()`, as in Python.
   */
  readonly wakesOnCancel: boolean;
  /** Called once per future, synchronously as it settles; the future has already detached the waiter. */
  notify(future: Waitable): void;
}

/** The waiters of one future. Most have none or one: only the second one costs a Set. */
export type Waiters = Waiter | Set<Waiter> | null;

export function withWaiter(waiters: Waiters, waiter: Waiter): Waiters {
  if (waiters === null || waiters === waiter) return waiter;
  if (waiters instanceof Set) return waiters.add(waiter);
  return new Set([waiters, waiter]);
}

export function withoutWaiter(waiters: Waiters, waiter: Waiter): Waiters {
  if (waiters === waiter) return null;
  if (waiters instanceof Set) waiters.delete(waiter);
  return waiters;
}

/** Stands behind one promise of `result()` or `exception()`; `read` takes the outcome from the settled future. */
export class OutcomeWaiter<F extends Waitable, R> implements Waiter {
  readonly promise: Promise<R>;
  readonly #read: (future: F) => R;
  #resolve!: (value: R | Promise<never>) => void;
  #reject!: (error: unknown) => void;
  #timer: Timer | undefined;

  constructor(future: F, read: (future: F) => R, seconds: number | null) {
    this.#read = read;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    future._addWaiter(this);
    if (seconds !== null) {
      this.#timer = startTimer(seconds, () => {
        future._removeWaiter(this);
        this.#reject(new TimeoutError());
      });
    }
  }

  get wakesOnCancel(): boolean {
    return true;
  }

  notify(future: F): void {
    this.#timer?.cancel();
    try {
      this.#resolve(this.#read(future));
    } catch (error) {
      this.#resolve(rejectWithFrames(error));
    }
  }
}
