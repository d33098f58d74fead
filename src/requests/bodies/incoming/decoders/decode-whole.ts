import { constants as bufferConstants } from 'node:buffer';
import * as zlib from 'node:zlib';
import { createDecoder } from './content-encoding.js';
import { type ZlibOneShot, type ZlibOneShotSync, ZstdFrames, zlibWithZstd } from './zstd.js';

/** Up to these sizes (compressed; decoded) the main thread is quicker than a trip to a pool thread. */
const SYNC_INPUT = 16 * 1024;
const SYNC_OUTPUT = 256 * 1024;

/** A body that expands beyond the limit that was given. */
export const TOO_LARGE: unique symbol = Symbol('too large');
type Whole = Buffer | typeof TOO_LARGE;

interface OneShot {
  sync: ZlibOneShotSync;
  async: ZlibOneShot;
  /** Take data that breaks off as far as it goes. */
  finishFlush: number;
}

const ZLIB_FLUSH = zlib.constants.Z_SYNC_FLUSH;
const GZIP: OneShot = { sync: zlib.gunzipSync, async: zlib.gunzip, finishFlush: ZLIB_FLUSH };

function oneShot(coding: string | undefined, data: Buffer): OneShot | null {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return GZIP;
    case 'deflate':
      return { sync: zlib.inflateSync, async: zlib.inflate, finishFlush: ZLIB_FLUSH };
    case 'br': {
      const finishFlush = zlib.constants.BROTLI_OPERATION_FLUSH;
      return { sync: zlib.brotliDecompressSync, async: zlib.brotliDecompress, finishFlush };
    }
    default: {
      const { zstdDecompress, zstdDecompressSync } = zlibWithZstd;
      if (coding !== 'zstd' || zstdDecompress === undefined || zstdDecompressSync === undefined) return null;
      const frames = new ZstdFrames();
      frames.push(data);
      // Node's functions stop after the first frame and do not notice that one breaks off.
      if (frames.count !== 1 || !frames.complete) return null;
      return { sync: zstdDecompressSync, async: zstdDecompress, finishFlush: 0 };
    }
  }
}

/**
 * A whole body decoded; at once when it is small. Throws, or rejects with, the decoder's error for a damaged one.
 * @param limit the most bytes it may have; Infinity for no limit
 */
export function decodeWhole(codings: readonly string[], data: Buffer, limit: number): Whole | Promise<Whole> {
  if (data.length === 0) return data;
  if (data.length <= SYNC_INPUT) {
    const small = decodeSmall(codings, data, Math.min(limit, SYNC_OUTPUT));
    if (small !== null && (small !== TOO_LARGE || limit <= SYNC_OUTPUT)) return small;
  }
  const functions = codings.length === 1 ? oneShot(codings[0], data) : null;
  if (functions === null) return decodeStepwise(codings, data, limit);
  return new Promise((resolve, reject) => {
    const options = { finishFlush: functions.finishFlush, ...maximum(limit) };
    functions.async(data, options, (error, result) => {
      if (error === null) resolve(result.length > limit ? TOO_LARGE : result);
      else if (isTooLarge(error)) resolve(TOO_LARGE);
      // Trailing garbage, raw deflate: only the decoders handle them.
      else decodeStepwise(codings, data, limit).then(resolve, reject);
    });
  });
}

/** A whole body decoded at once; null when only {@link decodeWhole} can do it. */
export function decodeSmall(codings: readonly string[], data: Buffer, limit: number): Whole | null {
  const functions = codings.length === 1 ? oneShot(codings[0], data) : null;
  if (functions === null) return null;
  try {
    const result = functions.sync(data, { finishFlush: functions.finishFlush, ...maximum(limit) });
    return result.length > limit ? TOO_LARGE : result;
  } catch (error) {
    return isTooLarge(error) ? TOO_LARGE : null;
  }
}

function maximum(limit: number): { maxOutputLength?: number } {
  // zlib takes neither 0 nor more than a buffer can hold.
  return limit < bufferConstants.MAX_LENGTH ? { maxOutputLength: Math.max(1, limit) } : {};
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
}

async function decodeStepwise(codings: readonly string[], data: Buffer, limit: number): Promise<Whole> {
  const decoder = createDecoder(codings);
  try {
    const most = Number.isFinite(limit) ? limit + 1 : -1;
    const parts = [await decoder.decompress(data, most)];
    let size = (parts[0] as Buffer).length;
    while (size <= limit && decoder.hasUnconsumedTail) {
      const part = await decoder.decompress(data.subarray(0, 0), most < 0 ? -1 : most - size);
      parts.push(part);
      size += part.length;
    }
    if (size > limit) return TOO_LARGE;
    await decoder.flush();
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size);
  } finally {
    decoder.destroy();
  }
}
