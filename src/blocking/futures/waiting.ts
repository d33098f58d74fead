/** Waiting for several futures: Python's `as_completed` and `wait`. */
import { checkOptions, isPlainObject, monotonic, TimeoutError } from '../../builtins/index.js';
import {
  checkReturnWhen,
  deadlineAfter,
  type Futures,
  futureSet,
  parseTimeout,
  snapshot,
  timeoutOf,
} from '../../concurrent-futures/internal.js';
import {
  ALL_COMPLETED,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  type ReturnWhen,
  type TimeoutArgument,
  type WaitOptions,
} from '../../concurrent-futures/index.js';
import { poll, waitUntil } from '../caller/link.js';
import { Future } from './future.js';

const KIND = 'futures of requests-futures/blocking';

type Pair<F> = readonly [done: Set<F>, not_done: Set<F>];

/** Python's named pair: `const { done, not_done } = …` or `const [done, not_done] = …`. A snapshot, in input order. */
export interface DoneAndNotDoneFutures<F extends Future> extends Pair<F> {
  /** Finished, failed, or cancelled. */
  readonly done: Set<F>;
  /** All others. */
  readonly not_done: Set<F>;
}

/**
 * Iterates over the futures as they complete: first those already done, in input order, then the others in order of
 * completion. Failed and cancelled futures are yielded like any other, each once. Leaving the loop cancels nothing.
 * As in Python, the input is read and the time counts from the first step.
 *
 * @param fs - any iterable of futures, or a Map whose keys are futures. Attributes attached to them keep their types.
 * @param timeout - seconds for all together, or `{ timeout }`. After that, TimeoutError gives the number of unfinished futures.
 */
export function as_completed<F extends Future>(
  fs: ReadonlyMap<F, unknown>,
  timeout?: TimeoutArgument,
): Generator<F, void, undefined>;
export function as_completed<F extends Future>(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- F cannot be inferred from a Map through a union
  fs: Iterable<F>,
  timeout?: TimeoutArgument,
): Generator<F, void, undefined>;
export function as_completed<F extends Future>(
  fs: Futures<F>,
  timeout?: TimeoutArgument,
): Generator<F, void, undefined> {
  return complete(fs, timeoutOf('as_completed()', timeout));
}

function* complete<F extends Future>(fs: Futures<F>, timeout: unknown): Generator<F, void, undefined> {
  const deadline = deadlineAfter(parseTimeout(timeout));
  const futures = futureSet('as_completed()', fs, Future, KIND);
  const total = futures.size;
  poll();
  const finished: F[] = [];
  const waiting = new Set<F>();
  const listener = (future: Future): void => {
    waiting.delete(future as F);
    finished.push(future as F);
  };
  for (const future of futures) {
    if (future._isSettled()) finished.push(future);
    else {
      waiting.add(future);
      future._addListener(listener);
    }
  }
  try {
    let next = 0;
    while (next < finished.length || waiting.size > 0) {
      if (next === finished.length) {
        finished.length = next = 0;
        const isInTime = waitUntil(() => finished.length > 0, deadline);
        if (!isInTime) throw new TimeoutError(`${waiting.size} (of ${total}) futures unfinished`);
      } else if (deadline !== null && monotonic() > deadline && waiting.size > 0) {
        throw new TimeoutError(`${waiting.size + finished.length - next} (of ${total}) futures unfinished`);
      }
      yield finished[next++] as F;
    }
  } finally {
    for (const future of waiting) future._removeListener(listener);
  }
}

/**
 * Waits for the futures together. It never raises their errors, and a timeout is no error either.
 *
 * @param fs - any iterable of futures, or a Map whose keys are futures; read at the call, each future counts once.
 * @param timeout - seconds, or all {@link WaitOptions}.
 * @param return_when - when not given in the options.
 * @throws TypeError for anything that is not a future, ValueError for a bad `return_when`
 */
export function wait<F extends Future>(
  fs: ReadonlyMap<F, unknown>,
  timeout?: number | WaitOptions | null,
  return_when?: ReturnWhen | null,
): DoneAndNotDoneFutures<F>;
export function wait<F extends Future>(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- F cannot be inferred from a Map through a union
  fs: Iterable<F>,
  timeout?: number | WaitOptions | null,
  return_when?: ReturnWhen | null,
): DoneAndNotDoneFutures<F>;
export function wait<F extends Future>(
  fs: Futures<F>,
  timeout?: number | WaitOptions | null,
  return_when?: ReturnWhen | null,
): DoneAndNotDoneFutures<F> {
  const options: WaitOptions = isPlainObject(timeout) ? timeout : { timeout, return_when };
  checkOptions('wait()', options, ['timeout', 'return_when']);
  const returnWhen = options.return_when ?? return_when ?? ALL_COMPLETED;
  checkReturnWhen(returnWhen);
  const futures = futureSet('wait()', fs, Future, KIND);
  const deadline = deadlineAfter(parseTimeout(options.timeout));
  poll();
  let pending = 0;
  let isEnough = false;
  const look = (future: Future): void => {
    isEnough ||= returnWhen === FIRST_COMPLETED || (returnWhen === FIRST_EXCEPTION && future._hasFailed());
  };
  const listener = (future: Future): void => {
    pending -= 1;
    look(future);
  };
  for (const future of futures) {
    if (future._isSettled()) look(future);
    else {
      pending += 1;
      future._addListener(listener);
    }
  }
  waitUntil(() => isEnough || pending === 0, deadline);
  for (const future of futures) future._removeListener(listener);
  return snapshot(futures);
}
