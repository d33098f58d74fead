import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { RuntimeError } from '../../builtins/index.js';

/** The `import.meta.url` of the program's main module; null when there is none. */
export function mainModule(): string | null {
  const file = process.argv[1];
  if (file === undefined) return null;
  try {
    return pathToFileURL(realpathSync(file)).href;
  } catch {
    return null;
  }
}

let threadOf: string | null = null;
let importing = false;

/** Marks this as a pool thread of a program whose main module is `url`. */
export function setPoolThread(url: string | null): void {
  threadOf = url;
}

/** The main module of the program whose pool thread this is; null elsewhere. */
export function programOfThread(): string | null {
  return threadOf;
}

/**
 * Records whether a pool thread is importing the program's main module for a call. Meanwhile, a pool that the
 * module creates must not run: each of its threads would import the module again, endlessly.
 */
export function setImporting(isImporting: boolean): void {
  importing = isImporting;
}

/**
 * Refuses calls that would start the program endlessly: those made while a pool thread imports the main module, and those made
 * there later that need it again, as from an async function that the module calls. Python raises the same error.
 *
 * @param urls the modules that the call imports
 * @throws RuntimeError
 */
export function checkBootstrapped(...urls: readonly (string | undefined)[]): void {
  if (threadOf === null || (!importing && !urls.includes(threadOf))) return;
  throw new RuntimeError(
    'An attempt has been made to start calls before the thread has finished its bootstrapping phase: a pool thread ' +
      `imports ${threadOf} to find a function in it, and that module starts calls when it is imported. Move the ` +
      'importable functions to a module of their own, or start the calls only `if (isMainThread)` (of node:worker_threads).',
  );
}
