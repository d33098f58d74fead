import { encode } from '../pickle/index.js';
import type { RequestOptions, Session } from '../requests/index.js';
import type { BackgroundCallback } from './in-slot.js';

/**
 * Refuses, at the call, a request whose functions another thread cannot find, as Python's requests-futures does. Anything else
 * that cannot cross is the future's error.
 * @throws RuntimeError that shows the fix
 */
export function checkFunctions(
  session: object,
  { hooks, auth }: Pick<RequestOptions, 'hooks' | 'auth'>,
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
