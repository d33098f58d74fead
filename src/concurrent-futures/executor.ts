import { NotImplementedError } from '../builtins/index.js';
import { parseShutdown, type ShutdownOptions, type MapOptions } from './arguments.js';
import { type AnyIterable, type MapIterator, mapOnto } from './executor-map.js';
import type { Future } from './future.js';
import { checkMapped } from './not-callable.js';

/**
 * Python's abstract `concurrent.futures.Executor`. An executor of your own needs only `submit`: `map` is built on it.
 *
 * ```ts
 * await using executor = new AsyncPoolExecutor({ max_workers: 4 });
 * const future = executor.submit(fetchPage, 'https://example.org/');
 * ```
 */
export abstract class Executor implements AsyncDisposable {
  /**
   * Schedules `fn(...args)` and returns its future at once. Async functions are awaited. Abstract: here it throws.
   *
   * @throws NotImplementedError
   */
  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>>;
  submit(): Future<never> {
    throw new NotImplementedError(`${this.constructor.name} does not implement submit()`);
  }

  /**
   * Calls `fn` with the elements of `iterables`, taken side by side until the shortest ends, and iterates over the
   * results in input order. Everything is submitted at the call (with `buffersize`: that many); async iterables are then
   * read in the background. The inputs are never closed, so that the caller may read on.
   *
   * An error of a call is thrown at its position; then the rest is cancelled and the iterator ends, as in Python 3.14.
   * Leaving the loop cancels the rest; dropping a half-read iterator does not. The last argument may be the
   * {@link MapOptions}.
   *
   * @throws what `submit` throws, TypeError for an input that is not iterable, TypeError and ValueError for bad options.
   */
  map<R>(fn: () => R, options?: MapOptions | null): MapIterator<Awaited<R>>;
  map<A, R>(fn: (a: A) => R, a: AnyIterable<A>, options?: MapOptions | null): MapIterator<Awaited<R>>;
  map<A, B, R>(
    fn: (a: A, b: B) => R,
    a: AnyIterable<A>,
    b: AnyIterable<B>,
    options?: MapOptions | null,
  ): MapIterator<Awaited<R>>;
  map<A, B, C, R>(
    fn: (a: A, b: B, c: C) => R,
    a: AnyIterable<A>,
    b: AnyIterable<B>,
    c: AnyIterable<C>,
    options?: MapOptions | null,
  ): MapIterator<Awaited<R>>;
  map<A, B, C, D, R>(
    fn: (a: A, b: B, c: C, d: D) => R,
    a: AnyIterable<A>,
    b: AnyIterable<B>,
    c: AnyIterable<C>,
    d: AnyIterable<D>,
    options?: MapOptions | null,
  ): MapIterator<Awaited<R>>;
  map<A, B, C, D, E, R>(
    fn: (a: A, b: B, c: C, d: D, e: E) => R,
    a: AnyIterable<A>,
    b: AnyIterable<B>,
    c: AnyIterable<C>,
    d: AnyIterable<D>,
    e: AnyIterable<E>,
    options?: MapOptions | null,
  ): MapIterator<Awaited<R>>;
  map(fn: (...args: never[]) => unknown, ...rest: unknown[]): MapIterator<unknown> {
    checkMapped(fn);
    return this._map(fn, rest);
  }

  /** @internal `map` without its overloads, for pools that let several elements travel together. */
  _map(fn: (...args: never[]) => unknown, rest: readonly unknown[]): MapIterator<unknown> {
    return mapOnto(this, fn, rest);
  }

  /**
   * Frees what the executor holds once all calls are done; later submissions throw. Python's positional
   * `shutdown(false)` works too. Here it does nothing.
   */
  shutdown(wait?: boolean | ShutdownOptions | null, options?: ShutdownOptions | null): Promise<void> {
    parseShutdown(wait, options);
    return Promise.resolve();
  }

  /** Leaving an `await using` block: waits for all calls, cancels none. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** For logs: only the class, not the calls and their arguments. */
  toJSON(): string {
    return `<${this.constructor.name}>`;
  }
}
