import type * as Undici from 'undici';
import { RuntimeError } from '../../../builtins/index.js';

/** What is used of the package. */
export type UndiciModule = Pick<typeof Undici, 'Client'>;

let loaded: UndiciModule | null = null;

/** The package, once it was loaded: nobody waits for it a second time. */
export function loadedUndici(): UndiciModule | null {
  return loaded;
}

/** Where the one class is that is needed: loading all of undici takes two and a half times as long. */
const CLIENT = 'undici/lib/dispatcher/client.js';

/** Loads the package, or the part of it that is used. */
async function importClient(): Promise<UndiciModule> {
  try {
    const module = (await import(CLIENT)) as { default: UndiciModule['Client'] };
    return { Client: module.default };
  } catch {
    // Another version may have it elsewhere.
    return await import('undici');
  }
}

/** Loads the package, which takes longer than most requests. Throws RuntimeError when it is not installed. */
export async function loadUndici(load: () => Promise<UndiciModule> = importClient): Promise<UndiciModule> {
  try {
    const module = await load();
    return (loaded ??= module);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new RuntimeError(
      'UndiciAdapter needs the package undici, which is not installed: npm install undici@7',
      { cause: error },
    );
  }
}
