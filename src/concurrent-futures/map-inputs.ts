import { typeName } from '../builtins/index.js';

/** What `map` takes as input: anything that `for` or `for await` takes. */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

type Pull = IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;

export function isIterable(value: unknown): value is AnyIterable<unknown> {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null) return false;
  const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: async } = value as Partial<
    Iterable<unknown> & AsyncIterable<unknown>
  >;
  return typeof sync === 'function' || typeof async === 'function';
}

/** Null for an input that can only be awaited. One that is iterable both ways may refuse the other, as a streamed body does. */
function syncIterator(iterable: AnyIterable<unknown>): Iterator<unknown> | null {
  if (typeof iterable !== 'string' && !(Symbol.iterator in iterable)) return null;
  try {
    return iterable[Symbol.iterator]();
  } catch (error) {
    if (typeof iterable !== 'string' && Symbol.asyncIterator in iterable) return null;
    throw error;
  }
}

/**
 * The inputs of `map`, read side by side like Python's `zip`: in order, until one ends, so that the ones before it
 * lose an element. They are never closed, so that the caller may read on.
 */
export class MapInputs {
  readonly isAsync: boolean;
  readonly #iterators: { next(): Pull }[];
  #ended: boolean;

  constructor(iterables: readonly unknown[]) {
    let isAsync = false;
    this.#iterators = iterables.map((iterable, index) => {
      if (!isIterable(iterable)) {
        throw new TypeError(`map() argument ${index + 2} must be iterable, got ${typeName(iterable)}`);
      }
      // An input that is iterable both ways is read synchronously, to keep the whole map synchronous.
      const iterator = syncIterator(iterable);
      if (iterator !== null) return iterator;
      isAsync = true;
      return (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    });
    this.isAsync = isAsync;
    this.#ended = this.#iterators.length === 0;
  }

  /** One element of each, or null at the end. Only when no input is async. */
  pull(): unknown[] | null {
    if (this.#ended) return null;
    const row: unknown[] = [];
    for (const iterator of this.#iterators) {
      // `isAsync` is false, so every iterator is synchronous.
      const element = iterator.next() as IteratorResult<unknown>;
      if (element.done === true) return this.#end();
      row.push(element.value);
    }
    return row;
  }

  /** The same for any inputs. */
  async pullAsync(): Promise<unknown[] | null> {
    if (this.#ended) return null;
    const row: unknown[] = [];
    for (const iterator of this.#iterators) {
      const element = await iterator.next();
      if (element.done === true) return this.#end();
      row.push(element.value);
    }
    return row;
  }

  #end(): null {
    this.#ended = true;
    return null;
  }
}
