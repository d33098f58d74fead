import { isEmpty, isPlainObject } from '../../builtins/index.js';
import { cookieStore, type RequestsCookieJar } from '../cookies/requests-cookie-jar.js';
import { hookList } from '../hooks.js';
import { PreparedRequest } from '../models/prepared-request.js';
import { SharedHeaders } from '../headers/shared-headers.js';
import {
  type CaseInsensitiveDict,
  type HeaderEntry,
  headerStore,
} from '../structures/case-insensitive-dict.js';
import type { Params } from '../inputs.js';
import type { Auth, HookLists, RequestOptions } from '../types.js';
import { get_netrc_auth } from '../environment/netrc-auth.js';
import { prepare_url } from '../urls/prepare-url.js';
import { mergeHeaders } from './merge.js';

/** The session's side of a plain request. */
interface PlainSession {
  readonly auth: Auth | null;
  readonly cookies: RequestsCookieJar;
  readonly headers: CaseInsensitiveDict;
  readonly hooks: HookLists;
  readonly params: Params;
  readonly trust_env: boolean;
}

/**
 * Prepares requests that have nothing of their own but a URL: GET and HEAD without a body, to which the session adds its
 * headers and hooks and no more. They come out as `prepare_request` makes them, only sooner: the session's headers are
 * merged and checked once, and copied for nobody but those who look at a request's own.
 */
export class PlainRequests {
  #shared: SharedHeaders | null = null;
  /** Of which headers `#shared` was made; the entries of a dict are replaced as a whole. */
  #entries: readonly HeaderEntry<string>[] = [];

  /** Null for a request that is not plain, and for one that cannot be prepared: it is left to others to say why. */
  prepare(
    session: PlainSession,
    method: string,
    url: unknown,
    options: RequestOptions,
  ): PreparedRequest | null {
    if (method !== 'GET' && method !== 'HEAD') return null;
    // Credentials have a sign of their own.
    if (typeof url !== 'string' || url.includes('@')) return null;
    if (!addsNothing(options) || session.auth !== null) return null;
    if (!isPlainObject(session.params) || !isEmpty(session.params)) return null;
    if (cookieStore(session.cookies).length > 0) return null;
    try {
      if (session.trust_env && get_netrc_auth(url) !== null) return null;
      const request = new PreparedRequest();
      request.method = method;
      request.url = prepare_url(url);
      request._shared = this.#headers(session.headers);
      const { response } = session.hooks;
      if (response.length > 0) request._hooks = { response: hookList(response) };
      return request;
    } catch {
      return null;
    }
  }

  #headers(headers: CaseInsensitiveDict): SharedHeaders {
    const store = headerStore(headers);
    if (this.#shared === null || !this.#isMadeOf(store)) {
      const request = new PreparedRequest();
      request.prepare_headers(mergeHeaders({}, headers));
      this.#entries = [...store.values()];
      this.#shared = new SharedHeaders(headerStore(request.headers));
    }
    return this.#shared;
  }

  #isMadeOf(store: ReadonlyMap<string, HeaderEntry<string>>): boolean {
    const entries = this.#entries;
    if (store.size !== entries.length) return false;
    let index = 0;
    for (const entry of store.values()) if (entry !== entries[index++]) return false;
    return true;
  }
}

function addsNothing(options: RequestOptions): boolean {
  const { params, data, json, headers, cookies, files, auth, hooks } = options;
  return (params ?? data ?? json ?? headers ?? cookies ?? files ?? auth ?? hooks ?? null) === null;
}
