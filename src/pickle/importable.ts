import {
  boundMethodOf,
  lazyPattern,
  referenceOf,
  setBoundMethod,
  setReference,
  typeName,
} from '../builtins/index.js';
import { isClass } from './errors.js';
import { bindMethod } from './methods.js';

/** Names reachable by `import`: an export, or a member of one. */
const exportName = lazyPattern(
  String.raw`^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)*$`,
  'u',
);

/** The fast check for common names, without the Unicode tables. */
const PLAIN_NAME = /^[a-z$_][\w$]*$/i;

function isExportName(name: string): boolean {
  return PLAIN_NAME.test(name) || exportName().test(name);
}

/** The names of an object's methods. */
type MethodName<T> = {
  [K in string & keyof T]: T[K] extends (...args: never[]) => unknown ? K : never;
}[string & keyof T];

/**
 * A method, bound to its object, that can be sent to another thread if the object can.
 * @typeParam T the object's type
 * @typeParam K the method's name
 * @param object an instance of a class that crosses, or a class for one of its static methods
 * @param method the method's name
 * @throws TypeError when the object has no such method
 */
export function importable<T extends object, K extends MethodName<T>>(object: T, method: K): T[K];
/**
 * Records where an exported function or class can be imported from, and returns it unchanged, so that it can be
 * sent to another thread, as Python pickles functions by module and name:
 *
 * ```ts
 * // hooks.ts
 * import { importable } from 'requests-futures/concurrent-futures';
 *
 * export const parse = importable(function parse(response) {
 *   response.data = response.json();
 * }, import.meta.url);
 * ```
 *
 * A marked class crosses by reference. Its instances cross too: their own enumerable fields are copied, the
 * constructor is not run. For a class with `#private` fields, see `copyreg.pickle()`. Its own static methods can be sent as well.
 *
 * Bind a method first: `executor.submit(importable(parser, 'parse'), text)` is Python's
 * `executor.submit(parser.parse, text)`. The object crosses like an argument, and its method is called in the other thread.
 * The verbs of a session are bound already: `executor.submit(session.get, url)`.
 *
 * The other thread imports the whole module. Keep such functions in a module of their own: a module that sends requests on
 * import would send them again in every thread.
 * @typeParam F the function's type, which the result keeps
 * @param fn a function or class that its module exports
 * @param url the module's own `import.meta.url`
 * @param name the name of the export. Default: `fn.name`
 * @throws TypeError when there is no usable name, as an arrow function written in the call has none
 */
export function importable<F extends (...args: never[]) => unknown>(fn: F, url: string, name?: string): F;
export function importable<C extends abstract new (...args: never[]) => object>(
  cls: C,
  url: string,
  name?: string,
): C;
export function importable<F extends object>(fn: F, url: string, name?: string): unknown {
  if (isMethodName(fn, url, name)) return bindMethod(fn, url);
  if (typeof fn !== 'function') {
    throw new TypeError(`importable() expects a function or a class, got ${typeName(fn)}`);
  }
  if (typeof url !== 'string' || !URL.canParse(url)) {
    const { name: own } = fn as { readonly name: string };
    const inBundles =
      (url as unknown) === undefined
        ? `; in a bundle of CommonJS, which has none, any name for the module: importable(${own || 'fn'}, 'app:tasks', '${own}')`
        : '';
    throw new TypeError(
      `importable() expects the module's import.meta.url as second argument, got ${typeName(url)}${inBundles}`,
    );
  }
  const exported = name ?? (fn as { readonly name: unknown }).name;
  if (exported === '') {
    throw new TypeError(
      "importable() needs to know the name of the export: importable(fn, import.meta.url, 'name'), " +
        'or give the function its name: importable(function name() { … }, import.meta.url)',
    );
  }
  if (typeof exported !== 'string' || !isExportName(exported)) {
    throw new TypeError(`importable() expects the name of an export, got '${String(exported)}'`);
  }
  setReference(fn, url, exported);
  markStaticMethods(fn);
  return fn;
}

/** Whether the arguments are an object and the name of one of its methods. */
function isMethodName(object: unknown, method: string, name: string | undefined): boolean {
  const isObject = (typeof object === 'object' && object !== null) || typeof object === 'function';
  if (!isObject || typeof method !== 'string' || name !== undefined || URL.canParse(method)) return false;
  return (
    typeof object !== 'function' ||
    typeof (object as unknown as Record<string, unknown>)[method] === 'function'
  );
}

/** A static method is called through its class, so that `this` is what it is here. */
function markStaticMethods(cls: object): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(cls))) {
    if (typeof value !== 'function' || isClass(value as object)) continue;
    const fn = value as { readonly name: string };
    const isMarked = referenceOf(fn) !== undefined || boundMethodOf(fn) !== undefined;
    if (fn.name === name && !isMarked && Object.isExtensible(fn)) setBoundMethod(fn, cls);
  }
}
