import { checkOptions, isPlainObject, monotonic, TimeoutError, typeName } from '../builtins/index.js';
import { logRejection } from './done-callback.js';
import { Future } from './future.js';
import { futureSet, type Futures } from './future-set.js';
import { SerialIterator } from './serial-iterator.js';
import { deadlineAfter, parseTimeout, remaining, type TimeoutOptions } from './timeout.js';
import type { Waiter } from './waiter.js';
import { Wakeup } from './wakeup.js';

/** The progress of {@link as_completed}, as `tqdm` shows it in Python. */
export interface Progress {
  /** How many futures have been yielded. */
  readonly done: number;
  /** How many there are in all. */
  readonly total: number;
  /** How many were yielded per second since the first `next()`. */
  readonly rate: number;
  /** Seconds that the rest will take at this rate; null before the first one. */
  readonly remaining: number | null;
}

/** The keyword arguments of {@link as_completed}. */
export interface AsCompletedOptions extends TimeoutOptions {
  /**
   * Called at the first `next()`, then just before each future is yielded. What it throws rejects that `next()`; if it is
   * async, it is not awaited, and its error is logged. Not in Python. Default: none.
   */
  on_progress?: ((progress: Progress) => void) | null | undefined;
}

/**
 * Iterates over the futures as they complete: first those already done, in input order, then the others in order of
 * completion. Failed and cancelled futures are yielded like any other, each once. Leaving the loop cancels nothing.
 * As in Python, the input is read and the time counts from the first `next()`.
 *
 * @param fs - any iterable of futures, or a Map whose keys are futures. Attributes attached to them keep their types.
 * @param timeout - seconds for all together, or the {@link AsCompletedOptions}. After that, TimeoutError gives the number of
 * unfinished futures, even if only the consumer was too slow.
 * @throws TypeError for an unknown keyword at the call; everything else rejects the first `next()`.
 */
export function as_completed<F extends Future>(
  fs: ReadonlyMap<F, unknown>,
  timeout?: number | AsCompletedOptions | null,
): AsCompleted<F>;
export function as_completed<F extends Future>(
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- F cannot be inferred from a Map through a union
  fs: Iterable<F>,
  timeout?: number | AsCompletedOptions | null,
): AsCompleted<F>;
export function as_completed<F extends Future>(
  fs: Futures<F>,
  timeout?: number | AsCompletedOptions | null,
): AsCompleted<F> {
  const given: AsCompletedOptions = isPlainObject(timeout) ? timeout : { timeout };
  const options = checkOptions('as_completed()', given, ['timeout', 'on_progress']);
  const { on_progress = null, timeout: seconds } = options;
  if (on_progress !== null && typeof on_progress !== 'function') {
    throw new TypeError(`on_progress must be a function, got ${typeName(on_progress)}`);
  }
  return new AsCompletedIterator(fs, seconds, on_progress);
}

/**
 * What `as_completed` returns: an async iterator over futures.
 *
 * Deliberately a union of two names for one type: from the second `for await` over the same type on, TypeScript (6.0)
 * takes the awaited type for the element type, so futures would be typed as their results. For a union it keeps
 * the type that the first loop found.
 */
export type AsCompleted<F extends Future> = AsCompletedIterator<F> | AsCompletedTwin<F>;

interface AsCompletedTwin<F extends Future> extends AsCompletedIterator<F> {
  next(): Promise<IteratorResult<F, undefined>>;
}

/** Keeps no reference to a future that it has yielded. */
class AsCompletedIterator<F extends Future> extends SerialIterator<F> {
  #source: { fs: Futures<F>; timeout: unknown } | null;
  readonly #onProgress: ((progress: Progress) => unknown) | null;
  #total = 0;
  #done = 0;
  #startedAt = 0;
  #deadline: number | null = null;
  #expired = false;
  /** Not completed; the waiter is attached to these. */
  #waiting = new Set<F>();
  /** Completed since the last check. */
  #finished: F[] = [];
  /** Being yielded, in reverse: the next one is popped. */
  #batch: F[] = [];
  readonly #wakeup = new Wakeup();
  readonly #waiter: Waiter = {
    wakesOnCancel: false,
    notify: (future: Future) => {
      // Only members of the set call this.
      this.#waiting.delete(future as F);
      this.#finished.push(future as F);
      this.#wakeup.wake();
    },
  };

  /** @internal */
  constructor(fs: Futures<F>, timeout: unknown, onProgress: ((progress: Progress) => void) | null) {
    super();
    this.#onProgress = onProgress;
    this.#source = { fs, timeout };
  }

  protected async step(): Promise<IteratorResult<F, undefined>> {
    try {
      if (this.#source !== null) this.#start(this.#source.fs, this.#source.timeout);
      while (this.#batch.length === 0 && this.#waiting.size + this.#finished.length > 0) {
        // As in Python, before checking what has completed meanwhile.
        this.#checkDeadline();
        if (this.#finished.length === 0) {
          this.#expired = !(await this.#wakeup.sleep(remaining(this.#deadline)));
        }
        this.#batch = this.#finished.reverse();
        this.#finished = [];
      }
      this.#tellProgress(this.#done + Math.min(1, this.#batch.length));
    } catch (error) {
      this.close();
      throw error;
    }
    const future = this.#batch.pop();
    return future === undefined ? { value: undefined, done: true } : { value: future, done: false };
  }

  protected close(): void {
    this.#source = null;
    for (const future of this.#waiting) future._removeWaiter(this.#waiter);
    this.#waiting.clear();
    this.#finished = [];
    this.#batch = [];
    this.#wakeup.wake();
  }

  #start(fs: Futures<F>, timeout: unknown): void {
    this.#source = null;
    this.#deadline = deadlineAfter(parseTimeout(timeout));
    const futures = futureSet('as_completed()', fs, Future);
    this.#total = futures.size;
    for (const future of futures) {
      if (future._isSettled()) {
        this.#batch.push(future);
      } else {
        this.#waiting.add(future);
        future._addWaiter(this.#waiter);
      }
    }
    this.#batch.reverse();
    this.#startedAt = monotonic();
    this.#report({ done: 0, total: this.#total, rate: 0, remaining: null });
  }

  #tellProgress(done: number): void {
    if (this.#onProgress === null || done === this.#done) return;
    this.#done = done;
    const seconds = monotonic() - this.#startedAt;
    const remaining = ((this.#total - done) * seconds) / done;
    this.#report({ done, total: this.#total, rate: seconds > 0 ? done / seconds : 0, remaining });
  }

  #report(progress: Progress): void {
    logRejection(this.#onProgress?.(progress), () => 'exception calling on_progress');
  }

  #checkDeadline(): void {
    if (this.#deadline === null || (!this.#expired && monotonic() < this.#deadline)) return;
    const unfinished = this.#waiting.size + this.#finished.length;
    throw new TimeoutError(`${unfinished} (of ${this.#total}) futures unfinished`);
  }
}
