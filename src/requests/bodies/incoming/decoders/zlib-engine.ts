import type { Transform } from 'node:stream';
import { EMPTY } from './content-decoder.js';

/** A decompressor of `node:zlib`. */
export interface ZlibStream extends Transform {
  /** How many bytes of input have been used. */
  readonly bytesWritten: number;
}

/**
 * Drives one of zlib's streams by hand: put a piece in, take output until there is no more. Its own high-water mark
 * keeps what is decoded ahead small, however much a piece expands to.
 */
export class ZlibEngine {
  readonly #stream: ZlibStream;
  /** Pieces that are not used up. */
  #pending = 0;
  #ended = false;
  #error: Error | null = null;
  #wake: (() => void) | null = null;
  #piece: Buffer = EMPTY;
  #usedBefore = 0;

  constructor(stream: ZlibStream) {
    this.#stream = stream;
    stream.on('readable', this.#notify);
    stream.on('end', () => {
      this.#ended = true;
      this.#notify();
    });
    stream.on('error', (error: Error) => {
      this.#error = error;
      this.#notify();
    });
  }

  /** The compressed data has ended, though more input may have come. */
  get ended(): boolean {
    // A piece ends with input left over only after the end of the stream; the event follows later.
    return (
      this.#ended || (this.#pending === 0 && this.#stream.readableLength === 0 && this.unused.length > 0)
    );
  }

  /** Whether {@link pull} may give something without a new {@link write}. */
  get busy(): boolean {
    return !this.#ended && (this.#pending > 0 || this.#stream.readableLength > 0);
  }

  /** What of the last piece came after the end of the compressed data; it must have been the only one under way. */
  get unused(): Buffer {
    return this.#piece.subarray(this.#stream.bytesWritten - this.#usedBefore);
  }

  /** Puts a piece in. */
  write(piece: Buffer): void {
    this.#piece = piece;
    this.#usedBefore = this.#stream.bytesWritten;
    this.#pending += 1;
    this.#stream.write(piece, () => {
      this.#pending -= 1;
      this.#notify();
    });
  }

  /**
   * Up to `maxLength` bytes of output (negative: no limit); fewer when the input is used up. Throws zlib's error, once
   * what was decoded before it has been taken.
   */
  async pull(maxLength: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let size = 0;
    while (maxLength < 0 || size < maxLength) {
      const available = this.#stream.readableLength;
      const part = this.#stream.read(
        maxLength < 0 || available === 0 ? undefined : Math.min(available, maxLength - size),
      ) as Buffer | null;
      if (part !== null) {
        parts.push(part);
        size += part.length;
      } else if (this.#error !== null) {
        if (size === 0) throw this.#error;
        break;
      } else if (this.#ended || this.#pending === 0) {
        break;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size);
  }

  destroy(): void {
    this.#ended = true;
    this.#stream.destroy();
    this.#notify();
  }

  readonly #notify = (): void => {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  };
}
