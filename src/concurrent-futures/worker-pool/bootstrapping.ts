import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { RuntimeError } from '../../builtins/index.js';

/** The module that the program was started with, in the form of its `import.meta.url`; null when there is none. */
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

/** Notes that this is a thread of a pool, in a program that was started with the module `url`. */
export function setPoolThread(url: string | null): void {
  threadOf = url;
}

/** The main module of the program whose pool thread this is; null elsewhere. */
export function programOfThread(): string | null {
  return threadOf;
}

/**
 * Notes that a pool thread is importing the program's main module on behalf of a call, or no longer is. Meanwhile a pool that the
 * module makes must not run: each of its threads would import the module again, and so on without end.
 */
export function setImporting(isImporting: boolean): void {
  importing = isImporting;
}

/**
 * Refuses what would start the program over and over: calls made while a pool thread imports the main module, and calls made
 * there later that need it again, as from an async function that the module calls. Python knows the same error.
 *
 * @param urls the modules that the call needs
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
