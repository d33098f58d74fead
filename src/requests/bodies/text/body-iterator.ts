import { RuntimeError } from '../../../builtins/index.js';

/** Something that pieces pass through, one after the other, and that may hold back what is incomplete. */
export interface Stage<In, Out> {
  push(piece: In): readonly Out[];
  /** What was held back. */
  end(): readonly Out[];
}

/** `first`, then `second`. */
export function chain<A, B, C>(first: Stage<A, B>, second: Stage<B, C>): Stage<A, C> {
  return {
    push: (piece) => first.push(piece).flatMap((middle) => second.push(middle)),
    end: () => [...first.end().flatMap((middle) => second.push(middle)), ...second.end()],
  };
}

function* throughSync<In, Out>(pieces: Iterable<In>, stage: Stage<In, Out>): Generator<Out, void, undefined> {
  for (const piece of pieces) yield* stage.push(piece);
  yield* stage.end();
}

async function* through<In, Out>(
  pieces: AsyncIterable<In>,
  stage: Stage<In, Out>,
): AsyncGenerator<Out, undefined, undefined> {
  for await (const piece of pieces) yield* stage.push(piece);
  yield* stage.end();
  return undefined;
}

/**
 * Goes through a body in pieces: with `for await`, or with a plain `for` when the body is already there. Leaving the loop
 * leaves the rest of a stream where it is, for the next reader.
 */
export class BodyIterator<T> implements AsyncIterator<T, undefined>, AsyncIterable<T>, Iterable<T> {
  readonly #buffered: Iterator<T, unknown> | null;
  readonly #streamed: AsyncIterator<T, undefined> | null;
  #left = false;

  private constructor(buffered: Iterator<T, unknown> | null, streamed: AsyncIterator<T, undefined> | null) {
    this.#buffered = buffered;
    this.#streamed = streamed;
  }

  /** Over available or arriving pieces, transformed by `stage`. @internal */
  static of<In, Out>(pieces: Iterable<In> | AsyncIterable<In>, stage: Stage<In, Out>): BodyIterator<Out> {
    return isSync(pieces)
      ? new BodyIterator<Out>(throughSync(pieces, stage), null)
      : new BodyIterator<Out>(null, through(pieces, stage));
  }

  /** Over pieces as they are. @internal */
  static over<In>(pieces: Iterable<In> | AsyncIterable<In>): BodyIterator<In> {
    return isSync(pieces)
      ? new BodyIterator(pieces[Symbol.iterator](), null)
      : new BodyIterator<In>(null, pieces[Symbol.asyncIterator]());
  }

  /** The next piece. Rejects with what broke the body off, its `request` set. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#streamed !== null && !this.#left) return this.#streamed.next();
    return this.#nextHere();
  }

  // Asynchronous, so that an unknown encoding rejects.
  async #nextHere(): Promise<IteratorResult<T, undefined>> {
    const step = this.#left ? DONE : this.#buffered?.next();
    return Promise.resolve(step === undefined || step.done === true ? DONE : step);
  }

  /** Ends this iteration, not the body. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#left = true;
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Throws RuntimeError when the body is not there yet. */
  [Symbol.iterator](): Iterator<T, unknown> {
    if (this.#buffered === null) {
      throw new RuntimeError(
        'the body of this response is a stream: iterate with `for await`, or `await response.read()` first',
      );
    }
    return this.#buffered;
  }
}

/** The end of an iteration. @internal */
export const DONE: { readonly done: true; readonly value: undefined } = { done: true, value: undefined };

function isSync<T>(pieces: Iterable<T> | AsyncIterable<T>): pieces is Iterable<T> {
  return Symbol.iterator in pieces;
}
