import { isPlainObject } from '../builtins/index.js';

/**
 * A first argument that Python takes by position and by name alike: `shutdown(false)`, `shutdown({ wait: false })`.
 * Returns it by name, or nothing if it is None.
 */
export function byName(first: unknown, name: string): Readonly<Record<string, unknown>> {
  if (isPlainObject(first)) return first;
  return first === undefined || first === null ? {} : { [name]: first };
}
