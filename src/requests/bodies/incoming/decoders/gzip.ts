import { crc32, createInflateRaw } from 'node:zlib';
import { type ContentDecoder, EMPTY } from './content-decoder.js';
import { ZlibEngine } from './zlib-engine.js';

const TRAILER_LENGTH = 8;

/**
 * gzip, of any number of members. What follows the first member and is not another is ignored, as by Python and other
 * clients: zlib's own multi-member mode fails there and loses what it had decoded, so the framing is done by hand.
 */
export class GzipDecoder implements ContentDecoder {
  #state: 'header' | 'body' | 'trailer' | 'swallow' = 'header';
  #engine: ZlibEngine | null = null;
  /** The beginning of a header or trailer whose end has not come. */
  #partial: Buffer = EMPTY;
  /** Input that was not looked at because `maxLength` was reached. */
  #rest: Buffer = EMPTY;
  #crc = 0;
  #size = 0;
  #members = 0;

  get hasUnconsumedTail(): boolean {
    return this.#state !== 'swallow' && (this.#rest.length > 0 || this.#engine?.busy === true);
  }

  async decompress(data: Buffer, maxLength: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let size = 0;
    let input = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    this.#rest = EMPTY;
    try {
      while (this.#state !== 'swallow') {
        if (this.#state === 'body') {
          if (maxLength >= 0 && size >= maxLength) break;
          const engine = (this.#engine ??= new ZlibEngine(createInflateRaw()));
          if (!engine.busy) {
            if (input.length === 0) break;
            engine.write(input);
            input = EMPTY;
          }
          const part = await engine.pull(maxLength < 0 ? -1 : maxLength - size);
          // Of nothing it is 0, whatever came before.
          if (part.length > 0) this.#crc = crc32(part, this.#crc);
          this.#size += part.length;
          size += part.length;
          parts.push(part);
          if (engine.ended) {
            input = Buffer.concat([engine.unused, input]);
            this.#state = 'trailer';
            this.#dropEngine();
          }
        } else {
          if (input.length === 0) break;
          if (this.#partial.length > 0) input = Buffer.concat([this.#partial, input]);
          this.#partial = EMPTY;
          const length = this.#state === 'header' ? gzipHeaderLength(input) : this.#checkTrailer(input);
          if (length === null) {
            this.#partial = input;
            input = EMPTY;
            break;
          }
          input = input.subarray(length);
          this.#state = this.#state === 'header' ? 'body' : 'header';
        }
      }
    } catch (error) {
      this.#state = 'swallow';
      this.destroy();
      if (this.#members === 0) throw error;
    }
    this.#rest = this.#state === 'swallow' ? EMPTY : input;
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size);
  }

  /** A member that breaks off is taken as far as it goes, as by Python. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {
    this.#dropEngine();
  }

  #dropEngine(): void {
    this.#engine?.destroy();
    this.#engine = null;
  }

  #checkTrailer(input: Buffer): number | null {
    if (input.length < TRAILER_LENGTH) return null;
    if (input.readUInt32LE(0) !== this.#crc) throw new Error('incorrect data check');
    if (input.readUInt32LE(4) !== this.#size % 2 ** 32) throw new Error('incorrect length check');
    this.#crc = 0;
    this.#size = 0;
    this.#members += 1;
    return TRAILER_LENGTH;
  }
}

const FHCRC = 0x02;
const FEXTRA = 0x04;
const FNAME = 0x08;
const FCOMMENT = 0x10;
const RESERVED = 0xe0;

/**
 * The length of the gzip header (RFC 1952) at the start of `data`; null when it takes more data. Throws for anything
 * else, as early as zlib does and in its words.
 */
function gzipHeaderLength(data: Buffer): number | null {
  if (data.length < 2) return null;
  if (data[0] !== 0x1f || data[1] !== 0x8b) throw new Error('incorrect header check');
  if (data.length < 4) return null;
  if (data[2] !== 8) throw new Error('unknown compression method');
  const flags = data[3] as number;
  if ((flags & RESERVED) !== 0) throw new Error('unknown header flags set');

  let position = 10;
  if ((flags & FEXTRA) !== 0) {
    if (data.length < position + 2) return null;
    position += 2 + data.readUInt16LE(position);
  }
  for (const field of [FNAME, FCOMMENT]) {
    if ((flags & field) === 0) continue;
    const terminator = position > data.length ? -1 : data.indexOf(0, position);
    if (terminator === -1) return null;
    position = terminator + 1;
  }
  if ((flags & FHCRC) !== 0) {
    if (data.length < position + 2) return null;
    if ((crc32(data.subarray(0, position)) & 0xffff) !== data.readUInt16LE(position)) {
      throw new Error('header crc mismatch');
    }
    position += 2;
  }
  return data.length < position ? null : position;
}
