import { GONE, NEWS } from './protocol.js';

/** Wakes the caller to whom `flags` belong: the gateway has ended. */
export function tellEnd(flags: SharedArrayBuffer): void {
  const shared = new Int32Array(flags);
  Atomics.store(shared, GONE, 1);
  Atomics.add(shared, NEWS, 1);
  Atomics.notify(shared, NEWS);
}
