import nodeModule from 'node:module';
import type * as Undici from 'undici';
import { RuntimeError } from '../../../builtins/index.js';

/** What is used of the package. */
export interface UndiciModule extends Pick<typeof Undici, 'Client'> {
  /** Whether it is known to be version 7. */
  readonly isVersion7: boolean;
}

let loaded: UndiciModule | null = null;

/** The package, once it was loaded, without another wait. */
export function loadedUndici(): UndiciModule | null {
  return loaded;
}

/** Loads the package, or the part of it that is used: loading all of undici takes several times as long. */
async function importClient(): Promise<UndiciModule> {
  const version = installedVersion();
  checkVersion(version);
  const isVersion7 = version?.startsWith('7.') === true;
  try {
    const module = await import('undici/lib/dispatcher/client.js');
    return { Client: module.default, isVersion7 };
  } catch (error) {
    // Another version may have it elsewhere.
    if (!isMissing(error)) throw error;
    const { Client } = await importUndici();
    return { Client, isVersion7 };
  }
}

/** Bundlers take a package for optional that is imported within a `try`. */
async function importUndici(): Promise<typeof Undici> {
  try {
    return await import('undici');
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new RuntimeError(
      'UndiciAdapter needs the package undici, which is not installed: npm install undici@7',
      { cause: error },
    );
  }
}

/** Bundles have codes of their own for what was not there when they were made, or none. */
function isMissing(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    /^(?:ERR_)?(?:MODULE_NOT_FOUND|PACKAGE_PATH_NOT_EXPORTED)$/.test(code ?? '') ||
    /Cannot find (?:module|package)/.test(message)
  );
}

/** Null where it cannot be found out, as in a bundle. */
function installedVersion(): string | null {
  try {
    const { version } = nodeModule.createRequire(import.meta.url)('undici/package.json') as {
      version?: unknown;
    };
    return typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}

/** The dispatcher that undici's own functions use now. Throws RuntimeError as {@link loadUndici} does. */
export async function globalDispatcher(): Promise<Undici.Dispatcher> {
  await loadUndici();
  const { getGlobalDispatcher } = await importUndici();
  return getGlobalDispatcher();
}

/** Throws RuntimeError for a version that does not take the handlers of this package. @internal */
export function checkVersion(version: string | null): void {
  const [, major, minor] = /^(\d+)\.(\d+)\./.exec(version ?? '') ?? [];
  if (major === undefined || Number(major) > 7 || (major === '7' && Number(minor) >= 30)) return;
  throw new RuntimeError(
    `UndiciAdapter needs undici 7.30.2 or newer, and ${version ?? ''} is installed: npm install undici@7`,
  );
}

/** Loads the package, which takes longer than most requests. Throws RuntimeError when it is missing or too old. */
export async function loadUndici(load: () => Promise<UndiciModule> = importClient): Promise<UndiciModule> {
  const module = await load();
  return (loaded ??= module);
}
