import { types } from 'node:util';
import { Readable } from 'node:stream';
import { typeName } from '../../../builtins/index.js';
import { isBlob, type PreparedBody } from './body.js';

/** A body in a form that fetch takes. */
export type WireBody = string | Uint8Array | Readable | Blob;

/** Whether a body is whole in memory and can be sent any number of times. */
export function isBuffered(body: PreparedBody): body is null | string | Uint8Array {
  return body === null || typeof body === 'string' || types.isUint8Array(body);
}

/** `body` as fetch takes it; null for one without a byte. */
export function wireBody(body: PreparedBody): WireBody | null {
  if (isBuffered(body)) return body === null || body.length === 0 ? null : body;
  if (body instanceof Readable || isBlob(body)) return body;
  return Readable.from(chunksOf(body as Iterable<unknown> | AsyncIterable<unknown>));
}

/** Empty chunks are left out, as one would end a chunked body. */
async function* chunksOf(body: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    const bytes = bytesOf(chunk);
    if (bytes.length > 0) yield bytes;
  }
}

function bytesOf(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (types.isUint8Array(chunk)) return chunk;
  if (types.isArrayBuffer(chunk)) return new Uint8Array(chunk);
  throw new TypeError(`a body must give text or bytes, not ${typeName(chunk)}`);
}
