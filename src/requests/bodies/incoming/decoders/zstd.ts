import * as zlib from 'node:zlib';
import { type ContentDecoder, EMPTY } from './content-decoder.js';
import { ZlibEngine, type ZlibStream } from './zlib-engine.js';

/** Node's zstd functions, since 22.15; the type definitions of older versions lack them. */
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

const MAGIC_LENGTH = 4;
const BLOCK_HEADER_LENGTH = 3;
const ZSTD_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const RLE = 1;

/**
 * Follows the frames of a zstd stream (RFC 8878) by their headers, without decoding: Node's decompressor does not
 * report where a frame ends, nor whether the data may end where it does.
 *
 * ```
 * frame:           magic │ descriptor … │ block header · block │ … │ last block │ checksum?
 * skippable frame: magic │ length │ content
 * ```
 */
export class ZstdFrames {
  /** Frames that are complete. */
  count = 0;
  #field: 'magic' | 'length' | 'descriptor' | 'block' | 'end' = 'magic';
  /** Bytes to pass over before the next field. */
  #skip = 0;
  /** The bytes of the current field that have come. */
  #seen: number[] = [];
  #hasChecksum = false;
  /** What has come is not zstd. */
  #lost = false;

  /** Whether everything so far is whole frames. */
  get complete(): boolean {
    return !this.#lost && this.#field === 'magic' && this.#seen.length === 0;
  }

  push(data: Buffer): void {
    let position = 0;
    while (!this.#lost) {
      const passed = Math.min(this.#skip, data.length - position);
      position += passed;
      this.#skip -= passed;
      if (this.#skip > 0) return;
      if (this.#field === 'end') {
        this.count += 1;
        this.#field = 'magic';
      }
      if (position === data.length) return;
      this.#take(data[position++] as number);
    }
  }

  #take(byte: number): void {
    this.#seen.push(byte);
    const seen = this.#seen;
    switch (this.#field) {
      case 'magic': {
        if (seen.length < MAGIC_LENGTH) return;
        const magic = littleEndian(seen);
        if (magic === ZSTD_MAGIC) this.#next('descriptor');
        else if (magic - (magic % 16) === SKIPPABLE_MAGIC) this.#next('length');
        else this.#lost = true;
        return;
      }
      case 'length':
        if (seen.length === 4) this.#next('end', littleEndian(seen));
        return;
      case 'descriptor': {
        const singleSegment = (byte & 0x20) !== 0;
        const dictionaryId = [0, 1, 2, 4][byte & 3] as number;
        const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][byte >> 6] as number;
        this.#hasChecksum = (byte & 4) !== 0;
        this.#next('block', (singleSegment ? 0 : 1) + dictionaryId + contentSize);
        return;
      }
      default: {
        if (seen.length < BLOCK_HEADER_LENGTH) return;
        const header = littleEndian(seen);
        const length = ((header >> 1) & 3) === RLE ? 1 : header >> 3;
        if ((header & 1) === 0) this.#next('block', length);
        else this.#next('end', length + (this.#hasChecksum ? 4 : 0));
      }
    }
  }

  #next(field: 'length' | 'descriptor' | 'block' | 'end', skip = 0): void {
    this.#field = field;
    this.#skip = skip;
    this.#seen = [];
  }
}

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
