import { typeName } from '../builtins/index.js';

/** Python's error for calling something that is not a function, which most often comes from writing `submit(fn(x))`. */
export function notCallable(value: unknown): TypeError {
  return new TypeError(
    `'${typeName(value)}' object is not callable; pass the function and its arguments apart: submit(fn, ...args)`,
  );
}

/** @throws TypeError for what is neither a function nor none */
export function checkInitializer(initializer: unknown): void {
  if (initializer === undefined || initializer === null || typeof initializer === 'function') return;
  throw new TypeError('initializer must be a callable');
}

/** @throws TypeError for a first argument of `map` that is no function */
export function checkMapped(fn: unknown): void {
  if (typeof fn === 'function') return;
  throw new TypeError(`map() takes the function first, map(fn, ...iterables), got ${typeName(fn)}`);
}
