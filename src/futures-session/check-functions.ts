import { encode, PicklingError } from '../pickle/index.js';
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

/**
 * Refuses, at the call, a response that would have no way home after the worker has sent the request. A hook may read its body.
 * @throws PicklingError
 */
export function checkStream(
  session: object,
  { stream, hooks }: Pick<RequestOptions, 'stream' | 'hooks'>,
  background_callback: BackgroundCallback | null,
): void {
  const { stream: sessionStreams, hooks: sessionHooks } = session as Partial<Session>;
  if (!(stream ?? sessionStreams) || background_callback !== null) return;
  if ([hooks, sessionHooks].some((each) => [each?.response ?? []].flat().length > 0)) return;
  throw new PicklingError(
    'Cannot stream a response from another machine, streams do not cross: leave out stream, or read the body in a hook',
  );
}
