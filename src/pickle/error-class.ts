import { type Reference, referenceOf, typeName } from '../builtins/index.js';

/**
 * How another thread finds the class of `error`, or the nearest of its ancestors that is known there: where it can be imported from, or
 * the name of a global; and the error's name if that is not of the class itself, else ''.
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
    // A DOMException's name is not its class's but its own.
    const isOwn = prototype === own && cls !== DOMException;
    return [reference ?? cls.name, isOwn ? '' : lost];
  }
  return ['Error', ''];
}
