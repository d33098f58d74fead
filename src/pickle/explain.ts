import { types } from 'node:util';
import { PicklingError } from './errors.js';

/**
 * The error to be shown for what `postMessage()` threw about `value`: a PicklingError that says where in it the culprit is.
 * Errors of `encode()` say so already and are returned as they are.
 */
export function explainCloneError(error: unknown, value: unknown, name: string): unknown {
  if (!(error instanceof DOMException) || error.name !== 'DataCloneError') return error;
  const place = findUncloneable(value, name, new Set()) ?? name;
  return new PicklingError(`Cannot pickle object (${place}): ${error.message}`, { cause: error });
}

/** `encode()` refuses almost everything that structured clone does; proxies and `arguments` look like plain data to it. */
function findUncloneable(value: unknown, place: string, seen: Set<unknown>): string | null {
  if (typeof value !== 'object' || value === null || seen.has(value)) return null;
  seen.add(value);
  if (types.isProxy(value) || types.isArgumentsObject(value)) return place;
  const entries: Iterable<[unknown, unknown]> =
    value instanceof Map ? value : value instanceof Set ? value.entries() : Object.entries(value);
  for (const [key, item] of entries) {
    const found = findUncloneable(item, `${place}[${JSON.stringify(key)}]`, seen);
    if (found !== null) return found;
  }
  return null;
}
