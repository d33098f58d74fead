/** The one place where a reference in a message becomes a function or a class. */
import { type Reference, setTarget, targetOf, isError } from '../builtins/index.js';
import { UnpicklingError } from './errors.js';
import { GLOBAL } from './globals.js';

/** A function or class named in a message. */
export type Import = ((...args: unknown[]) => unknown) & { readonly prototype: object };

/** Decides what the references of a message may name, and finds it. */
export interface Resolver {
  /** What `reference` names; undefined where it has to be loaded. */
  find(reference: Reference): Import | undefined;
  /**
   * Loads what `reference` names.
   * @throws UnpicklingError (rejecting) when it cannot be loaded, or must not be
   */
  load(reference: Reference): Promise<Import>;
}

/** Between the threads of one program: imports whatever module a reference names. */
export const importing: Resolver = {
  find: (reference) => targetOf(reference) as Import | undefined,

  async load(reference) {
    const { url, name } = reference;
    let found: unknown;
    try {
      found = url === GLOBAL ? globalThis : await importModule(url);
    } catch (error) {
      const reason = isError(error) ? error.message : String(error);
      throw new UnpicklingError(`Cannot import '${name}' from ${url}: ${reason}`, { cause: error });
    }
    for (const part of name.split('.')) found = (found as Record<string, unknown> | null | undefined)?.[part];
    // A module may register a value under a name other than its export's, or without exporting it.
    const target = targetOf(reference) ?? (typeof found === 'function' ? found : undefined);
    if (target === undefined) {
      throw new UnpicklingError(`Cannot import '${name}' from ${url}: the module does not export it`);
    }
    setTarget(reference, target);
    return target as Import;
  },
};

/** Where this package is; null in a bundle without `import.meta`. */
let ownRoot: string | null | undefined;

function isOwn(url: string): boolean {
  if (ownRoot === undefined) {
    // Bundles for CommonJS have none.
    const here = import.meta.url as string | undefined;
    ownRoot = here === undefined ? null : new URL('../../', here).href;
  }
  return ownRoot !== null && url.startsWith(ownRoot);
}

/** The loading of this package's own modules. */
const ownModules = new Set<Promise<unknown>>();

/**
 * Loads this package's modules before any of the caller's: Node 22 fails when a CommonJS module require()s an ES module that is
 * still being imported.
 */
async function importModule(url: string): Promise<unknown> {
  if (isOwn(url)) {
    // What follows is a module's name in the bundle: the file would be loaded again for each.
    const loading: Promise<unknown> = import(url.replace(/#.*/, ''));
    ownModules.add(loading);
    try {
      return await loading;
    } finally {
      ownModules.delete(loading);
    }
  }
  // The rest of the same message may name some.
  await Promise.resolve();
  while (ownModules.size > 0) await Promise.allSettled(ownModules);
  return import(url);
}

/** The platform's error class of this name; `Error` for any other name. */
export function platformError(name: string): Import {
  const cls = Object.hasOwn(globalThis, name) ? (globalThis as Record<string, unknown>)[name] : undefined;
  const isError = typeof cls === 'function' && (cls.prototype as unknown) instanceof Error;
  return (isError ? cls : Error) as Import;
}
