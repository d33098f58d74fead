/** What is different when the executor runs its calls elsewhere. */
import { encode } from '../pickle/index.js';
import type { RequestOptions, Session } from '../requests/index.js';
import { forgetState } from '../requests/crossing/index.js';
import type { BackgroundCallback } from './in-slot.js';

/** An executor whose workers share nothing with this thread. */
interface IsolatedExecutor {
  readonly _isolated: true;
  _forget?(originals: Iterable<object>): void;
}

/** Whether what is submitted to `executor` leaves this thread. */
export function isIsolated(executor: object): executor is IsolatedExecutor {
  return '_isolated' in executor && executor._isolated === true;
}

/**
 * Refuses a request whose functions cannot be found by another thread, at the call, as Python's requests-futures does;
 * whatever else cannot cross is the future's error.
 * @throws RuntimeError that shows the mend
 */
export function checkFunctions(
  session: object,
  { hooks, auth }: RequestOptions,
  background_callback: BackgroundCallback | null,
): void {
  const { hooks: sessionHooks, auth: sessionAuth } = session as Partial<Session>;
  for (const [name, value] of Object.entries({
    background_callback,
    hooks: hooks?.response,
    auth,
    'session.hooks': sessionHooks?.response,
    'session.auth': sessionAuth,
  })) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof item === 'function') encode(item, { name });
    }
  }
}

/** Closes the connections that the workers keep for `session`. */
export function forgetAdapters(executor: object, session: Session): void {
  if (!isIsolated(executor)) return;
  executor._forget?.(session.adapters.values());
  forgetState(session);
}
