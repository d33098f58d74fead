/** A session's headers, query, cookies and hooks, and how a request's own are laid over them (rule 1.4). */
import { types } from 'node:util';
import { isEmpty, isPlainObject, isSearchParams, typeName } from '../../builtins/index.js';
import { cookiejar_from_dict, merge_cookies, RequestsCookieJar } from '../cookies/index.js';
import { get_netrc_auth } from '../environment/netrc-auth.js';
import { check_header_validity, checkNoLines } from '../headers/header-validity.js';
import { SharedHeaders } from '../headers/shared-headers.js';
import { checkEvent, checkHooks, copyHooks, hookList } from '../hooks.js';
import type { CookiesInput, HeadersInput, Params, ParamValue } from '../inputs.js';
import { PreparedRequest } from '../models/prepared-request.js';
import type { Request, RequestParts } from '../models/request.js';
import {
  CaseInsensitiveDict,
  type HeaderEntry,
  headerStore,
  wrapStore,
} from '../structures/case-insensitive-dict.js';
import type { Auth, HookLists, Hooks, RequestOptions, ResponseHook } from '../types.js';
import { checkFields } from '../urls/params.js';

type Absent = null | undefined;

/** The session's side of a request. */
interface MergedSession {
  readonly auth: Auth | null;
  readonly cookies: RequestsCookieJar;
  readonly headers: CaseInsensitiveDict;
  readonly hooks: HookLists;
  readonly params: Params;
  readonly trust_env: boolean;
}

/** A request with the session's state merged in, ready to send. `parts` may hold more than what makes up a request. */
export function prepareMerged(
  session: MergedSession,
  checked: CheckedHeaders,
  method: Request['method'],
  url: Request['url'],
  parts: RequestParts,
): PreparedRequest {
  const { headers, files, data, json } = parts;
  let { auth } = parts;
  if (session.trust_env && !hasAuth(auth) && !hasAuth(session.auth)) {
    auth = get_netrc_auth(String(url)) ?? auth;
  }
  const hasOwnHeaders =
    headers !== null && headers !== undefined && !(isPlainObject(headers) && isEmpty(headers));
  const laidOver = hasOwnHeaders ? checked.under(headers) : null;
  const prepared = new PreparedRequest();
  prepared._prepare(
    {
      method,
      url,
      files,
      data,
      json,
      headers: hasOwnHeaders && laidOver === null ? mergeHeaders(headers, session.headers) : null,
      params: mergeParams(parts.params, session.params),
      auth: auth ?? session.auth,
      cookies: mergeCookies(parts.cookies, session.cookies),
      hooks: mergeHooks(parts.hooks, session.hooks),
    },
    hasOwnHeaders ? null : checked,
    laidOver,
  );
  return prepared;
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
  if (isPlainObject(session) && isEmpty(session)) {
    // Neither has any.
    if (request === null || request === undefined) return null;
    // There is nothing to lay it over, and names without a value are left out when it is encoded.
    if (isPlainObject(request) && !(Symbol.asyncIterator in request)) return request;
  }
  const ours = request ?? {};
  // A list of the session is dropped; one that could never be sent is refused.
  checkFields('params', session);
  if (!isMapping(session) || !isMapping(ours)) return ours;
  const merged = new Map<string, ParamValue>(entriesOf(session));
  for (const [key, value] of entriesOf(ours)) merged.set(key, value);
  for (const [key, value] of merged) if (value === null || value === undefined) merged.delete(key);
  return merged.size === 0 ? null : merged;
}

type ParamMapping = Readonly<Record<string, ParamValue>> | ReadonlyMap<unknown, ParamValue> | URLSearchParams;

function isMapping(value: Params): value is ParamMapping {
  return types.isMap(value) || isSearchParams(value) || isPlainObject(value);
}

function entriesOf(mapping: ParamMapping): Iterable<readonly [string, ParamValue]> {
  if (isSearchParams(mapping)) {
    return [...new Set(mapping.keys())].map((key) => [key, mapping.getAll(key)] as const);
  }
  if (types.isMap(mapping)) {
    return [...(mapping as ReadonlyMap<unknown, ParamValue>)].map(
      ([key, value]) => [String(key), value] as const,
    );
  }
  return Object.entries(mapping);
}

/** Headers, case-insensitively: a session header keeps its place and takes the request's spelling; null removes it. */
export function mergeHeaders(
  request: HeadersInput | Absent,
  session: HeadersInput | Absent,
): CaseInsensitiveDict<string | Uint8Array | Absent> {
  checkNoLines(request);
  const merged = new CaseInsensitiveDict<string | Uint8Array | Absent>(session ?? request);
  if (session === null || session === undefined || request === null || request === undefined) return merged;
  merged.update(request);
  const store = headerStore(merged);
  store.forEach((entry, key) => {
    if (entry[1] === null || entry[1] === undefined) store.delete(key);
  });
  return merged;
}

/** What `session.headers` is set to. A dict is taken as it is. */
export function sessionHeaders(headers: HeadersInput | Absent): CaseInsensitiveDict {
  checkNoLines(headers);
  // Bytes and null are so rare among a session's own headers that the getter's type leaves them out.
  return (
    headers instanceof CaseInsensitiveDict ? headers : new CaseInsensitiveDict<unknown>(headers)
  ) as CaseInsensitiveDict;
}

