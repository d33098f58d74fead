import { checkOptions, isPlainObject, monotonic, repr, typeName } from '../builtins/index.js';

/** The keyword form of a timeout, as Python's `future.result(timeout=5)` is written here: `future.result({ timeout: 5 })`. */
export interface TimeoutOptions {
  /** Seconds, fractions allowed. Default, `null` and `Infinity`: no limit. 0 and negatives do not wait at all. */
  timeout?: number | null | undefined;
}

/** Seconds, or `{ timeout }`. Omitted, `null` and `Infinity`: no limit. 0 and negatives do not wait at all. */
export type TimeoutArgument = number | TimeoutOptions | null | undefined;

/** Unwraps the keyword form; an unknown keyword is a TypeError. */
export function timeoutOf(callee: string, argument: unknown): unknown {
  if (!isPlainObject(argument)) return argument;
  return checkOptions(callee, argument, ['timeout']).timeout;
}

/** Seconds to wait, or null for no limit. */
export function parseTimeout(timeout: unknown): number | null {
  if (timeout === undefined || timeout === null || timeout === Infinity) return null;
  if (typeof timeout !== 'number') {
    throw new TypeError(
      `timeout must be a number of seconds or null, got ${repr(timeout)} (${typeName(timeout)})`,
    );
  }
  if (Number.isNaN(timeout)) throw new TypeError('timeout must be a number of seconds or null, got NaN');
  return timeout;
}

/** The deadline, on the clock of `monotonic()`, of a wait of `seconds` that begins now. */
export function deadlineAfter(seconds: number | null): number | null {
  return seconds === null ? null : monotonic() + seconds;
}

/** Seconds left until `deadline`; null when there is none. */
export function remaining(deadline: number | null): number | null {
  return deadline === null ? null : deadline - monotonic();
}
