import { checkOptions, isPlainObject } from '../builtins/index.js';
import { Future } from './future.js';
import { futureSet, type Futures } from './future-set.js';
import {
  ALL_COMPLETED,
  checkReturnWhen,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type Pair,
  type ReturnWhen,
  snapshot,
} from './return-when.js';
import { FAILED } from './states.js';
import { parseTimeout } from './timeout.js';
import type { Waiter } from './waiter.js';
import { Wakeup } from './wakeup.js';

/** The keyword arguments of {@link wait}. */
export interface WaitOptions {
  /** Seconds to wait before returning what is done so far. Default: no limit. 0 and negatives do not wait. */
  timeout?: number | null | undefined;
  /** Default {@link ALL_COMPLETED}. */
  return_when?: ReturnWhen | null | undefined;
}

/** Python's named pair: `const { done, not_done } = …` or `const [done, not_done] = …`. A snapshot, in input order. */
export interface DoneAndNotDoneFutures<F extends Future> extends Pair<F> {
  /** Finished, failed, or cancelled. */
  readonly done: Set<F>;
  /** All others. */
  readonly not_done: Set<F>;
}

/**
 * Waits for the futures together. It never raises their errors, and a timeout is no error either.
 *
 * @param fs - any iterable of futures, or a Map whose keys are futures; read at the call, each future counts once.
 * @param timeout - seconds, or all {@link WaitOptions}.
 * @param return_when - when not given in the options.
 * @returns a promise that rejects with TypeError for anything that is not a future, and with ValueError for a bad `return_when`.
 */
export function wait<F extends Future>(
  fs: ReadonlyMap<F, unknown>,
  timeout?: number | WaitOptions | null,
  return_when?: ReturnWhen | null,
): Promise<DoneAndNotDoneFutures<F>>;
export function wait<F extends Future>(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- F cannot be inferred from a Map through a union
  fs: Iterable<F>,
  timeout?: number | WaitOptions | null,
  return_when?: ReturnWhen | null,
): Promise<DoneAndNotDoneFutures<F>>;
export async function wait<F extends Future>(
  fs: Futures<F>,
  timeout?: number | WaitOptions | null,
  return_when?: ReturnWhen | null,
): Promise<DoneAndNotDoneFutures<F>> {
  const given: WaitOptions = isPlainObject(timeout) ? timeout : { timeout, return_when };
  const options = checkOptions('wait()', given, ['timeout', 'return_when']);
  const returnWhen = options.return_when ?? return_when ?? ALL_COMPLETED;
  checkReturnWhen(returnWhen);

  const futures = futureSet('wait()', fs, Future);
  const outcome = snapshot(futures);
  const { done, not_done } = outcome;
  if (not_done.size === 0) return outcome;
  if (returnWhen === FIRST_COMPLETED && done.size > 0) return outcome;
  if (returnWhen === FIRST_EXCEPTION && some(done, hasFailed)) return outcome;

  const seconds = parseTimeout(options.timeout);
  if (seconds !== null && seconds <= 0) return outcome;
  const waiter = new GroupWaiter(returnWhen, not_done.size);
  for (const future of not_done) future._addWaiter(waiter);
  await waiter.wakeup.sleep(seconds);
  const result = snapshot(futures);
  for (const future of result.not_done) future._removeWaiter(waiter);
  return result;
}

function some<T>(values: Iterable<T>, test: (value: T) => boolean): boolean {
  for (const value of values) if (test(value)) return true;
  return false;
}

function hasFailed(future: Future): boolean {
  return future._state === FAILED;
}

/** One for all futures of a `wait`. */
class GroupWaiter implements Waiter {
  readonly wakeup = new Wakeup();
  readonly #returnWhen: ReturnWhen;
  #pending: number;

  constructor(returnWhen: ReturnWhen, pending: number) {
    this.#returnWhen = returnWhen;
    this.#pending = pending;
  }

  get wakesOnCancel(): boolean {
    return false;
  }

  notify(future: Future): void {
    this.#pending -= 1;
    if (
      this.#pending === 0 ||
      this.#returnWhen === FIRST_COMPLETED ||
      (this.#returnWhen === FIRST_EXCEPTION && hasFailed(future))
    ) {
      this.wakeup.wake();
    }
  }
}
