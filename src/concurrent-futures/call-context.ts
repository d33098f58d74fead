import { AbortToken, RuntimeError } from '../builtins/index.js';
import type { AbortHandler } from './future.js';

/** The call whose function a pool is calling. */
export interface Call {
  /** The pool; to recognise a call that would wait for its own end. */
  readonly executor: object;
  /** The name of the worker that runs the call. */
  readonly workerName: string | null;
  /** The call's token, once it has been asked for. */
  token: AbortToken | null;
  set_abort_handler(handler: AbortHandler): void;
  /** The call only waits from now on: its slot serves others. Missing where slots cannot be lent. */
  lendSlot?(): void;
  /** Resolves when the call has a slot again. */
  reclaimSlot?(): Promise<void>;
}

// A plain variable and not an AsyncLocalStorage: that would slow every promise of the program on Node 20. The price is
// that a call is known only until its function first awaits or returns.
let current: Call | null = null;

/** Makes `call` the current one and returns the one before, which has to be put back when the function has returned. */
export function swapCall(call: Call | null): Call | null {
  const previous = current;
  current = call;
  return previous;
}

/** The call that is being made right now. */
export function currentCall(): Call | null {
  return current;
}

/** The token of the call that is being made right now, without the price of a signal; null outside of calls. */
export function currentAbortToken(): AbortToken | null {
  if (current === null) return null;
  if (current.token === null) {
    const token = new AbortToken();
    current.token = token;
    current.set_abort_handler((reason) => {
      token.abort(reason);
    });
  }
  return current.token;
}

/**
 * The signal that `future.abort(reason)` of the running call aborts, to be passed on to whatever the call does. Ask for
 * it in the submitted function before its first `await`:
 *
 * ```ts
 * executor.submit(async (url) => {
 *   const signal = abort_signal();
 *   …
 * }, url);
 * ```
 *
 * @throws RuntimeError when no submitted function is being called.
 */
export function abort_signal(): AbortSignal {
  const token = currentAbortToken();
  if (token === null) {
    throw new RuntimeError('abort_signal() must be called in a submitted function, before its first await');
  }
  return token.signal;
}

/**
 * The name of the worker that runs this call (`<thread_name_prefix>_<n>`), as Python's `threading.current_thread().name`
 * gives it; null outside of calls. Like {@link abort_signal} it must be asked before the first `await`.
 */
export function current_worker_name(): string | null {
  return current?.workerName ?? null;
}
