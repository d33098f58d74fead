import { isPlainObject } from '../builtins/index.js';
import { CaseInsensitiveDict, RequestsCookieJar } from '../requests/index.js';

/**
 * A copy of a request's arguments as they are now: a queued request must not change when its caller goes on to change the
 * dict it came from. Plain containers and bytes are copied, as `fetch` copies bytes; streams, class instances and
 * functions are the caller's own.
 */
export function snapshotOptions<O extends object>(options: O): O {
  const captured = { ...options };
  for (const name in captured) {
    const value = captured[name];
    if (typeof value === 'object' && value !== null) captured[name] = copy(value, undefined) as typeof value;
  }
  return captured;
}

type Seen = Map<object, unknown>;

function copy(value: unknown, seen: Seen | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = seen?.get(value);
  if (known !== undefined) return known;
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (value instanceof URLSearchParams) return new URLSearchParams(value);
  const cycleSafe = seen ?? new Map<object, unknown>();
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    cycleSafe.set(value, items);
    for (const item of value) items.push(copy(item, cycleSafe));
    return items;
  }
  if (value instanceof Map && value.constructor === Map) {
    const map = new Map<unknown, unknown>();
    cycleSafe.set(value, map);
    for (const [key, item] of value as Map<unknown, unknown>) map.set(key, copy(item, cycleSafe));
    return map;
  }
  if (value instanceof Set && value.constructor === Set) return new Set(value);
  if (value instanceof CaseInsensitiveDict) return new CaseInsensitiveDict(value);
  if (value instanceof RequestsCookieJar) return value.copy();
  if (value instanceof Headers) return new Headers(value);
  if (!isPlainObject(value)) return value;
  const object: Record<string, unknown> = {};
  cycleSafe.set(value, object);
  for (const key of Object.keys(value)) {
    // A key named __proto__ must stay a key.
    if (key === '__proto__') Object.defineProperty(object, key, { value: value[key], enumerable: true });
    else object[key] = copy(value[key], cycleSafe);
  }
  return object;
}
