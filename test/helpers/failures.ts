/** What fails in a test: awaited, thrown, or left unhandled. */
import { expect } from 'vitest';

/** What `promise` rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}

/** What `fn` throws. */
export function thrown(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error('expected a throw');
}

/** The error that `promise` rejects with, which must be one of `cls`. */
export function failureOf(promise: Promise<unknown>): Promise<Error>;
export function failureOf<E extends Error>(
  promise: Promise<unknown>,
  cls: abstract new (...args: never[]) => E,
): Promise<E>;
export async function failureOf(
  promise: Promise<unknown>,
  cls: abstract new (...args: never[]) => Error = Error,
): Promise<Error> {
  const error = await promise.then(
    () => expect.fail('was fulfilled'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(cls);
  return error as Error;
}

/** Collects what would end the process: must be empty at the end of a test of failures. */
export function watchUnhandled(): { readonly errors: unknown[]; settle(): Promise<void> } {
  const errors: unknown[] = [];
  const onError = (error: unknown): void => {
    errors.push(error);
  };
  process.on('unhandledRejection', onError);
  return {
    errors,
    /** Waits until everything under way has had its turn, and stops watching. */
    async settle() {
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', onError);
    },
  };
}
