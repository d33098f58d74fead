import { inspect } from 'node:util';
import { type AbortToken, repr, setReducer, setReferences, ValueError } from '../../builtins/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import { HTTPAdapter } from '../adapters/http-adapter.js';
import { cookiejar_from_dict, extractSetCookies, RequestsCookieJar } from '../cookies/index.js';
import { requestChannel, type RequestTrace, traced } from '../diagnostics/trace.js';
import { InvalidSchema } from '../exceptions/requests.js';
import { dispatch_hook } from '../hooks.js';
import { PreparedRequest } from '../models/prepared-request.js';
import { Request } from '../models/request.js';
import { Response } from '../models/response.js';
import { CaseInsensitiveDict } from '../structures/case-insensitive-dict.js';
import type { kAbortToken } from '../types.js';
import type { Cert, HeadersInput, Params, Proxies, TimeoutInput } from '../inputs.js';
import { type Auth, type Hooks, kTrace, type RequestOptions, type SessionSendOptions } from '../types.js';
import { default_headers } from '../headers/default-headers.js';
import { get_netrc_auth } from '../environment/netrc-auth.js';
import { withoutUserinfo } from '../urls/redact.js';
import {
  bindRequest,
  checkRequestOptions,
  requestPart,
  type RequestArguments,
  type UrlInput,
  type WithMethodAndUrl,
} from './call-arguments.js';
import { type EnvironmentSettings, mergeEnvironment } from './environment.js';
import { hasAuth, mergeCookies, mergeHeaders, mergeHooks, mergeParams, mergeScalar } from './merge.js';
import { PlainRequests } from './plain-requests.js';
import { kSendNow } from './redirecting-session.js';
import { SendSettings, sendSettings, settingsToSend } from './send-settings.js';
import { arriveAs, reduceSession, type SessionParts } from '../crossing/session-copy.js';
import { SessionHooks } from './session-hooks.js';
import { SessionVerbs } from './verbs.js';

/** `request` without the detours of a subclass: a FuturesSession's own would queue. */
export const kRequestNow: unique symbol = Symbol('requests.request-now');

/** Told of the prepared request before it is sent. Rides among the options, where no caller types it. */
export const kOnPrepared: unique symbol = Symbol('requests.on-prepared');

/** What travels with a request's options beside what a caller typed. */
export interface InternalRequestOptions extends RequestOptions {
  /** @internal */
  [kAbortToken]?: AbortToken | undefined;
  /** @internal */
  [kOnPrepared]?: { prepared(request: PreparedRequest): void } | undefined;
  /** @internal */
  [kTrace]?: RequestTrace | null | undefined;
}

/** Options of `merge_environment_settings`. */
export type EnvironmentInput = Pick<RequestOptions, 'proxies' | 'stream' | 'verify' | 'cert'>;

/** Has the constructor leave the adapters to its caller. */
const kNoAdapters: unique symbol = Symbol('requests.no-adapters');

const BOUND = ['get', 'options', 'head', 'post', 'put', 'patch', 'delete', 'request', 'send'] as const;

/**
 * Keeps cookies, connections and settings between requests. The attributes are defaults that each request may override.
 *
 * Every verb is bound to its session, so it can be passed around: `executor.submit(session.get, url)`.
 *
 * @example
 * ```ts
 * await using session = new Session();
 * session.headers['X-Token'] = 'abc';
 * const response = await session.get('https://example.org/', { timeout: 5 });
 * console.log(response.status_code, response.json());
 * ```
 */
export class Session<
  R extends Promise<Response> = Promise<Response>,
  O extends RequestOptions = RequestOptions,
