/** Tells whether what a session says has changed since it was last sent to another thread, so that it need not be sent again. */
import { isPlainObject } from '../../builtins/index.js';
import { Remembered } from '../../pickle/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import { HTTPAdapter } from '../adapters/http-adapter.js';
import { retriesNothing } from './adapter-copy.js';
import { HTTPBasicAuth } from '../auth/basic.js';
import { HTTPDigestAuth } from '../auth/digest.js';
import { CaseInsensitiveDict, headerStore } from '../structures/case-insensitive-dict.js';
import type { Session } from '../sessions/session.js';

/** The session as it was when it was last sent, down to values that cannot change. */
interface Known {
  readonly snapshot: readonly unknown[];
  readonly remembered: Remembered;
}

const known = new WeakMap<Session, Known>();

/**
 * What stands for everything that `session` says but for its cookies; the same object for as long as nothing of it is changed.
 * Null where that cannot be told, as something in it could be changed unseen.
 * @param parts what is to be remembered
 */
export function rememberedState(
  session: Session,
  leftOut: readonly string[],
  parts: () => unknown,
): Remembered | null {
  const snapshot = snapshotOf(session, leftOut);
  if (snapshot === null) return null;
  const last = known.get(session);
  if (last !== undefined && isSame(snapshot, last.snapshot)) return last.remembered;
  const remembered = new Remembered(parts());
  known.set(session, { snapshot, remembered });
  return remembered;
}

/** What is remembered of `session` is no longer good: its adapters are closed over there. */
export function forgetState(session: Session): void {
  known.delete(session);
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function snapshotOf(session: Session, leftOut: readonly string[]): unknown[] | null {
  const { headers, hooks } = session;
  if (Object.getPrototypeOf(headers) !== CaseInsensitiveDict.prototype) return null;
  const snapshot: unknown[] = [session.constructor];
  for (const entry of headerStore<unknown>(headers).values()) {
    // An entry never changes; another takes its place. But its value must be text.
    if (typeof entry[1] !== 'string' && entry[1] !== null) return null;
    snapshot.push(entry);
  }
  // Where one list ends and the next begins.
  snapshot.push(hooks, ...hooks.response, hooks);
  for (const name of Object.keys(session)) {
    if (name === 'cookies' || leftOut.includes(name)) continue;
    const value: unknown = (session as unknown as Record<string, unknown>)[name];
    if (!isObject(value)) snapshot.push(name, value);
    else if (name === 'adapters') {
      if (!addAdapters(value as Session['adapters'], snapshot)) return null;
    } else if (!addSetting(name, value, snapshot)) return null;
  }
  return snapshot;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Adapters are made once over there, and but for their retries nothing of them is looked at again. */
function addAdapters(adapters: ReadonlyMap<string, BaseAdapter>, snapshot: unknown[]): boolean {
  for (const [prefix, adapter] of adapters) {
    if (adapter instanceof HTTPAdapter && !retriesNothing(adapter)) return false;
    snapshot.push(prefix, adapter);
  }
  return true;
}

function addSetting(name: string, value: object, snapshot: unknown[]): boolean {
  snapshot.push(name);
  if (typeof value === 'function') {
    snapshot.push(value);
    return true;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === HTTPBasicAuth.prototype || prototype === HTTPDigestAuth.prototype) snapshot.push(value);
  else if (!Array.isArray(value) && !isPlainObject(value)) return false;
  for (const [key, item] of Object.entries(value) as [string, unknown][]) {
    if (isObject(item)) return false;
    snapshot.push(key, item);
  }
  return true;
}
