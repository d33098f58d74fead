/** How a session crosses to another thread, and what its copy there brings home. */
import { isPlainObject, type Reduced, setReferences } from '../../builtins/index.js';
import { foreignId, homeId, keepCopy, objectAtHome, type Remembered, setHomeId } from '../../pickle/index.js';
import { type Cookie, RequestsCookieJar } from '../cookies/index.js';
import { isPristine } from '../cookies/requests-cookie-jar.js';
import { CaseInsensitiveDict } from '../structures/case-insensitive-dict.js';
import type { Session } from '../sessions/session.js';
import { rememberedState } from './session-state.js';

/** What a session is made of again. */
export interface SessionParts {
  readonly id: string;
  /** What it is to be an object of. */
  readonly cls: unknown;
  /** The fields that are not what they are in a new session. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** Makes a session again; with the cookies, where they are not part of its state. */
type CopySession = (parts: SessionParts, cookies: RequestsCookieJar | null) => Session;

/** What fields are in a new session; those that are so need not cross. */
const USUAL: Readonly<Record<string, unknown>> = {
  auth: null,
  stream: false,
  verify: true,
  cert: null,
  timeout: null,
  max_response_size: null,
  max_redirects: 30,
  trust_env: true,
};

/**
 * How `session` is taken apart for `copy`: to arrive as an object of class `cls`, without the fields `leftOut`, which mean
 * nothing elsewhere. What has not changed since the last time is only named.
 */
export function reduceSession(
  copy: CopySession,
  session: Session,
  cls: unknown,
  leftOut: readonly string[] = [],
): Reduced {
  const remembered = rememberedParts(session, cls, leftOut);
  if (remembered === null) return [copy, [partsOf(session, cls, leftOut), null]];
  return [copy, [remembered, hasUsualCookies(session) ? null : session.cookies]];
}

/** What `session` is made of again but for its cookies; null where it has to be sent each time. */
export function rememberedParts(
  session: Session,
  cls: unknown,
  leftOut: readonly string[],
): Remembered | null {
  if (foreignId(session) !== undefined) return null;
  return rememberedState(session, leftOut, () => partsOf(session, cls, [...leftOut, 'cookies']));
}

/** Whether the cookies are those of a new session: none. */
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

/** The cookies that a copy came with. */
const arrived = new WeakMap<Session, ReadonlySet<Cookie>>();

/** What copies without cookies were made of. */
const origins = new WeakMap<Session, SessionParts>();

/** Copies that no call uses, by what they were made of. */
const idle = new WeakMap<SessionParts, Session[]>();

/** The session itself, where it has its home; elsewhere a copy that is one call's own, from `make` where none is idle. */
export function arriveAs(
  parts: SessionParts,
  cookies: RequestsCookieJar | null,
  make: () => Session,
): Session {
  const original = objectAtHome(parts.id);
  if (original !== undefined) return original as Session;
  const copy = (cookies === null ? idle.get(parts)?.pop() : undefined) ?? makeCopy(parts, cookies, make);
  for (const adapter of copy.adapters.values()) keepCopy(adapter);
  return copy;
}

function makeCopy(parts: SessionParts, cookies: RequestsCookieJar | null, make: () => Session): Session {
  const { adapters, ...fields } = parts.state;
  const copy = make();
  for (const [name, value] of Object.entries(fields)) Object.assign(copy, { [name]: ownCopy(value) });
  if (cookies !== null) copy.cookies = cookies;
  for (const [prefix, adapter] of adapters as Session['adapters']) copy.adapters.set(prefix, adapter);
  setHomeId(copy, parts.id);
  arrived.set(copy, new Set(copy.cookies));
  if (cookies === null) origins.set(copy, parts);
  return copy;
}

/** Other copies will be made of the same value, so that none may change it. */
function ownCopy(value: unknown): unknown {
  if (value instanceof CaseInsensitiveDict) return value.copy();
  if (Array.isArray(value)) return [...(value as unknown[])];
  return isPlainObject(value) ? { ...value } : value;
}

/** A call is done with `session`, which its code has not seen: where it is a copy and as it was made, another call can have it. */
export function giveBack(session: Session, cls: unknown): void {
  const parts = origins.get(session);
  if (parts?.cls !== cls || session.cookies.length > 0) return;
  const others = idle.get(parts as SessionParts);
  if (others === undefined) idle.set(parts as SessionParts, [session]);
  else others.push(session);
}

/** What has happened to the cookies of a copy, for {@link changeCookies}; null when nothing has, or when it is no copy. */
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

/** At home: what a copy's requests did to the cookies happens to the session's own. */
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

setReferences(import.meta.url, { changeCookies });
