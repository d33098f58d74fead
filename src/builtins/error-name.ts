import { types } from 'node:util';

/**
 * Gives an exception class its name, on the prototype: an own `name` would come too late for the stack's first line and
 * would show up among the fields. Beside it stands what `JSON.stringify` shows, which of an Error is nothing.
 */
export function setErrorName(cls: { prototype: Error }, name: string): void {
  Object.defineProperty(cls.prototype, 'name', { value: name, configurable: true, writable: true });
  Object.defineProperty(cls.prototype, 'toJSON', { value: toJSON, configurable: true, writable: true });
}

/** Requests and responses have a form of their own, and a cause is shown as one line: it may be anything, also a circle. */
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
