import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Writes a file so that others read it whole or not at all: `write` is given a handle on a temporary file beside it, which
 * takes its name when `write` has ended and is removed when it throws. Returns what `write` returns. Python's
 * `with atomic_open(…)`.
 */
export async function atomic_open<T>(
  filename: string,
  write: (handle: FileHandle) => T | Promise<T>,
): Promise<T> {
  const temporary = join(dirname(filename), `tmp${randomBytes(8).toString('hex')}`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    const result = await closing(handle, write);
    await rename(temporary, filename);
    return result;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function closing<T>(handle: FileHandle, write: (handle: FileHandle) => T | Promise<T>): Promise<T> {
  try {
    return await write(handle);
  } finally {
    await handle.close();
  }
}
