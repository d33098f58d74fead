/** How a request's settings are laid over the session's (spec 1.4). */
import { isPlainObject } from '../../builtins/index.js';
import { merge_cookies, RequestsCookieJar } from '../cookies/index.js';
import { hookList } from '../hooks.js';
import { CaseInsensitiveDict, headerStore } from '../structures/case-insensitive-dict.js';
import type { HeadersInput, Params, ParamValue } from '../inputs.js';
import type { HookLists, Hooks, RequestOptions } from '../types.js';

type Absent = null | undefined;

/** A setting that is not dict-like: the request's unless it is null. */
export function mergeScalar<T>(request: T | Absent, session: T | Absent): T | null {
  return request ?? session ?? null;
}

/** Two plain dictionaries: session first, request on top, then every key whose value is null removed. */
export function mergeDicts<V>(
  request: Readonly<Record<string, V | Absent>> | Absent,
  session: Readonly<Record<string, V | Absent>> | Absent,
): Record<string, V> {
  const merged: Record<string, V> = {};
  for (const [key, value] of Object.entries({ ...session, ...request })) {
    if (value !== null && value !== undefined) merged[key] = value;
  }
  return merged;
}

/**
 * Queries: keys merge only when both sides are dict-like. Text or a list of pairs on the request takes the place of the
 * session's, and a list of pairs on the session is dropped even by a request that gives none, as in Python.
 */
export function mergeParams(request: Params | Absent, session: Params | Absent): Params | null {
  if (session === null || session === undefined) return request ?? null;
  const ours = request ?? {};
  if (!isMapping(session) || !isMapping(ours)) return ours;
  const merged = new Map<string, ParamValue>(entriesOf(session));
  for (const [key, value] of entriesOf(ours)) merged.set(key, value);
  for (const [key, value] of merged) if (value === null || value === undefined) merged.delete(key);
  return merged.size === 0 ? null : merged;
}

type ParamMapping = Readonly<Record<string, ParamValue>> | ReadonlyMap<unknown, ParamValue> | URLSearchParams;

function isMapping(value: Params): value is ParamMapping {
  return value instanceof Map || value instanceof URLSearchParams || isPlainObject(value);
}

function entriesOf(mapping: ParamMapping): Iterable<readonly [string, ParamValue]> {
  if (mapping instanceof URLSearchParams) {
    return [...new Set(mapping.keys())].map((key) => [key, mapping.getAll(key)] as const);
  }
  if (mapping instanceof Map) {
    return [...(mapping as ReadonlyMap<unknown, ParamValue>)].map(
      ([key, value]) => [String(key), value] as const,
    );
  }
  return Object.entries(mapping as Readonly<Record<string, ParamValue>>);
}

/** Headers, case-insensitively: a session header keeps its place and takes the request's spelling; null removes it. */
export function mergeHeaders(
  request: HeadersInput | Absent,
  session: HeadersInput | Absent,
): CaseInsensitiveDict<string | Uint8Array | Absent> {
  const merged = new CaseInsensitiveDict<string | Uint8Array | Absent>(session ?? request);
  if (session === null || session === undefined || request === null || request === undefined) return merged;
  merged.update(request);
  const store = headerStore(merged);
  for (const [key, [, value]] of store) if (value === null || value === undefined) store.delete(key);
  return merged;
}

/** Hooks do not add up: a request that has any uses its own in place of the session's. */
export function mergeHooks(request: Hooks | Absent, session: HookLists): HookLists {
  const own = hookList(request?.response);
  return { response: own.length > 0 ? own : [...session.response] };
}

/** Python's truth of an auth setting: `()`, `false` and `''` count as none. */
export function hasAuth(auth: RequestOptions['auth']): boolean {
  return Boolean(auth) && !(Array.isArray(auth) && auth.length === 0);
}

/** The session's cookies and the request's, in a jar of the request's own; null when there are none at all. */
export function mergeCookies(
  request: RequestsCookieJar | null,
  session: RequestsCookieJar,
): RequestsCookieJar | null {
  if (session.length === 0 && request === null) return null;
  const jar = merge_cookies(new RequestsCookieJar(), session);
  return request === null ? jar : merge_cookies(jar, request);
}
