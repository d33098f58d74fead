/** The fast path: plain requests cross to the gateway as they are. */
import { isShallow } from '../../pickle/index.js';
import type { Link } from '../caller/gateway.js';
import type { FlatRequest } from '../wire/protocol.js';
import type { Session as AwaitedSession } from '../../requests/index.js';
import { nameOfUnchanged } from './session-crossing.js';

/** For a text URL, plain options, and an unchanged session; null for anything else. */
export function flatRequest(
  link: Link,
  [session, method, url, options]: readonly unknown[],
): FlatRequest | null {
  if (typeof method !== 'string' || typeof url !== 'string') return null;
  for (const value of Object.values(options as object)) if (!isShallow(value)) return null;
  const name = nameOfUnchanged(link, session as AwaitedSession);
  return name === null ? null : { session: name, method, url, options: options as object };
}
