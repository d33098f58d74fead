import { types } from 'node:util';
import { typeName } from '../builtins/index.js';

/** Python's error for calling something that is not a function. A promise comes from writing `submit(fn(x))`. */
export function notCallable(value: unknown): TypeError {
  const hint = types.isPromise(value)
    ? '; pass the function and its arguments apart: submit(fn, ...args)'
    : '';
  return new TypeError(`'${typeName(value)}' object is not callable${hint}`);
}
