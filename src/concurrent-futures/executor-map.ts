import { Fifo, TimeoutError } from '../builtins/index.js';
import { parseBuffersize, splitOptions } from './arguments.js';
import type { Future } from './future.js';
import { type AnyIterable, MapInputs } from './map-inputs.js';
import { SerialIterator } from './serial-iterator.js';
import { deadlineAfter, parseTimeout, remaining } from './timeout.js';
import { Wakeup } from './wakeup.js';

export type { AnyIterable };

/** The function to call, with the types that the overloads of `map` have checked. */
type Fn = (...args: unknown[]) => unknown;

/** All that `map` needs of an executor. */
export interface Submitting {
  submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>>;
}

/** `Executor.map`, on top of nothing but `submit`. `Iterator` is what it returns. */
export function mapOnto(
  executor: Submitting,
  fn: (...args: never[]) => unknown,
  rest: readonly unknown[],
  Iterator: typeof MapIterator = MapIterator,
): MapIterator<unknown> {
  const { iterables, options } = splitOptions(rest);
  const seconds = parseTimeout(options.timeout);
  const buffersize = parseBuffersize(options.buffersize);
  return new Iterator(executor, fn as Fn, new MapInputs(iterables), deadlineAfter(seconds), buffersize);
}

/** What `map` returns: the results in input order, once. Leaving it after the first element cancels the rest. */
export class MapIterator<T> extends SerialIterator<T> {
  readonly #executor: Submitting;
  readonly #fn: Fn;
  readonly #deadline: number | null;
  readonly #buffered: boolean;
  readonly #futures = new Fifo<Future>();
  readonly #wakeup = new Wakeup();
  #inputs: MapInputs | null;
  /** How many elements are left to read. */
  #wanted: number;
  #reading = false;
  /** Why the inputs ended early; thrown after all results before it. */
  #failure: { error: unknown } | null = null;
  #started = false;
  #closed = false;

  /** @internal */
  constructor(
    executor: Submitting,
    fn: (...args: unknown[]) => unknown,
    inputs: MapInputs,
    deadline: number | null,
    buffersize: number | null,
  ) {
    super();
    this.#executor = executor;
    this.#fn = fn;
    this.#inputs = inputs;
    this.#deadline = deadline;
    this.#buffered = buffersize !== null;
    this.#wanted = buffersize ?? Infinity;
    if (inputs.isAsync) void this.#readAsync(inputs);
    else this.#read(inputs);
  }

  protected async step(): Promise<IteratorResult<T, undefined>> {
    if (this.#closed) return { value: undefined, done: true };
    this.#started = true;
    if (this.#buffered) this.#readAhead();
    try {
      await this.#untilReadable();
      const future = this.#futures.shift();
      if (future !== undefined) {
        try {
          // What `submit` returned for this `fn`, whose result type is T.
          return { value: (await future.result(remaining(this.#deadline))) as T, done: false };
        } finally {
          future.cancel();
        }
      }
      if (this.#failure !== null) throw this.#failure.error;
    } catch (error) {
      this.close();
      throw error;
    }
    this.close();
    return { value: undefined, done: true };
  }

  protected close(): void {
    this.#closed = true;
    this.#inputs = null;
    this.#wakeup.wake();
    // As in Python, closing a generator that has not begun does nothing.
    if (!this.#started) return;
    for (let future = this.#futures.shift(); future !== undefined; future = this.#futures.shift()) {
      future.cancel();
    }
  }

  /** Waits for async inputs until there is a future, or the inputs end. */
  async #untilReadable(): Promise<void> {
    while (this.#futures.length === 0 && this.#inputs !== null) {
      const seconds = remaining(this.#deadline);
      if (seconds !== null && seconds <= 0) throw new TimeoutError();
      await this.#wakeup.sleep(seconds);
    }
  }

  /** Reads one more element. */
  #readAhead(): void {
    if (this.#inputs === null) return;
    this.#wanted += 1;
    if (this.#inputs.isAsync) {
      if (!this.#reading) void this.#readAsync(this.#inputs);
      return;
    }
    try {
      this.#read(this.#inputs);
    } catch (error) {
      this.#fail(error);
    }
  }

  #read(inputs: MapInputs): void {
    while (this.#wanted > 0) {
      const row = inputs.pull();
      if (row === null) {
        this.#inputs = null;
        return;
      }
      this.#submit(row);
    }
  }

  async #readAsync(inputs: MapInputs): Promise<void> {
    this.#reading = true;
    try {
      while (this.#wanted > 0) {
        const row = await inputs.pullAsync();
        if (this.#closed) return;
        if (row === null) {
          this.#inputs = null;
          return;
        }
        this.#submit(row);
        this.#wakeup.wake();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#reading = false;
      this.#wakeup.wake();
    }
  }

  #submit(row: unknown[]): void {
    this.#futures.push(this.#executor.submit(this.#fn, ...row));
    this.#wanted -= 1;
  }

  #fail(error: unknown): void {
    this.#failure = { error };
    this.#inputs = null;
  }
}
