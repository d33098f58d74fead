import { lazyPattern, RuntimeError } from '../builtins/index.js';
import { PicklingError } from './errors.js';

/** Where in the value a part is: the value's name, then keys and indexes. */
export type Path = readonly (string | number)[];

const identifier = lazyPattern(String.raw`^[\p{ID_Start}$_][\p{ID_Continue}$]*$`, 'u');

/** The error about an object of class `what` that cannot cross. */
export function refuse(what: string, path: Path, mend: string): PicklingError {
  return new PicklingError(`Cannot pickle '${what}' object (${textOf(path)}): ${mend}`);
}

/**
 * The error about a function that is not importable, in the words of Python's requests-futures, or about a class.
 */
export function refuseFunction(fn: { readonly name: string }, path: Path): RuntimeError {
  const isClass = /^class\b/.test(Function.prototype.toString.call(fn));
  const name = identifier().test(fn.name) ? fn.name : 'name';
  const mend = isClass
    ? `export the class from a module and mark it: importable(${name}, import.meta.url)`
    : 'export the function from a module and mark it: ' +
      `export const ${name} = importable(function ${name}(…) { … }, import.meta.url)`;
  return new RuntimeError(
    `Cannot pickle ${isClass ? 'class' : 'function'}. Refer to documentation: docs/worker-threads.md ` +
      `(${textOf(path)}: ${mend})`,
  );
}

function textOf(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number' || /^\d+$/.test(key)) return `${text}[${key}]`;
    if (!identifier().test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}
