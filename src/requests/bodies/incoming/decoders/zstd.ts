import * as zlib from 'node:zlib';
import { type ContentDecoder, EMPTY } from './content-decoder.js';
import { ZlibEngine, type ZlibStream } from './zlib-engine.js';
import { ZstdFrames } from './zstd-frames.js';

/** What Node has of zstd from 22.15 on, which the type definitions of older ones do not know. */
export interface ZlibWithZstd {
  createZstdDecompress?(): ZlibStream;
  zstdDecompress?: ZlibOneShot;
  zstdDecompressSync?: ZlibOneShotSync;
}

/** A buffer decompressed by a thread of the pool. */
export type ZlibOneShot = (
  data: Buffer,
  options: zlib.ZlibOptions,
  callback: (error: Error | null, result: Buffer) => void,
) => void;

/** A buffer decompressed at once. */
export type ZlibOneShotSync = (data: Buffer, options: zlib.ZlibOptions) => Buffer;

export const zlibWithZstd: ZlibWithZstd = zlib as ZlibWithZstd;

function createEngine(): ZlibEngine {
  if (zlibWithZstd.createZstdDecompress === undefined) throw new Error('this Node cannot decode zstd');
  return new ZlibEngine(zlibWithZstd.createZstdDecompress());
}

/** zstd, of any number of frames; one that breaks off is an error, as in Python. */
export class ZstdDecoder implements ContentDecoder {
  #engine = createEngine();
  readonly #frames = new ZstdFrames();
  /** Input that was not looked at because `maxLength` was reached. */
  #rest: Buffer = EMPTY;

  get hasUnconsumedTail(): boolean {
    return (
      this.#rest.length > 0 || this.#engine.busy || (this.#engine.ended && this.#engine.unused.length > 0)
    );
  }

  async decompress(data: Buffer, maxLength: number): Promise<Buffer> {
    this.#frames.push(data);
    let input = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    this.#rest = EMPTY;
    const parts: Buffer[] = [];
    let size = 0;
    while (maxLength < 0 || size < maxLength) {
      if (this.#engine.ended) {
        input = Buffer.concat([this.#engine.unused, input]);
        this.#engine.destroy();
        this.#engine = createEngine();
      }
      if (!this.#engine.busy) {
        if (input.length === 0) break;
        this.#engine.write(input);
        input = EMPTY;
      }
      const part = await this.#engine.pull(maxLength < 0 ? -1 : maxLength - size);
      parts.push(part);
      size += part.length;
    }
    this.#rest = input;
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size);
  }

  flush(): Promise<void> {
    return this.#frames.complete
      ? Promise.resolve()
      : Promise.reject(new Error('Zstandard data is incomplete'));
  }

  destroy(): void {
    this.#engine.destroy();
  }
}
