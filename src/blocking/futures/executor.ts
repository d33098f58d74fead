import { NotImplementedError } from '../../builtins/index.js';
import type { MapOptions, ShutdownOptions } from '../../concurrent-futures/index.js';
import type { Future } from './future.js';
import { mapOnto } from './map.js';

/**
 * Python's abstract `concurrent.futures.Executor`. An executor of your own needs only `submit`: `map` is built on it.
 *
 * ```ts
 * using executor = new ThreadPoolExecutor({ max_workers: 4 });
 * const future = executor.submit(fetchPage, 'https://example.org/');
 * ```
 */
export abstract class Executor implements Disposable {
  /** Schedules `fn(...args)` and returns its future at once. Abstract: here it throws NotImplementedError. */
  submit<A extends unknown[], R>(_fn: (...args: A) => R, ..._args: A): Future<R> {
    throw new NotImplementedError(`${this.constructor.name} does not implement submit()`);
  }

  /**
   * Calls `fn` with the elements of `iterables`, taken side by side until the shortest ends, and iterates over the
   * results in input order. Everything is submitted at the call (with `buffersize`: only that many).
   *
   * An error of a call is thrown at its position; then the rest is cancelled and the iterator ends. Leaving the loop cancels the rest.
   * The last argument may be the {@link MapOptions}.
   *
   * @throws what `submit` throws, TypeError for an input that is not iterable, TypeError and ValueError for bad options.
   */
  map<R>(fn: () => R, options?: MapOptions | null): IterableIterator<R>;
  map<A, R>(fn: (a: A) => R, a: Iterable<A>, options?: MapOptions | null): IterableIterator<R>;
  map<A, B, R>(
    fn: (a: A, b: B) => R,
    a: Iterable<A>,
    b: Iterable<B>,
    options?: MapOptions | null,
  ): IterableIterator<R>;
  map<A, B, C, R>(
    fn: (a: A, b: B, c: C) => R,
    a: Iterable<A>,
    b: Iterable<B>,
    c: Iterable<C>,
    options?: MapOptions | null,
  ): IterableIterator<R>;
  map<A, B, C, D, R>(
    fn: (a: A, b: B, c: C, d: D) => R,
    a: Iterable<A>,
    b: Iterable<B>,
    c: Iterable<C>,
    d: Iterable<D>,
    options?: MapOptions | null,
  ): IterableIterator<R>;
  map<A, B, C, D, E, R>(
    fn: (a: A, b: B, c: C, d: D, e: E) => R,
    a: Iterable<A>,
    b: Iterable<B>,
    c: Iterable<C>,
    d: Iterable<D>,
    e: Iterable<E>,
    options?: MapOptions | null,
  ): IterableIterator<R>;
  map(fn: (...args: never[]) => unknown, ...rest: unknown[]): IterableIterator<unknown> {
    return mapOnto(this, fn, rest);
  }

  /** Refuses new calls from now on; queued ones still run, unless `cancel_futures` is set. With `wait`, the default, waits for all. */
  shutdown(_wait?: boolean | ShutdownOptions | null, _options?: ShutdownOptions | null): void {
    // Nothing to release.
  }

  /** `using executor = …`: `shutdown()` at the end of the block. */
  [Symbol.dispose](): void {
    this.shutdown();
  }

  /** For logs: only the class, not the calls and their arguments. */
  toJSON(): string {
    return `<${this.constructor.name}>`;
  }
}