> extends SessionVerbs<R, O> {
  /** Credentials. Default null. */
  auth: Auth | null = null;
  /** Proxy URLs by scheme; the environment's come first. Default none. */
  proxies: Proxies = {};
  /** Added to each URL's query. */
  params: Params = {};
  /** Leave bodies unread, for the caller to read piece by piece. Default false. */
  stream = false;
  /** Verify certificates: true, false, or the path of a CA bundle. Default true. */
  verify: boolean | string | null = true;
  /** The client's certificate. Default null. */
  cert: Cert | null = null;
  /** Seconds for connecting and for each read, where a request names none. Default null: wait for ever. Not in Python. */
  timeout: TimeoutInput | null = null;
  /** The most bytes a decoded body may have, where a request names no limit. Default null. Not in Python. */
  max_response_size: number | null = null;
  /** The cookies kept between requests. */
  cookies: RequestsCookieJar = cookiejar_from_dict({});
  /** The adapters by URL prefix, longest first. */
  readonly adapters: Map<string, BaseAdapter> = new Map();
  readonly #plainRequests = new PlainRequests();
  /** `send`, as long as nobody has put another in its place. */
  #ownSend: unknown = null;
  #headers = default_headers();
  #hooks = new SessionHooks();

  constructor();
  /** @internal */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- this one is left out of the declarations
  constructor(adapters: typeof kNoAdapters);
  constructor(adapters?: typeof kNoAdapters) {
    super();
    if (adapters !== kNoAdapters) {
      this.mount('https://', new HTTPAdapter());
      this.mount('http://', new HTTPAdapter());
    }
    const isOwnSend = Reflect.get(this, 'send') === send;
    for (const verb of BOUND) {
      // The subclass's method, if it has one: it must be found by `super` and by overriding, and still come bound.
      const bound = (this[verb] as (this: unknown, ...args: never[]) => unknown).bind(this);
      Object.defineProperty(this, verb, { value: bound, writable: true, configurable: true });
    }
    if (isOwnSend) this.#ownSend = Reflect.get(this, 'send');
  }

  /** Sent with each request, unless it has its own of the same name. Other headers, or a plain object, may be put in their place. */
  get headers(): CaseInsensitiveDict {
    return this.#headers;
  }

  set headers(headers: HeadersInput) {
    // Bytes and null are rare enough among a session's own headers that readers need not be asked to expect them.
    this.#headers = (
      headers instanceof CaseInsensitiveDict ? headers : new CaseInsensitiveDict<unknown>(headers)
    ) as CaseInsensitiveDict;
  }

  /** Functions that see each response, redirects included: push to `hooks.response` or set it. */
  get hooks(): SessionHooks {
    return this.#hooks;
  }

  set hooks(hooks: Hooks | null) {
    this.#hooks = hooks instanceof SessionHooks ? hooks : new SessionHooks(hooks);
  }

  /**
   * Sends a request with any method: `request(method, url, options)`, or `request({ method, url, … })`. Every verb comes down
   * to this.
   */
  request(...args: RequestArguments<O>): R;
  request(method: string | Uint8Array | WithMethodAndUrl<O>, url?: UrlInput, options?: O | null): R {
    // `R` is a plain promise here; the one subclass that narrows it to a Future overrides this method.
    return this.requestNow(method, url, options) as R;
  }

  /** @internal */
  [kRequestNow](method: string, url: UrlInput, options: O): Promise<Response> {
    return this.request(method, url, options);
  }

  /** @internal */
  protected requestNow(
    first: string | Uint8Array | WithMethodAndUrl<O>,
    second?: UrlInput,
    third?: O | null,
  ): Promise<Response> {
    try {
      const { method, url, options } = bindRequest<O>(first, second, third);
      return this.requestBound(method, url, options);
    } catch (error) {
      return rejected(error);
    }
  }

  /** A request whose arguments are sorted out. May throw instead of rejecting. @internal */
  protected requestBound(method: string, url: UrlInput, options: O): Promise<Response> {
    const internal: InternalRequestOptions = options;
    if (internal[kTrace] === undefined && requestChannel.hasSubscribers) {
      return traced(method, url, (trace) => this.requestNow(method, url, { ...options, [kTrace]: trace }));
    }
    checkRequestOptions('request()', options);
    const prepared = this.#prepare(method.toUpperCase(), url, options);
    internal[kOnPrepared]?.prepared(prepared);
    const settings = sendSettings(options, mergeEnvironment(prepared.url ?? '', options, this), this);
    return this[kSendNow](prepared, settings, options.allow_redirects ?? true);
  }

  #prepare(method: string, url: UrlInput, options: O): PreparedRequest {
    if (this.prepare_request === prepareRequest) {
      const plain = this.#plainRequests.prepare(this, method, url, options);
      if (plain !== null) return plain;
    }
    return this.prepare_request(new Request(method, url, requestPart(options)));
  }

  /** Merges the session's state into `request` (headers, query, cookies, credentials, hooks) and makes it ready to send. */
  prepare_request(request: Request): PreparedRequest {
    const given = request.cookies;
    const cookies = given === null || given instanceof RequestsCookieJar ? given : cookiejar_from_dict(given);
    let auth = request.auth;
    if (this.trust_env && !hasAuth(auth) && !hasAuth(this.auth)) {
      auth = get_netrc_auth(String(request.url)) ?? auth;
    }
    const prepared = new PreparedRequest();
    prepared.prepare({
      method: request.method,
      url: request.url,
      files: request.files,
      data: request.data,
      json: request.json,
      headers: mergeHeaders(request.headers, this.headers),
      params: mergeParams(request.params, this.params),
      auth: mergeScalar(auth, this.auth),
      cookies: mergeCookies(cookies, this.cookies),
      hooks: mergeHooks(request.hooks, this.#hooks),
    });
    return prepared;
  }

  /**
   * Sends what `prepare_request` or `request.prepare()` made. The session's headers, query, credentials and hooks are not
   * applied here; its `stream`, `verify`, `cert`, proxies and timeout are, where `options` leave them out, and the
   * cookies of the response are kept.
   *
   * Throws ValueError for a Request that is not prepared, InvalidSchema when no adapter is mounted for the URL.
   */
  send(request: PreparedRequest, options?: SessionSendOptions | null): R {
    return this.sendNow(request, options ?? {}) as R;
  }

  /** @internal */
  [kSendNow](
    request: PreparedRequest,
    options: SessionSendOptions,
    allow_redirects: boolean,
  ): Promise<Response> {
    if (this.send === this.#ownSend) return this.sendNow(request, options, allow_redirects);
    return this.send(request, { ...options, allow_redirects });
  }

  /** @internal */
  protected async sendNow(
    request: PreparedRequest,
    options: SessionSendOptions,
    allow_redirects: boolean = options.allow_redirects ?? true,
  ): Promise<Response> {
    if (!(request instanceof PreparedRequest)) throw new ValueError('You can only send PreparedRequests.');
    const trace = options[kTrace];
    if (trace === undefined && requestChannel.hasSubscribers) {
      const { method, url } = request;
      return traced(method, url, (made) =>
        this.sendNow(request, { ...options, [kTrace]: made }, allow_redirects),
      );
    }
    const settings = options instanceof SendSettings ? options : settingsToSend(request, options, this);
    const adapter = this.get_adapter(request.url ?? '');
    const start = performance.now();
    let response = await (settings[kTrace] === null
      ? adapter.send(request, settings)
      : settings[kTrace].send(adapter, request, settings));
    response.elapsed = (performance.now() - start) / 1000;
    if (!settings.stream) {
      if (!(response instanceof Response && response.readNow())) await response.read();
      trace?.bodyRead(response);
    }
    // One on the wire, its body buffered unless streaming, then the hooks, then the cookies it set.
    if (request.hasHooks) response = await this.#runHooks(response, request, settings);
    for (const earlier of response.history) extractSetCookies(this.cookies, earlier.request, earlier);
    extractSetCookies(this.cookies, request, response);
    try {
      // Nearly every response is no redirect; the generator is not worth starting for those.
      if (this.get_redirect_target(response) === null) return response;
      return await this.#finish(response, request, settings, allow_redirects);
    } catch (error) {
      // Nobody is handed this response: unread, it would hold its connection for ever.
      response.close();
      throw error;
    }
  }

  async #runHooks(first: Response, request: PreparedRequest, settings: SendSettings): Promise<Response> {
    try {
      const response = await dispatch_hook('response', request.hooks, first, settings);
      if (!settings.stream) await response.read();
      return response;
    } catch (error) {
      first.close();
      throw error;
    }
  }

  /** Follows redirects, or notes where the next one would lead. */
  async #finish(
    first: Response,
    request: PreparedRequest,
    settings: SendSettings,
    follow: boolean,
  ): Promise<Response> {
    if (!follow) {
      for await (const next of this.followRedirects(first, request, settings, true)) {
        first._next = next as PreparedRequest;
      }
      return first;
    }
    const chain = [first];
    for await (const response of this.resolve_redirects(first, request, settings)) chain.push(response);
    const last = chain.pop() ?? first;
    if (chain.length > 0) last.history = chain;
    return last;
  }

  /** The settings of one request, merged with the environment's and the session's. */
  merge_environment_settings(url: string, options: EnvironmentInput = {}): EnvironmentSettings {
    return mergeEnvironment(url, options, this);
  }

  /** The adapter mounted for `url`: the longest prefix it starts with. Throws InvalidSchema when there is none. */
  get_adapter(url: string): BaseAdapter {
    const lower = url.toLowerCase();
    for (const [prefix, adapter] of this.adapters) {
      if (lower.startsWith(prefix.toLowerCase())) return adapter;
    }
    throw new InvalidSchema(`No connection adapters were found for ${repr(withoutUserinfo(url))}`);
  }

  /**
   * Sends URLs that start with `prefix` through `adapter`. A longer prefix wins over a shorter one. Matching is by text
   * alone, so end a host with a slash: `https://example.com` is also a prefix of `https://example.com.other.org`.
   */
  mount(prefix: string, adapter: BaseAdapter): void;
  mount(options: { prefix: string; adapter: BaseAdapter }): void;
  mount(first: string | { prefix: string; adapter: BaseAdapter }, second?: BaseAdapter): void {
    const { prefix, adapter } = typeof first === 'string' ? { prefix: first, adapter: second } : first;
    if (adapter === undefined) throw new TypeError("mount() missing 1 required argument: 'adapter'");
    const shorter = this.adapters.has(prefix)
      ? []
      : [...this.adapters].filter(([other]) => other.length < prefix.length);
    for (const [other] of shorter) this.adapters.delete(other);
    this.adapters.set(prefix, adapter);
    for (const [other, mounted] of shorter) this.adapters.set(other, mounted);
  }

  /** Closes the adapters and their idle connections. The session can be used again afterwards. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.adapters.values(), async (adapter) => adapter.close()));
  }

  /** `await using session = new Session()` closes it at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  override toString(): string {
    return `<${this.constructor.name}>`;
  }

  /** Names no headers, cookies or credentials: a session ends up in logs. */
  [inspect.custom](): string {
    return this.toString();
  }
}

/**
 * The copy of a session in another thread, for one call. Its adapters are kept there from call to call.
 * @internal
 */
export function copySession(parts: SessionParts, cookies: RequestsCookieJar | null): Session {
  return arriveAs(parts, cookies, () =>
    Reflect.construct<[typeof kNoAdapters], Session>(Session, [kNoAdapters], parts.cls as typeof Session),
  );
}

setReferences(import.meta.url, { copySession, Session });
setReducer(Session, (session) => reduceSession(copySession, session, session.constructor), {
  subclasses: true,
});

// What is found in their place is a subclass's, or somebody has replaced it.
const { prepare_request: prepareRequest, send } = Session.prototype as unknown as Record<string, unknown>;

function rejected(error: unknown): Promise<never> {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is what was thrown
  return Promise.reject(error);
}
