import { type Death, GONE, NEWS, STARTED } from './protocol.js';

/** Wakes the caller of these `flags`, as the gateway has ended. */
export function tellEnd(flags: SharedArrayBuffer): void {
  const shared = new Int32Array(flags);
  Atomics.store(shared, GONE, 1);
  Atomics.add(shared, NEWS, 1);
  Atomics.notify(shared, NEWS);
  Atomics.notify(shared, GONE);
}

/** Why a gateway ended without a word: no code runs in a thread that is out of memory. */
export function silentDeath(flags: SharedArrayBuffer): Death {
  return Atomics.load(new Int32Array(flags), STARTED) === 0
    ? { message: 'the gateway thread could not be started', stack: '', code: null }
    : {
        message: 'it reached its memory limit: JS heap out of memory',
        stack: '',
        code: 'ERR_WORKER_OUT_OF_MEMORY',
      };
}
