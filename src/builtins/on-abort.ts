type Listener = () => void;

/** The listeners of each signal. The signal itself gets only one, as Node warns about more than ten. */
const listeners = new WeakMap<AbortSignal, Set<Listener>>();

function callAll(this: AbortSignal): void {
  const called = listeners.get(this);
  listeners.delete(this);
  if (called !== undefined) for (const listener of called) listener();
}

/**
 * Calls `listener` when `signal` is aborted; it must not be aborted yet. Returns a function that removes the listener: call it
 * when the work is over, as a signal may live as long as the program.
 */
export function onAbort(signal: AbortSignal, listener: Listener): () => void {
  let all = listeners.get(signal);
  if (all === undefined) {
    all = new Set();
    listeners.set(signal, all);
    signal.addEventListener('abort', callAll, { once: true });
  }
  // A function of its own, so that the same listener may be added twice.
  const entry: Listener = () => {
    listener();
  };
  all.add(entry);
  return () => {
    all.delete(entry);
    if (all.size > 0 || listeners.get(signal) !== all) return;
    listeners.delete(signal);
    signal.removeEventListener('abort', callAll);
  };
}
