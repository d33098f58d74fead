import { types } from 'node:util';

/**
 * Names an exception class on its prototype: an own `name` would come too late for the stack's first line and
 * show up among the fields. Also adds a `toJSON`, as `JSON.stringify` shows nothing of an Error.
 */
export function setErrorName(cls: { prototype: Error }, name: string): void {
  Object.defineProperty(cls.prototype, 'name', { value: name, configurable: true, writable: true });
  Object.defineProperty(cls.prototype, 'toJSON', { value: toJSON, configurable: true, writable: true });
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
