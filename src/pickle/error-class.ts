import { type Reference, referenceOf, typeName } from '../builtins/index.js';

/**
 * How another thread finds the class of `error`, or the nearest ancestor that it can import: a reference, or
 * the name of a global; and the error's own name if it differs from that of the class, else ''.
 */
export function errorClass(error: Error): [cls: Reference | string, lostName: string] {
  const own = Object.getPrototypeOf(error) as object | null;
  for (
    let prototype = own;
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    const cls = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
    if (typeof cls !== 'function') continue;
    const reference = referenceOf(cls);
    if (reference === undefined && (globalThis as Record<string, unknown>)[cls.name] !== cls) continue;
    const lost = error.name === 'Error' ? typeName(own) : error.name;
    // A DOMException has its own name, not that of its class.
    const isOwn = prototype === own && cls !== DOMException;
    return [reference ?? cls.name, isOwn ? '' : lost];
  }
  return ['Error', ''];
}
