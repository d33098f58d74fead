import { isPlainObject, ValueError } from '../builtins/index.js';

/**
 * A first argument that Python takes by position and by name alike: `shutdown(false)`, `shutdown({ wait: false })`.
 * Returns it by name, or nothing if it is None.
 */
export function byName(first: unknown, name: string): Readonly<Record<string, unknown>> {
  if (isPlainObject(first)) return first;
  return first === undefined || first === null ? {} : { [name]: first };
}

/** @throws TypeError, or ValueError when it is less than 1, with these messages */
export function atLeastOne(value: unknown, notInteger: string, tooSmall: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new TypeError(notInteger);
  if (value < 1) throw new ValueError(tooSmall);
  return value;
}
