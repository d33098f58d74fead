/**
 * Type checks that work across realms. Test runners (jest) and `node:vm` run code in realms with an `Error`, a
 * `Map` and an `Object` of their own, so `instanceof` fails for objects from outside.
 */
import { types } from 'node:util';
import { repr } from './repr.js';

/** Whether `value` is an error, a DOMException among them. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error || tagOf(value) === 'DOMException';
}

/** `value` as an error: anything can be thrown, and not all of it can be made text. */
export function asError(value: unknown): Error {
  if (isError(value)) return value;
  return new Error(typeof value === 'object' && value !== null ? repr(value) : String(value));
}

/** Whether `value` is a URLSearchParams. */
export function isSearchParams(value: unknown): value is URLSearchParams {
  return tagOf(value) === 'URLSearchParams';
}

/** Whether `value` is a URL. */
export function isURL(value: unknown): value is URL {
  return tagOf(value) === 'URL';
}

/** The `Symbol.toStringTag` of `value`, such as 'Blob' or 'FormData'; undefined if it has none. */
export function tagOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const tag: unknown = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof tag === 'string' ? tag : undefined;
}
