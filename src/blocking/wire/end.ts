import { GONE, NEWS } from './protocol.js';

/** Wakes the caller of these `flags`, as the gateway has ended. */
export function tellEnd(flags: SharedArrayBuffer): void {
  const shared = new Int32Array(flags);
  Atomics.store(shared, GONE, 1);
  Atomics.add(shared, NEWS, 1);
  Atomics.notify(shared, NEWS);
  Atomics.notify(shared, GONE);
}
