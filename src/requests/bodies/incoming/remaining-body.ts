import type { BodyReader } from './body-reader.js';

/** What is left of a response's body: all of it as bytes when it has come, else as it comes. */
export interface RemainingBody {
  readonly body: AsyncIterable<Buffer> | Buffer | null;
  /** Whether it is decompressed: somebody has begun to read it that way. */
  readonly decoded: boolean;
}

/** The rest of the body, piece by piece as it comes off the wire. Leaving it closes the response. */
export function remainingStream(reader: BodyReader, decode: boolean): AsyncIterable<Buffer> {
  const iterator: AsyncIterator<Buffer, undefined> = {
    async next() {
      const part = await reader.nextPart(null, decode);
      return part === null ? { value: undefined, done: true } : { value: part, done: false };
    },
    return() {
      // At once, and not after the step under way: the server may never send the piece that it waits for.
      reader.close();
      return Promise.resolve({ value: undefined, done: true });
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
