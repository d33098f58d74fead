import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';
import { setLogger } from '../../src/builtins/index.js';

/** A promise to be settled by the test. */
export interface Gate<T> {
  readonly promise: Promise<T>;
  open(value: T): void;
  fail(error: unknown): void;
}

export function gate<T = void>(): Gate<T> {
  let open!: (value: T) => void;
  let fail!: (error: unknown) => void;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

/** Lets everything happen that is going to happen without further events. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
}

/** Whether `promise` is still pending when everything has happened that is going to. */
export async function isPending(promise: PromiseLike<unknown>): Promise<boolean> {
  let pending = true;
  const done = (): void => {
    pending = false;
  };
  promise.then(done, done);
  await settle();
  return pending;
}

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

export interface LogEntry {
  level: string;
  name: string;
  message: string;
  error: unknown;
}

/** Collects what is logged during each test of the file. */
export function captureLog(): LogEntry[] {
  const entries: LogEntry[] = [];
  beforeEach(() => {
    entries.length = 0;
    setLogger({
      log: (level, name, message, error) => {
        entries.push({ level, name, message, error });
      },
    });
  });
  afterEach(() => {
    setLogger(null);
  });
  return entries;
}
