import { BrotliDecoder } from './brotli.js';
import type { ContentDecoder } from './content-decoder.js';
import { DeflateDecoder } from './deflate.js';
import { GzipDecoder } from './gzip.js';
import { MultiDecoder } from './multi.js';
import { ZstdDecoder, zlibWithZstd } from './zstd.js';

/** The most codings that are undone: each one multiplies what a small body can expand to. */
const MAX_CODINGS = 5;

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
