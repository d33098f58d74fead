import { createBrotliDecompress, createInflate, createInflateRaw } from 'node:zlib';
import { type ContentDecoder, EMPTY } from './content-decoder.js';
import { GzipDecoder } from './gzip.js';
import { MultiDecoder } from './multi.js';
import { ZlibEngine } from './zlib-engine.js';
import { ZstdDecoder, zlibWithZstd } from './zstd.js';

/** The most codings that are undone: each one multiplies what a small body can expand to. */
const MAX_CODINGS = 5;

/** Brotli: what follows its end is ignored, and truncated data is decoded as far as it goes. */
class BrotliDecoder implements ContentDecoder {
  readonly #engine = new ZlibEngine(createBrotliDecompress());

  get hasUnconsumedTail(): boolean {
    return this.#engine.busy;
  }

  decompress(data: Buffer, maxLength: number): Promise<Buffer> {
    if (this.#engine.ended) return Promise.resolve(EMPTY);
    if (data.length > 0) this.#engine.write(data);
    return this.#engine.pull(maxLength);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {
    this.#engine.destroy();
  }
}

/** `deflate`: servers send zlib data, as the RFC requires, or raw data (RFC 1951); both are decoded. */
class DeflateDecoder implements ContentDecoder {
  #engine = new ZlibEngine(createInflate());
  /** All input until the first output decides the format, to decode it again as raw deflate; then null. */
  #tried: Buffer[] | null = [];

  get hasUnconsumedTail(): boolean {
    return this.#engine.busy;
  }

  async decompress(data: Buffer, maxLength: number): Promise<Buffer> {
    if (this.#engine.ended) return EMPTY;
    if (data.length > 0) {
      this.#tried?.push(data);
      this.#engine.write(data);
    }
    try {
      const out = await this.#engine.pull(maxLength);
      if (out.length > 0) this.#tried = null;
      return out;
    } catch (error) {
      const tried = this.#tried;
      if (tried === null) throw error;
      this.#tried = null;
      this.#engine.destroy();
      this.#engine = new ZlibEngine(createInflateRaw());
      this.#engine.write(Buffer.concat(tried));
      return this.#engine.pull(maxLength);
    }
  }

  /** Truncated data is decoded as far as it goes, as in Python. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {
    this.#engine.destroy();
  }
}

const DECODERS: Readonly<Record<string, (() => ContentDecoder) | undefined>> = {
  gzip: () => new GzipDecoder(),
  'x-gzip': () => new GzipDecoder(),
  deflate: () => new DeflateDecoder(),
  br: () => new BrotliDecoder(),
  ...(zlibWithZstd.createZstdDecompress === undefined ? {} : { zstd: () => new ZstdDecoder() }),
};

/**
 * The codings of a Content-Encoding in the order in which they were applied; empty when there is nothing to undo: no
 * header, or only codings that are not known, which are left to the caller. `identity` does not count.
 */
export function contentCodings(header: string | null): readonly string[] {
  if (header === null || header === '') return [];
  const codings = header
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  return codings.some((coding) => Object.hasOwn(DECODERS, coding)) ? codings : [];
}

/** What undoes `codings`. Throws for more than five, and for a known one beside one that is not. */
export function createDecoder(codings: readonly string[]): ContentDecoder {
  if (codings.length > MAX_CODINGS) {
    throw new Error(`Too many content encodings in the chain: ${codings.length} > ${MAX_CODINGS}`);
  }
  const factories = codings.map((coding) => {
    const factory = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
    if (factory === undefined) throw new Error(`unknown content-encoding ${coding}`);
    return factory;
  });
  const decoders = factories.reverse().map((factory) => factory());
  return decoders.length === 1 ? (decoders[0] as ContentDecoder) : new MultiDecoder(decoders);
}
