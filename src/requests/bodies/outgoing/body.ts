import { types } from 'node:util';
import { Readable } from 'node:stream';
import { isPlainObject, iterates, typeName, isSearchParams, tagOf } from '../../../builtins/index.js';
import type { Data, StreamingBody } from '../../inputs.js';
import { super_len } from './super-len.js';
import { isBytes } from '../../urls/python-text.js';
import { MultipartBody } from './multipart-body.js';

/** The body of a prepared request, as an adapter sends it: text as UTF-8, bytes, a stream, or null for none. */
export type PreparedBody = string | Uint8Array | StreamingBody | null;

/**
 * Python's truth value of `data`, which decides whether there is a body: null, false, 0, and whatever is empty are
 * none. A stream is never empty before it has been read.
 */
export function isEmptyData(data: unknown): boolean {
  if (!data) return true;
  if (typeof data !== 'object') return false;
  if (isBytes(data)) return data.byteLength === 0;
  if (Array.isArray(data)) return data.length === 0;
  if (!isMapping(data)) return false;
  if (isPlainObject(data)) return Object.keys(data).length === 0;
  for (const _ of data as Iterable<unknown>) return false;
  return true;
}

/**
 * `data` as the stream that it is, or null for text, bytes, pairs and nothing. Streams of the kind before async iteration
 * are wrapped. Throws TypeError for what cannot be a body.
 */
export function asStream(data: Data | null | undefined): StreamingBody | null {
  if (!data || typeof data === 'string' || isBytes(data)) return null;
  // Untyped callers may pass anything.
  const given: unknown = data;
  if (typeof given === 'object' && given !== null) {
    if (Array.isArray(given) || isMapping(given)) return null;
    const stream = streamOf(given);
    if (stream !== null) return stream;
  }
  throw notABody(given);
}

/** `value` as a stream of bytes, or null when it is none. */
export function streamOf(value: object): StreamingBody | null {
  if (tagOf(value) === 'FormData') return null;
  if (isBlob(value)) return value;
  if (iterates(value)) return value as StreamingBody;
  return isLegacyStream(value) ? new Readable().wrap(value) : null;
}

/** Whether `value` is a Blob or a File, of Node or of a package that does without. */
export function isBlob(value: unknown): value is Blob {
  if (typeof value !== 'object' || value === null) return false;
  const tag = tagOf(value);
  return (tag === 'Blob' || tag === 'File') && typeof (value as Partial<Blob>).stream === 'function';
}

/** The media type of a Blob or File; null for none, for text that the File API does not take for one, and for other values. */
export function blobType(value: unknown): string | null {
  if (!isBlob(value)) return null;
  const { type } = value;
  // Implementations other than Node's may not have checked it.
  return typeof type === 'string' && /^[\x20-\x7e]+$/.test(type) ? type : null;
}

/** How many bytes of `body` are left to send; 0 when that is unknown, as Python does not distinguish the two. */
export function bodyLength(body: PreparedBody): number {
  if (body === null) return 0;
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (types.isUint8Array(body)) return body.byteLength;
  if (body instanceof MultipartBody) return body.length ?? 0;
  // Its size is the number of its chunks.
  if (types.isSet(body)) return 0;
  try {
    return super_len(body);
  } catch {
    return 0;
  }
}

/** Whether `data` has names and values and is therefore sent as a form: what Python calls a Mapping. */
function isMapping(data: object): boolean {
  if (Symbol.asyncIterator in data) return false;
  if (isPlainObject(data)) return !(Symbol.iterator in data);
  if (types.isMap(data) || isSearchParams(data) || tagOf(data) === 'Headers') return true;
  return typeof (data as { readonly items?: unknown }).items === 'function';
}

function notABody(data: unknown): TypeError {
  const hint =
    tagOf(data) === 'FormData'
      ? '; send it as { files: formData }'
      : typeof data === 'function'
        ? '; call it to send what it returns'
        : types.isPromise(data)
          ? '; await it first'
          : '';
  return new TypeError(
    `data must be text, bytes, names and values, or a stream, not ${typeName(data)}${hint}`,
  );
}

function isLegacyStream(value: object): value is NodeJS.ReadableStream {
  const { pipe, on } = value as { readonly pipe?: unknown; readonly on?: unknown };
  return typeof pipe === 'function' && typeof on === 'function';
}
