/** How a session crosses to another thread, and what its copy there brings home. */
import { setReferences } from '../../builtins/index.js';
import { foreignId, homeId, objectAtHome, setHomeId } from '../../pickle/index.js';
import type { Cookie, RequestsCookieJar } from '../cookies/index.js';
import type { Session } from './session.js';

/** The fields of a session that are not what they are in a new one. */
export type SessionState = Readonly<Record<string, unknown>>;

/** What fields are in a new session; those that are so need not cross. */
const USUAL: SessionState = {
  auth: null,
  stream: false,
  verify: true,
  cert: null,
  timeout: null,
  max_response_size: null,
  max_redirects: 30,
  trust_env: true,
};

/** The cookies that a copy came with. */
const arrived = new WeakMap<Session, ReadonlySet<Cookie>>();

/** What `session` is made of again, as an object of class `cls`; without the fields that mean nothing elsewhere. */
export function sessionParts(
  session: Session,
  cls: unknown,
  leftOut: readonly string[] = [],
): readonly [id: string, cls: unknown, state: SessionState] {
  const state: Record<string, unknown> = { headers: session.headers };
  for (const [name, value] of Object.entries(session) as [string, unknown][]) {
    if (!leftOut.includes(name) && !isUsual(name, value)) state[name] = value;
  }
  const hooks = session.hooks.response;
  if (hooks.length > 0) state['hooks'] = { response: hooks };
  return [homeId(session), cls, state];
}

function isUsual(name: string, value: unknown): boolean {
  if (name in USUAL) return USUAL[name] === value;
  if (name === 'cookies') return (value as RequestsCookieJar).length === 0;
  const isEmptyByDefault = name === 'proxies' || name === 'params';
  return isEmptyByDefault && typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The session itself, where it has its home; elsewhere a copy from `make` with `state`. */
export function arriveAs(id: string, make: () => Session, state: SessionState): Session {
  const original = objectAtHome(id);
  if (original !== undefined) return original as Session;
  const { adapters, ...fields } = state;
  const copy = Object.assign(make(), fields);
  for (const [prefix, adapter] of adapters as Session['adapters']) copy.adapters.set(prefix, adapter);
  setHomeId(copy, id);
  arrived.set(copy, new Set(copy.cookies));
  return copy;
}

/** What has happened to the cookies of a copy, for {@link changeCookies}; null when nothing has, or when it is no copy. */
export function cookieChanges(copy: Session): Parameters<typeof changeCookies> | null {
  const id = foreignId(copy);
  const before = arrived.get(copy);
  if (id === undefined || before === undefined) return null;
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
