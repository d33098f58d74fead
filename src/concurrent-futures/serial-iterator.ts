/**
 * The base of hand-written async iterators: an async generator would await the futures it yields.
 * Like a generator, it takes one step at a time, even for concurrent `next()` calls, and ends for good when a
 * step throws. Unlike in a generator, `return()` does not wait for the current step.
 */
export abstract class SerialIterator<T> implements AsyncIterator<T, undefined, undefined>, AsyncIterable<T> {
  #stepping = false;
  readonly #turns: (() => void)[] = [];

  /** The next element. It must close the iterator before it returns none or throws. */
  protected abstract step(): Promise<IteratorResult<T, undefined>>;

  /** Ends the iterator: every later step finds it exhausted. May be called more than once. */
  protected abstract close(): void;

  /** The next element. */
  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#stepping) {
      await new Promise<void>((resolve) => {
        this.#turns.push(resolve);
      });
    }
    this.#stepping = true;
    try {
      return await this.step();
    } finally {
      const turn = this.#turns.shift();
      if (turn === undefined) this.#stepping = false;
      else turn();
    }
  }

  /** Leaves early; `break` in a `for await` calls it. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** All remaining elements, as Python's `list(…)`. */
  async toArray(): Promise<T[]> {
    const elements: T[] = [];
    for await (const element of this) elements.push(element);
    return elements;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The same as `return()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

// For `for` without `await`. Left out of the class, so that TypeScript refuses it.
Object.defineProperty(SerialIterator.prototype, Symbol.iterator, {
  configurable: true,
  value: (): never => {
    throw new TypeError(
      'the elements come one by one: iterate with `for await`, or `await …toArray()` first',
    );
  },
});
