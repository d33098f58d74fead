import { types } from 'node:util';
import { isPlainObject, iterates, isSearchParams, tagOf, typeName } from '../builtins/index.js';
import { type Bytes, CaseInsensitiveDict, RequestsCookieJar } from '../requests/index.js';
import { takeBody, toBuffer } from '../requests/internal.js';

type Seen = Map<object, unknown>;

/** How an option reads a plain object that is iterable as well: by its fields, by its items, or as a stream, which is left alone. */
type Reading = 'fields' | 'items' | 'stream';

/** By option: how its value is read, and how the values inside. */
const READINGS = new Map<string, readonly [self: Reading, inner: Reading]>([
  ['json', ['fields', 'fields']],
  ['params', ['fields', 'items']],
  ['files', ['fields', 'stream']],
  ['headers', ['items', 'items']],
  ['cookies', ['items', 'items']],
]);
const AS_STREAM = ['stream', 'stream'] as const;

/**
 * A copy of the option `name` of a request: later changes to the caller's dict must not affect a queued request.
 * Plain containers and bytes are copied, as `fetch` copies bytes: many fill one Buffer anew for each request. Streams, class
 * instances and functions are used as they are.
 */
export function snapshot(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const [self, inner] = READINGS.get(name) ?? AS_STREAM;
  return copy(value, undefined, self, inner);
}

function copy(value: unknown, seen: Seen | undefined, self: Reading, inner: Reading): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = seen?.get(value);
  if (known !== undefined) return known;
  if (types.isUint8Array(value) || types.isArrayBuffer(value)) return copyBytes(value);
  if (isSearchParams(value)) return new URLSearchParams(value);
  const cycleSafe = seen ?? new Map<object, unknown>();
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    cycleSafe.set(value, items);
    for (const item of value) items.push(copy(item, cycleSafe, inner, inner));
    return items;
  }
  if (types.isMap(value) && typeName(value) === 'Map') {
    const map = new Map<unknown, unknown>();
    cycleSafe.set(value, map);
    for (const [key, item] of value) map.set(key, copy(item, cycleSafe, inner, inner));
    return map;
  }
  if (types.isSet(value) && typeName(value) === 'Set') return new Set(value);
  if (value instanceof CaseInsensitiveDict) return new CaseInsensitiveDict(value);
  if (value instanceof RequestsCookieJar) return value.copy();
  if (tagOf(value) === 'Headers') return new Headers(value as Headers);
  if (!isPlainObject(value) || (self === 'stream' && iterates(value))) {
    takeBody(value);
    return value;
  }
  if (self === 'items' && isIterable(value)) return copy([...value], cycleSafe, inner, inner);
  const object: Record<string, unknown> = {};
  cycleSafe.set(value, object);
  for (const key of Object.keys(value)) setField(object, key, copy(value[key], cycleSafe, inner, inner));
  return object;
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value;
}

/** From this size on, comparing bytes with a copy costs much less than another copy. */
const WORTH_SHARING = 16 * 1024;

/** The last copy of what was sent, as long as a request has it: those that send the same bytes share one. */
const copies = new WeakMap<Bytes, WeakRef<Bytes>>();

function copyBytes(bytes: Bytes): Bytes {
  if (bytes.byteLength < WORTH_SHARING) return duplicate(bytes);
  const last = copies.get(bytes)?.deref();
  if (last !== undefined && toBuffer(last).equals(toBuffer(bytes))) return last;
  const copied = duplicate(bytes);
  copies.set(bytes, new WeakRef(copied));
  return copied;
}

function duplicate(bytes: Bytes): Bytes {
  if (types.isArrayBuffer(bytes)) return bytes.slice(0);
  return Buffer.isBuffer(bytes) ? Buffer.from(bytes) : bytes.slice();
}

/** Sets a field of a new object; one named `__proto__` stays a field. */
export function setField(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true });
  else object[key] = value;
}
