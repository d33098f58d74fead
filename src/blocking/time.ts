/** Python's `time`, as far as waiting goes. */
import { monotonic, numberOrType, ValueError } from '../builtins/index.js';
import { waitUntil } from './caller/link.js';

export { monotonic };

/**
 * Waits. Meanwhile requests continue, and the hooks, callbacks and submitted functions of this
 * thread, which Python would run in other threads, are called when due.
 *
 * @param seconds - fractions allowed
 * @throws ValueError for a negative number, TypeError for anything that is not a number
 */
export function sleep(seconds: number): void {
  if (typeof seconds !== 'number' || Number.isNaN(seconds)) {
    throw new TypeError(`sleep() takes a number of seconds, got ${numberOrType(seconds)}`);
  }
  if (seconds < 0) throw new ValueError('sleep length must be non-negative');
  waitUntil(() => false, monotonic() + seconds);
}

/** Seconds since the epoch. */
export function time(): number {
  return Date.now() / 1000;
}
