import type { BodyReader } from './body-reader.js';

/** What is left of a response's body: bytes if all of it has come, else the pieces as they come. */
export interface RemainingBody {
  readonly body: AsyncIterable<Buffer> | Buffer | null;
  /** Whether it is decompressed, because reading began that way. */
  readonly decoded: boolean;
}

/** The rest of the body, piece by piece as it comes off the wire. Leaving the iteration closes the response. */
export function remainingStream(reader: BodyReader, decode: boolean): AsyncIterable<Buffer> {
  const iterator: AsyncIterator<Buffer, undefined> = {
    async next() {
      const part = await reader.nextPart(null, decode);
      return part === null ? { value: undefined, done: true } : { value: part, done: false };
    },
    return() {
      // Not after the step under way, which may wait for a piece that never comes.
      reader.close();
      return Promise.resolve({ value: undefined, done: true });
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
