import { types } from 'node:util';

/**
 * Names exception classes on their prototypes, by the keys: an own `name` would come too late for the stack's first line and
 * show up among the fields, and a bundler may have renamed the class. Also adds a `toJSON`, as `JSON.stringify` shows nothing of
 * an Error.
 */
export function setErrorNames(classes: Readonly<Record<string, { prototype: Error }>>): void {
  for (const [name, { prototype }] of Object.entries(classes)) {
    Object.defineProperty(prototype, 'name', { value: name, configurable: true, writable: true });
    // Inherited from those named before.
    if ('toJSON' in prototype) continue;
    Object.defineProperty(prototype, 'toJSON', { value: toJSON, configurable: true, writable: true });
  }
}

/** Requests and responses have their own JSON form. A cause can be anything, even circular, and is shown as one line. */
function toJSON(this: Error & { code?: unknown; request?: unknown; response?: unknown }): object {
  const { name, message, code, request, response, cause } = this;
  return {
    name,
    message,
    code,
    request: request ?? undefined,
    response: response ?? undefined,
    cause:
      cause === undefined
        ? undefined
        : types.isNativeError(cause)
          ? `${cause.name}: ${cause.message}`
          : typeof cause,
  };
}
