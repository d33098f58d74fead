/** Python's pickle errors, and those about values that cannot cross: each names the part of the value at fault, and the fix. */
import { types } from 'node:util';
import { isError, lazyPattern, RuntimeError, setErrorNames, setReferences } from '../builtins/index.js';

/** Python's `pickle.PickleError`: the base of the two that follow. */
export class PickleError extends Error {}

/** Python's `pickle.PicklingError`: a value cannot leave this thread. The message names the part that cannot, and the fix. */
export class PicklingError extends PickleError {}

/** Python's `pickle.UnpicklingError`: a message cannot be decoded, because a module or one of its exports is missing here. */
export class UnpicklingError extends PickleError {}

const exceptions = { PickleError, PicklingError, UnpicklingError };
setErrorNames(exceptions);
setReferences(import.meta.url, exceptions);

/** The path to a part of the value: the value's name, then keys and indexes. */
export type Path = readonly (string | number)[];

const identifier = lazyPattern(String.raw`^[\p{ID_Start}$_][\p{ID_Continue}$]*$`, 'u');

/** The error about an object of class `what` that cannot cross. */
export function refuse(what: string, path: Path, fix: string): PicklingError {
  return new PicklingError(`Cannot pickle '${what}' object (${textOf(path)}): ${fix}`);
}

/** The error about a function or class that is not importable, in the words of Python's requests-futures. */
export function refuseFunction(fn: { readonly name: string }, path: Path): RuntimeError {
  const given = fn.name.replace(/^bound /, '');
  const name = identifier().test(given) ? given : 'name';
  let fix = `export the function from a module and mark it: export const ${name} = importable(function ${name}(…) { … }, import.meta.url)`;
  if (isClass(fn)) fix = `export the class from a module and mark it: importable(${name}, import.meta.url)`;
  else if (isMethod(fn)) fix = `bind the method by importable(object, '${name}')`;
  return new RuntimeError(
    `Cannot pickle ${isClass(fn) ? 'class' : 'function'}. Refer to documentation: docs/worker-threads.md ` +
      `(${textOf(path)}: ${fix})`,
  );
}

/** Whether `fn` is written as a class. */
export function isClass(fn: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}

/** Whether `fn` is written as a method, or was made by `bind()`. */
function isMethod(fn: { readonly name: string }): boolean {
  if (fn.name.startsWith('bound ')) return true;
  const source = Function.prototype.toString.call(fn).replace(/^async\s+/, '');
  return fn.name !== '' && fn.name !== 'function' && source.replace(/^\*\s*/, '').startsWith(`${fn.name}(`);
}

function textOf(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number' || /^\d+$/.test(key)) return `${text}[${key}]`;
    if (!identifier().test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/**
 * The error to report when `postMessage()` throws for `value`: a PicklingError that names the part at fault.
 * Errors of `encode()` already do and are returned unchanged.
 */
export function explainCloneError(error: unknown, value: unknown, name: string): unknown {
  if (!isError(error) || error.name !== 'DataCloneError') return error;
  const place = findUncloneable(value, name, new Set()) ?? name;
  return new PicklingError(`Cannot pickle object (${place}): ${error.message}`, { cause: error });
}

/** `encode()` refuses nearly all that structured clone does, but takes proxies and `arguments` for plain data. */
function findUncloneable(value: unknown, place: string, seen: Set<unknown>): string | null {
  if (typeof value !== 'object' || value === null || seen.has(value)) return null;
  seen.add(value);
  if (types.isProxy(value) || types.isArgumentsObject(value)) return place;
  const entries: Iterable<[unknown, unknown]> = types.isMap(value)
    ? value
    : types.isSet(value)
      ? value.entries()
      : Object.entries(value);
  for (const [key, item] of entries) {
    const found = findUncloneable(item, `${place}[${JSON.stringify(key)}]`, seen);
    if (found !== null) return found;
  }
  return null;
}
