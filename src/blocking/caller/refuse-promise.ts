import { isThenable } from '../../builtins/index.js';

/**
 * Returns `value`, which a function of the caller's has returned.
 * @throws TypeError for a promise, which cannot settle while the thread waits
 */
export function refusePromise(value: unknown, name: string): unknown {
  if (!isThenable(value)) return value;
  // It may reject with nothing to handle it.
  void Promise.resolve(value).catch(() => undefined);
  throw new TypeError(
    `${name} returned a promise, which cannot settle while this thread waits: in requests-futures/blocking ` +
      'functions are called as in Python, without async',
  );
}