/** The headers of a session, merged and checked for all of its requests: once, until they change. */
export class CheckedHeaders {
  readonly #session: { readonly headers: CaseInsensitiveDict };
  #shared: SharedHeaders | null = null;
  /** What `#shared` was made of. The entries of a dict are never changed, only replaced. */
  #entries: readonly HeaderEntry<string>[] = [];

  constructor(session: { readonly headers: CaseInsensitiveDict }) {
    this.#session = session;
  }

  /** Throws InvalidHeader for one that cannot be sent. */
  current(): SharedHeaders {
    const { headers } = this.#session;
    const store = headerStore(headers);
    if (this.#shared === null || !this.#isMadeOf(store)) {
      const checked = new PreparedRequest();
      checked.prepare_headers(mergeHeaders({}, headers));
      this.#entries = [...store.values()];
      this.#shared = new SharedHeaders(headerStore(checked.headers));
    }
    return this.#shared;
  }

  /**
   * A copy with a request's own laid over it, checked: as {@link mergeHeaders} gives it. Null where that has to do it: for more
   * than text by name, where a null of the session holds a place, and where one is invalid, perhaps until it is replaced.
   */
  under(own: HeadersInput): CaseInsensitiveDict | null {
    if (!isPlainObject(own) || Symbol.iterator in own) return null;
    try {
      const { store } = this.current();
      if (store.size !== this.#entries.length) return null;
      const merged = new Map(store);
      for (const name of Object.keys(own)) {
        const entry = [name, own[name] as string] as const;
        if (typeof entry[1] !== 'string') return null;
        check_header_validity(entry);
        merged.set(name.toLowerCase(), entry);
      }
      return wrapStore(merged);
    } catch {
      // The order of all of them decides which one the error names.
      return null;
    }
  }

  #isMadeOf(store: ReadonlyMap<string, HeaderEntry<string>>): boolean {
    const entries = this.#entries;
    if (store.size !== entries.length) return false;
    let index = 0;
    for (const entry of store.values()) if (entry !== entries[index++]) return false;
    return true;
  }
}

/**
 * A session's hooks: `session.hooks.response` reads as an array to push to, and takes a hook, several, or null for none.
 */
export class SessionHooks implements HookLists {
  #response: ResponseHook[];

  constructor(hooks: Hooks | null | undefined = null) {
    checkHooks(hooks);
    this.#response = hookList(hooks?.response);
  }

  /** The hooks, in the order in which they run. Set it to a hook, several, or null for none. */
  get response(): ResponseHook[] {
    return this.#response;
  }

  set response(hooks: Hooks['response']) {
    this.#response = hookList(hooks);
  }
}

/** Hooks do not add up: a request that has any uses its own in place of the session's. Throws ValueError for an unknown event. */
export function mergeHooks(request: Hooks | Absent, session: HookLists): HookLists | null {
  if (request !== null && request !== undefined) {
    const own = copyHooks(request);
    if (own.response.length > 0) return own;
  }
  // Of a SessionHooks, these are what was set by another name.
  for (const event of Object.keys(session)) checkEvent(event);
  return session.response.length > 0 ? { response: [...session.response] } : null;
}

/** The truth of an auth setting in Python: `()`, `false` and `''` count as none. */
export function hasAuth(auth: RequestOptions['auth']): boolean {
  return Boolean(auth) && !(Array.isArray(auth) && auth.length === 0);
}

/** Found out only when a response sets cookies, it would cost that response. @throws TypeError */
export function checkSessionCookies(cookies: unknown): void {
  if (cookies instanceof RequestsCookieJar) return;
  throw new TypeError(
    `session.cookies must be a RequestsCookieJar, got ${typeName(cookies)}; ` +
      'write session.cookies.clear(), or session.cookies.update({ name: value })',
  );
}

/** The adapters may have been replaced by untyped code. @throws TypeError */
export function checkAdapters(adapters: unknown): void {
  // `instanceof`: a reactive store makes a Proxy of it.
  if (types.isMap(adapters) || adapters instanceof Map) return;
  throw new TypeError(
    `session.adapters must be a Map of adapters by URL prefix, got ${typeName(adapters)}; ` +
      'write session.mount(prefix, adapter)',
  );
}

/** @throws TypeError for what a session sends with */
export function checkSession({
  cookies,
  adapters,
}: {
  readonly cookies: unknown;
  readonly adapters: unknown;
}): void {
  checkSessionCookies(cookies);
  checkAdapters(adapters);
}

/** The session's cookies and the request's, in a jar of the request's own; null when there are none at all. */
export function mergeCookies(
  request: CookiesInput | Absent,
  session: RequestsCookieJar,
): RequestsCookieJar | null {
  checkSessionCookies(session);
  const hasOwn = request !== null && request !== undefined;
  if (!hasOwn && session.length === 0) return null;
  const jar = merge_cookies(new RequestsCookieJar(), session);
  if (!hasOwn) return jar;
  return merge_cookies(jar, request instanceof RequestsCookieJar ? request : cookiejar_from_dict(request));
}
