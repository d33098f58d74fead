/** Another build of this package beside the one at hand: the same clients, run with either. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Follows the name of a client that runs with the other build. */
export const BEFORE = '@before';

const here = fileURLToPath(new URL('../', import.meta.url));
let elsewhere: string | null = null;

/** Prepares a copy of the clients that finds the package in `build`, a checkout that was built. */
export function useBefore(build: string): void {
  elsewhere = mkdtempSync(join(tmpdir(), 'bench-before-'));
  for (const name of ['clients', 'lib', 'real', 'queue.mjs', 'run-client.mjs', 'package.json']) {
    cpSync(join(here, name), join(elsewhere, name), { recursive: true });
  }
  const packages = join(elsewhere, 'node_modules');
  mkdirSync(packages);
  for (const name of readdirSync(join(here, 'node_modules'))) {
    const isOurs = name === 'requests-futures';
    symlinkSync(isOurs ? resolve(build) : join(here, 'node_modules', name), join(packages, name));
  }
}

/** Where `script`, relative to bench/, lies for `client`, and what the client is called there. */
export function locate(script: string, client: string): { path: string; name: string } {
  if (!client.endsWith(BEFORE)) return { path: join(here, script), name: client };
  return { path: join(elsewhere ?? here, script), name: client.slice(0, -BEFORE.length) };
}

/** Removes the copy. */
export function forgetBefore(): void {
  if (elsewhere !== null) rmSync(elsewhere, { recursive: true });
  elsewhere = null;
}
