/** How a session crosses to another thread, and how the cookies of its copy come home. */
import { isPlainObject, type Reduced, setReducer, setReferences } from '../../builtins/index.js';
import { foreignId, homeId, keepCopy, objectAtHome, Remembered, setHomeId } from '../../pickle/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import { HTTPAdapter } from '../adapters/http-adapter.js';
import { HTTPBasicAuth } from '../auth/basic.js';
import { HTTPDigestAuth } from '../auth/digest.js';
import { type Cookie, RequestsCookieJar } from '../cookies/index.js';
import { isPristine } from '../cookies/requests-cookie-jar.js';
import { checkSession } from '../sessions/merge.js';
import { kNoAdapters } from '../sessions/redirecting-session.js';
import { Session } from '../sessions/session.js';
import { CaseInsensitiveDict, headerStore } from '../structures/case-insensitive-dict.js';
import { hasDefaultRetries } from './adapter-copy.js';

/** What a session is made again from. */
export interface SessionParts {
  readonly id: string;
  /** The class of the copy. */
  readonly cls: unknown;
  /** The fields that differ from those of a new session. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** The fields of a new session; one that is the same need not cross. */
const USUAL: Readonly<Record<string, unknown>> = {
  auth: null,
  stream: false,
  verify: true,
  cert: null,
  timeout: null,
  max_response_size: null,
  base_url: null,
  deadline: null,
  max_redirects: 30,
  trust_env: true,
};

/**
 * How `session` is taken apart: to arrive as an object of class `cls`, without the fields `leftOut`, which mean nothing elsewhere.
 * What has not changed since it was last sent crosses as a number.
 */
export function reduceSession(session: Session, cls: unknown, leftOut: readonly string[] = []): Reduced {
  const remembered = rememberedParts(session, cls, leftOut);
  if (remembered === null) return [copySession, [partsOf(session, cls, leftOut), null]];
  return [copySession, [remembered, hasUsualCookies(session) ? null : session.cookies]];
}

/**
 * What a copy of `session` is made from but for its cookies. Null where that has to be sent each time, as for a copy that travels
 * on.
 */
export function rememberedParts(
  session: Session,
  cls: unknown,
  leftOut: readonly string[],
): Remembered | null {
  checkSession(session);
  if (foreignId(session) !== undefined) return null;
  return rememberedState(session, leftOut, () => partsOf(session, cls, [...leftOut, 'cookies']));
}

/** Whether the cookies are as in a new session: none. */
export function hasUsualCookies({ cookies }: Session): boolean {
  return cookies instanceof RequestsCookieJar && isPristine(cookies);
}

function partsOf(session: Session, cls: unknown, leftOut: readonly string[]): SessionParts {
  const state: Record<string, unknown> = { headers: session.headers };
  for (const [name, value] of Object.entries(session) as [string, unknown][]) {
    if (!leftOut.includes(name) && !isUsual(session, name, value)) state[name] = value;
  }
  const hooks = session.hooks.response;
  if (hooks.length > 0) state['hooks'] = { response: hooks };
  return { id: homeId(session), cls, state };
}

function isUsual(session: Session, name: string, value: unknown): boolean {
  if (name in USUAL) return USUAL[name] === value;
  if (name === 'cookies') return hasUsualCookies(session);
  const isEmptyByDefault = name === 'proxies' || name === 'params';
  return isEmptyByDefault && typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The session as it was when it was last sent, down to values that cannot change. */
interface Known {
  readonly snapshot: readonly unknown[];
  readonly remembered: Remembered;
}

const known = new WeakMap<Session, Known>();

/**
 * The state of `session` without its cookies; the same object until something changes. Null if a change
 * could go unnoticed.
 * @param parts makes what is remembered
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

/** Sends `session` in full the next time: the other side has closed its adapters. */
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
    // Entries are replaced and never changed, as long as their values are text.
    if (typeof entry[1] !== 'string' && entry[1] !== null) return null;
    snapshot.push(entry);
  }
  // Marks where one list ends and the next begins.
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

/** The other side makes an adapter once; later only its retries are updated. */
function addAdapters(adapters: ReadonlyMap<string, BaseAdapter>, snapshot: unknown[]): boolean {
  for (const [prefix, adapter] of adapters) {
    if (adapter instanceof HTTPAdapter && !hasDefaultRetries(adapter)) return false;
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

/** The cookies that a copy arrived with. */
const arrived = new WeakMap<Session, ReadonlySet<Cookie>>();

/** What copies without cookies were made from. */
const origins = new WeakMap<Session, SessionParts>();

/** Copies that no call uses, by what they were made from. */
const idle = new WeakMap<SessionParts, Session[]>();

/**
 * Makes a session again, with `cookies` where they are not part of its state: the session itself, where it has its home; elsewhere
 * a copy that is one call's own.
 */
export function copySession(parts: SessionParts, cookies: RequestsCookieJar | null): Session {
  const original = objectAtHome(parts.id);
  if (original !== undefined) return original as Session;
  const copy = (cookies === null ? idle.get(parts)?.pop() : undefined) ?? makeCopy(parts, cookies);
  for (const adapter of copy.adapters.values()) keepCopy(adapter);
  return copy;
}

function makeCopy(parts: SessionParts, cookies: RequestsCookieJar | null): Session {
  const { adapters, ...fields } = parts.state;
  const copy = Reflect.construct<[typeof kNoAdapters], Session>(
    Session,
    [kNoAdapters],
    parts.cls as typeof Session,
  );
  for (const [name, value] of Object.entries(fields)) Object.assign(copy, { [name]: ownCopy(value) });
  if (cookies !== null) copy.cookies = cookies;
  for (const [prefix, adapter] of adapters as Session['adapters']) copy.adapters.set(prefix, adapter);
  setHomeId(copy, parts.id);
  arrived.set(copy, new Set(copy.cookies));
  if (cookies === null) origins.set(copy, parts);
  return copy;
}

/** Other copies share the value, so none may change it. */
function ownCopy(value: unknown): unknown {
  if (value instanceof CaseInsensitiveDict) return value.copy();
  if (Array.isArray(value)) return [...(value as unknown[])];
  return isPlainObject(value) ? { ...value } : value;
}

/** Keeps `session` for another call if it is an unchanged copy. The caller's code must not have seen it. */
export function giveBack(session: Session, cls: unknown): void {
  const parts = origins.get(session);
  if (parts?.cls !== cls || session.cookies.length > 0) return;
  const others = idle.get(parts as SessionParts);
  if (others === undefined) idle.set(parts as SessionParts, [session]);
  else others.push(session);
}

/** The changes to the cookies of a copy, as arguments of {@link changeCookies}; null for none, or when it is no copy. */
export function cookieChanges(copy: Session): Parameters<typeof changeCookies> | null {
  const id = foreignId(copy);
  const before = arrived.get(copy);
  if (id === undefined || before === undefined) return null;
  if (before.size === 0 && copy.cookies.length === 0) return null;
  const after = new Set(copy.cookies);
  // A cookie that is set again is another object.
  const set = [...after].filter((cookie) => !before.has(cookie));
  const isKept = (old: Cookie): boolean =>
    [...after].some(
      ({ domain, path, name }) => domain === old.domain && path === old.path && name === old.name,
    );
  const removed =
    after.size === before.size && set.length === 0 ? [] : [...before].filter((old) => !isKept(old));
  return set.length === 0 && removed.length === 0 ? null : [id, set, removed];
}

/** At home: makes the changes of a copy's cookies to those of the original. */
export function changeCookies(id: string, set: readonly Cookie[], removed: readonly Cookie[]): void {
  const session = objectAtHome(id) as Session | undefined;
  if (session === undefined) return;
  for (const { domain, path, name } of removed) {
    const isThere = [...session.cookies].some(
      (cookie) => cookie.domain === domain && cookie.path === path && cookie.name === name,
    );
    if (isThere) session.cookies.clear({ domain, path, name });
  }
  for (const cookie of set) session.cookies.set_cookie(cookie);
}

setReferences(import.meta.url, { changeCookies, copySession, Session });
setReducer(Session, (session) => reduceSession(session, session.constructor), { subclasses: true });
