import { types } from 'node:util';
import type { PreparedBody } from './body.js';
import { Upload, type UploadSource } from './upload.js';

/** A body as transports take it. */
export type WireBody = string | Uint8Array | Upload;

/** Whether a body is whole in memory and can be sent any number of times. */
export function isBuffered(body: PreparedBody): body is null | string | Uint8Array {
  return body === null || typeof body === 'string' || types.isUint8Array(body);
}

/** `body` as transports take it, `length` its Content-Length; null for one without a byte. `isHeld`: see {@link Upload}. */
export function wireBody(body: PreparedBody, length: string | undefined, isHeld = false): WireBody | null {
  if (isBuffered(body)) return body === null || body.length === 0 ? null : body;
  const announced = length !== undefined && /^\d+$/.test(length) ? Number(length) : null;
  return new Upload(body as UploadSource, announced, isHeld);
}
