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

let importing: string | null = null;

/**
 * Notes that a pool thread is importing the program's main module on behalf of a call, or (null) no longer is. Meanwhile
 * a pool that the module makes must not run: each of its threads would import the module again, and so on without end.
 */
export function setImporting(url: string | null): void {
  importing = url;
}

/** @throws RuntimeError in a pool thread that is importing the program's main module. Python knows the same error. */
export function checkBootstrapped(): void {
  if (importing === null) return;
  throw new RuntimeError(
    'An attempt has been made to start calls before the thread has finished its bootstrapping phase: a pool thread ' +
      `imports ${importing} to find a function in it, and that module starts calls when it is imported. Move the ` +
      'importable functions to a module of their own, or start the calls only `if (isMainThread)` (of node:worker_threads).',
  );
}
