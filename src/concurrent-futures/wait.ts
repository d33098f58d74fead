import { checkOptions, isPlainObject, repr, ValueError } from '../builtins/index.js';
import type { Future } from './future.js';
import { futureSet, type Futures } from './future-set.js';
import { FAILED } from './states.js';
import { parseTimeout } from './timeout.js';
import type { Waiter } from './waiter.js';
import { Wakeup } from './wakeup.js';

/** For {@link wait}: return when any future finishes or is cancelled. */
export const FIRST_COMPLETED = 'FIRST_COMPLETED';
/** For {@link wait}: return when any future fails; if none does, when all have completed. Cancelling is not failing. */
export const FIRST_EXCEPTION = 'FIRST_EXCEPTION';
/** For {@link wait}: return when all futures have finished or are cancelled. */
export const ALL_COMPLETED = 'ALL_COMPLETED';

/** When {@link wait} returns. */
export type ReturnWhen = typeof FIRST_COMPLETED | typeof FIRST_EXCEPTION | typeof ALL_COMPLETED;

/** The keyword arguments of {@link wait}. */
export interface WaitOptions {
  /** Seconds to wait before returning what is done so far. Default: no limit. 0 and negatives do not wait. */
  timeout?: number | null | undefined;
  /** Default {@link ALL_COMPLETED}. */
  return_when?: ReturnWhen | null | undefined;
}

type Pair<F> = readonly [done: Set<F>, not_done: Set<F>];

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

  const futures = futureSet('wait()', fs);
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

/** Throws ValueError for a `return_when` that is none. */
export function checkReturnWhen(value: string): void {
  if (value !== FIRST_COMPLETED && value !== FIRST_EXCEPTION && value !== ALL_COMPLETED) {
    throw new ValueError(
      `Invalid return condition: ${repr(value)}; it is FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED`,
    );
  }
}

/** Python's named pair of `futures` as they are now. */
export function snapshot<F extends { _isSettled(): boolean }>(
  futures: Set<F>,
): Pair<F> & { readonly done: Set<F>; readonly not_done: Set<F> } {
  const done = new Set<F>();
  const notDone = new Set<F>();
  for (const future of futures) (future._isSettled() ? done : notDone).add(future);
  const pair: Pair<F> = [done, notDone];
  return Object.assign(pair, { done, not_done: notDone });
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
