import type { Reference } from '../src/builtins/index.js';
import { targetOf } from '../src/builtins/index.js';
import { setImporting } from '../src/concurrent-futures/worker-pool/bootstrapping.js';
import { loadReference, loadReferences, type Pickled } from '../src/pickle/index.js';

export type AnyFunction = (...args: unknown[]) => unknown;

let mainModule: string | null = null;

/** Tells which module the program was started with. */
export function setMainModule(url: string | null): void {
  mainModule = url;
}

/** The function that `reference` names; a promise when its module has to be loaded. */
export function importFunction(reference: Reference): AnyFunction | Promise<AnyFunction> {
  // What the main thread has submitted is callable: a function, or a class, which then throws.
  const known = targetOf(reference) as AnyFunction | undefined;
  return (
    known ?? guarded(reference.url === mainModule, () => loadReference(reference) as Promise<AnyFunction>)
  );
}

/** Loads what `message` refers to; undefined when there is nothing to load. */
export function loadFor(message: Pickled): Promise<unknown> | undefined {
  const ofMain = message.references?.some(({ url }) => url === mainModule) ?? false;
  return ofMain ? guarded(true, async () => loadReferences(message)) : loadReferences(message);
}

/** The program's main module must not start its calls once more when it is imported here. */
async function guarded<T>(isMain: boolean, load: () => Promise<T>): Promise<T> {
  if (!isMain) return await load();
  setImporting(mainModule);
  try {
    return await load();
  } finally {
    setImporting(null);
  }
}
