import { types } from 'node:util';
import { isPlainObject, iterates, isSearchParams, tagOf, typeName } from '../builtins/index.js';
import { CaseInsensitiveDict, RequestsCookieJar } from '../requests/index.js';
import { takeBody } from '../requests/internal.js';

type Seen = Map<object, unknown>;

/**
 * A copy of a request's argument: later changes to the caller's dict must not affect a queued request.
 * Plain containers and bytes are copied, as `fetch` copies bytes; streams, class instances and
 * functions are used as they are.
 */
export function snapshot(value: unknown): unknown {
  return copy(value, undefined);
}

function copy(value: unknown, seen: Seen | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = seen?.get(value);
  if (known !== undefined) return known;
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (types.isUint8Array(value)) return value.slice();
  if (types.isArrayBuffer(value)) return value.slice(0);
  if (isSearchParams(value)) return new URLSearchParams(value);
  const cycleSafe = seen ?? new Map<object, unknown>();
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    cycleSafe.set(value, items);
    for (const item of value) items.push(copy(item, cycleSafe));
    return items;
  }
  if (types.isMap(value) && typeName(value) === 'Map') {
    const map = new Map<unknown, unknown>();
    cycleSafe.set(value, map);
    for (const [key, item] of value) map.set(key, copy(item, cycleSafe));
    return map;
  }
  if (types.isSet(value) && typeName(value) === 'Set') return new Set(value);
  if (value instanceof CaseInsensitiveDict) return new CaseInsensitiveDict(value);
  if (value instanceof RequestsCookieJar) return value.copy();
  if (tagOf(value) === 'Headers') return new Headers(value as Headers);
  if (!isPlainObject(value) || iterates(value)) {
    takeBody(value);
    return value;
  }
  const object: Record<string, unknown> = {};
  cycleSafe.set(value, object);
  for (const key of Object.keys(value)) setField(object, key, copy(value[key], cycleSafe));
  return object;
}

/** Sets a field of a new object; one named `__proto__` stays a field. */
export function setField(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true });
  else object[key] = value;
}
