/** When `wait()` returns, and what. */
import { repr, ValueError } from '../builtins/index.js';

/** For `wait()`: return when any future finishes or is cancelled. */
export const FIRST_COMPLETED = 'FIRST_COMPLETED';
/** For `wait()`: return when any future fails; if none does, when all have completed. Cancelling is not failing. */
export const FIRST_EXCEPTION = 'FIRST_EXCEPTION';
/** For `wait()`: return when all futures have finished or are cancelled. */
export const ALL_COMPLETED = 'ALL_COMPLETED';

/** When `wait` returns. */
export type ReturnWhen = typeof FIRST_COMPLETED | typeof FIRST_EXCEPTION | typeof ALL_COMPLETED;

/** Throws ValueError for a `return_when` that is none. */
export function checkReturnWhen(value: string): void {
  if (value !== FIRST_COMPLETED && value !== FIRST_EXCEPTION && value !== ALL_COMPLETED) {
    throw new ValueError(
      `Invalid return condition: ${repr(value)}; it is FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED`,
    );
  }
}

export type Pair<F> = readonly [done: Set<F>, not_done: Set<F>];

/** Python's named pair of `futures` as they are now. Where all are alike, one of the two is `futures` itself: there may be a million. */
export function snapshot<F extends { _isSettled(): boolean }>(
  futures: Set<F>,
): Pair<F> & { readonly done: Set<F>; readonly not_done: Set<F> } {
  let settled = 0;
  for (const future of futures) if (future._isSettled()) settled += 1;
  const done = settled === futures.size ? futures : new Set<F>();
  const notDone = settled === 0 && futures.size > 0 ? futures : new Set<F>();
  const isMixed = done !== futures && notDone !== futures;
  if (isMixed) for (const future of futures) (future._isSettled() ? done : notDone).add(future);
  const pair: Pair<F> = [done, notDone];
  return Object.assign(pair, { done, not_done: notDone });
}
