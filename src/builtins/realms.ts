/**
 * Checks of what Node, or the caller, has made. Test runners (jest) and `node:vm` run code in realms that have an `Error`, a
 * `Map` and an `Object` of their own, of which what comes from outside is no instance; so these ask for the kind, not the class.
 */
import { types } from 'node:util';

/** Whether `value` is an error, a DOMException among them. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error || tagOf(value) === 'DOMException';
}

/** Whether `value` is a URLSearchParams. */
export function isSearchParams(value: unknown): value is URLSearchParams {
  return tagOf(value) === 'URLSearchParams';
}

/** Whether `value` is a URL. */
export function isURL(value: unknown): value is URL {
  return tagOf(value) === 'URL';
}

/** What the class of `value` calls itself by `Symbol.toStringTag`: 'Blob', 'FormData'. Undefined where it does not. */
export function tagOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const tag: unknown = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof tag === 'string' ? tag : undefined;
}
