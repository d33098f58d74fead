import { AbortToken, RuntimeError } from '../builtins/index.js';
import type { AbortHandler } from './future.js';

/** The call whose function a pool is calling. */
export interface Call {
  /** The pool, to detect a call that would wait for its own end. */
  readonly executor: object;
  /** The name of the worker that runs the call. */
  readonly workerName: string | null;
  /** The call's token, once requested. */
  token: AbortToken | null;
  set_abort_handler(handler: AbortHandler): void;
  /** The call only waits from now on: others may use its slot. Missing where slots cannot be lent. */
  lendSlot?(): void;
  /** Resolves when the call has a slot again. */
  reclaimSlot?(): Promise<void>;
}

// A plain variable, as an AsyncLocalStorage would slow every promise of the program on Node 20. The price: the call
// is current only until its function first awaits or returns.
let current: Call | null = null;

/** Makes `call` the current one. Returns the previous one, to be restored when the function has returned. */
export function swapCall(call: Call | null): Call | null {
  const previous = current;
  current = call;
  return previous;
}

/** The current call. */
export function currentCall(): Call | null {
  return current;
}

/** The token of the current call, cheaper than its signal; null outside calls. */
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
 * The signal that `future.abort(reason)` of the running call aborts, to pass on to whatever the call does. Get it
 * in the submitted function before its first `await`:
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
 * gives it; null outside calls. Like {@link abort_signal}, call it before the first `await`.
 */
export function current_worker_name(): string | null {
  return current?.workerName ?? null;
}
