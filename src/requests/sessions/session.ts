import { inspect } from 'node:util';
import { addFrames, checkCount, framesAbove, ownOptions, setBoundMethod } from '../../builtins/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import { HTTPAdapter } from '../adapters/http-adapter.js';
import { closeBody } from '../bodies/outgoing/close-body.js';
import { closeBodies } from '../bodies/outgoing/multipart.js';
import { cookiejar_from_dict, type RequestsCookieJar } from '../cookies/index.js';
import { requestChannel, traced } from '../diagnostics/trace.js';
import { dispatch_hook } from '../hooks.js';
import { PreparedRequest } from '../models/prepared-request.js';
import { Request } from '../models/request.js';
import { extractSetCookies, Response } from '../models/response.js';
import type { CaseInsensitiveDict } from '../structures/case-insensitive-dict.js';
import type { Cert, HeadersInput, Params, Proxies, TimeoutInput } from '../inputs.js';
import { type Auth, type Hooks, kContext, type RequestOptions, type SessionSendOptions } from '../types.js';
import { default_headers } from '../headers/default-headers.js';
import { withDeadline } from './deadline.js';
import { checkedSendOptions, checkNoArguments, checkSendCount, notPrepared } from './option-shapes.js';
import { joinBase } from '../urls/join-base.js';
import { CheckedHeaders, checkSession, prepareMerged, sessionHeaders, SessionHooks } from './merge.js';
import { closeAdapters, mountAdapter, noAdapter } from './mounts.js';
import { kNoAdapters, kRequestNow, kSendNow, readBody } from './redirecting-session.js';
import {
  type EnvironmentSettings,
  mergeEnvironment,
  SendSettings,
  settingsOf,
  settingsOfPrepared,
} from './settings.js';
import {
  bindRequest,
  checkRequestOptions,
  requestPart,
  type RequestArguments,
  SessionVerbs,
  type UrlInput,
  type WithMethodAndUrl,
} from './verbs.js';

/** Options of `merge_environment_settings`. */
export type EnvironmentInput = Pick<RequestOptions, 'proxies' | 'stream' | 'verify' | 'cert'>;

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
  /** Seconds for connecting and for each read of requests without a timeout. Default null: no limit. Not in Python. */
  timeout: TimeoutInput | null = null;
  /** The most bytes a decoded body may have, where a request names no limit. Default null. Not in Python. */
  max_response_size: number | null | undefined = null;
  /** What URLs without a host are appended to, as in httpx: `/a` and `a` mean the same. Default null. Not in Python's requests. */
  base_url: string | null | undefined = null;
  /** Seconds for a whole request, to the last byte of its body. Default null: any time. Not in Python. */
  deadline: number | null | undefined = null;
  /** The cookies kept between requests. */
  cookies: RequestsCookieJar = cookiejar_from_dict({});
  /** The adapters by URL prefix, longest first. */
  readonly adapters: Map<string, BaseAdapter> = new Map();
  readonly #checkedHeaders = new CheckedHeaders(this);
  /** `send`, unless another was put in its place. */
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
      checkNoArguments(adapters);
      for (const prefix of ['https://', 'http://']) this.mount(prefix, new HTTPAdapter());
    }
    const isOwnSend = Reflect.get(this, 'send') === send;
    for (const verb of BOUND) {
      // The subclass's method, if it has one: it must be found by `super` and by overriding, and still come bound.
      const own = (this[verb] as (this: unknown, ...args: never[]) => unknown).bind(this);
      const value = setBoundMethod(own, this);
      Object.defineProperty(this, verb, { value, writable: true, configurable: true });
    }
    if (isOwnSend) this.#ownSend = Reflect.get(this, 'send');
  }

  /** Sent with each request, unless it has its own of the same name. Other headers, or a plain object, may be put in their place. */
  get headers(): CaseInsensitiveDict {
    return this.#headers;
  }

  set headers(headers: HeadersInput) {
    this.#headers = sessionHeaders(headers);
  }

  /** Functions that get each response, redirects included: push to `hooks.response` or set it. */
  get hooks(): SessionHooks {
    return this.#hooks;
  }

  set hooks(hooks: Hooks | null) {
    this.#hooks = hooks instanceof SessionHooks ? hooks : new SessionHooks(hooks);
  }

  /** Sends a request with any method: `request(method, url, options)`, or `request({ method, url, … })`. Every verb calls it. */
  request(...args: RequestArguments<O>): R;
  request(method: string | Uint8Array | WithMethodAndUrl<O>, url?: UrlInput, options?: O | null): R {
    // `R` is a plain promise here; the one subclass that narrows it to a Future overrides this method.
    return this.requestNow(method, url, options, arguments.length) as R;
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
    count = 3,
  ): Promise<Response> {
    try {
      const { method, url, options } = bindRequest<O>(first, second, third, count);
      return this.requestBound(method, url, options);
    } catch (error) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is what was thrown
      return Promise.reject(error);
    }
  }

  /** A request whose arguments are sorted out. May throw instead of rejecting. @internal */
  protected requestBound(method: string, url: UrlInput, given: O): Promise<Response> {
    const options = ownOptions(given);
    try {
      return this.#prepareAndSend(method, url, options);
    } catch (error) {
      closeBodies(options.data, options.files);
      // This package's own frames may have used up those that V8 keeps.
      throw addFrames(error, framesAbove(this.requestBound)); // eslint-disable-line @typescript-eslint/unbound-method -- it is not called
    }
  }

  #prepareAndSend(method: string, target: UrlInput, options: O): Promise<Response> {
    const url = this.base_url == null ? target : joinBase(this.base_url, target);
    const context = options[kContext];
    if (context?.trace === undefined && requestChannel.hasSubscribers) {
      return traced(method, url, context, (own) =>
        this.requestNow(method, url, { ...options, [kContext]: own }),
      );
    }
    checkRequestOptions('request()', options);
    const deadline = options.deadline ?? this.deadline ?? null;
    if (deadline !== null && context?.hasDeadline !== true) {
      return withDeadline(deadline, options, (own) =>
        this.requestNow(method, url, { ...options, [kContext]: own }),
      );
    }
    const prepared =
      this.prepare_request === prepareRequest
        ? prepareMerged(this, this.#checkedHeaders, method, url, options)
        : this.prepare_request(new Request(method.toUpperCase(), url, requestPart(options)));
    return this.sendBound(prepared, options);
  }

  /** Sends what has been prepared for these options. @internal */
  protected sendBound(prepared: PreparedRequest, options: O): Promise<Response> {
    options[kContext]?.prepared?.(prepared);
    const settings = settingsOf(prepared.url ?? '', options, this);
    return this[kSendNow](prepared, settings, options.allow_redirects ?? true);
  }

  /** Merges the session's state into `request` (headers, query, cookies, credentials, hooks) and makes it ready to send. */
  prepare_request(request: Request): PreparedRequest {
    checkCount('prepare_request() takes (request)', 1, arguments.length);
    return prepareMerged(this, this.#checkedHeaders, request.method, request.url, request);
  }

  /**
   * Sends what `prepare_request` or `request.prepare()` made. The session's headers, query, credentials and hooks are not
   * applied here; its `stream`, `verify`, `cert`, proxies and timeout are, where `options` leave them out, and the
   * cookies of the response are kept.
   *
   * Throws ValueError for a Request that is not prepared, InvalidSchema when no adapter is mounted for the URL.
   */
  send(request: PreparedRequest, options?: SessionSendOptions | null): R {
    checkSendCount(arguments.length);
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
    if (!(request instanceof PreparedRequest)) throw notPrepared(request);
    checkSession(this);
    const context = options[kContext];
    const trace = context?.trace;
    if (trace === undefined && requestChannel.hasSubscribers) {
      return traced(request.method, request.url, context, this.#sendWith(request, options, allow_redirects));
    }
    if (!(options instanceof SendSettings)) options = checkedSendOptions(options);
    const deadline = options instanceof SendSettings ? null : (options.deadline ?? this.deadline ?? null);
    if (deadline !== null && context?.hasDeadline !== true) {
      return withDeadline(deadline, options, this.#sendWith(request, options, allow_redirects));
    }
    let response: Response | null = null;
    try {
      const settings = options instanceof SendSettings ? options : settingsOfPrepared(request, options, this);
      const turn = context?.hop?.(request);
      if (turn) await turn;
      const adapter = this.get_adapter(request.url ?? '');
      const start = performance.now();
      response = await (trace ? trace.send(adapter, request, settings) : adapter.send(request, settings));
      response.elapsed = (performance.now() - start) / 1000;
      if (!settings.stream) {
        if (!(response instanceof Response && response.readNow())) await readBody(response, allow_redirects);
        trace?.bodyRead(response);
      }
      // One on the wire, its body buffered unless streaming, then the hooks, then the cookies it set.
      if (request.hasHooks) {
        response = await dispatch_hook('response', request.hooks, response, settings);
        if (!settings.stream && response._content === false) await readBody(response, allow_redirects);
      }
      for (const earlier of response.history) extractSetCookies(this.cookies, earlier.request, earlier);
      extractSetCookies(this.cookies, request, response);
      // Most responses are not redirects: the generator is started only for those that are.
      if (this.get_redirect_target(response) === null) return response;
      return await this.#finish(response, request, settings, allow_redirects);
    } catch (error) {
      // The caller never gets the response: unread, it would keep its connection.
      response?.close();
      closeBody(request.body);
      throw error;
    }
  }

  /** A closure in {@link sendNow} itself would cost each request a scope. */
  #sendWith(request: PreparedRequest, options: SessionSendOptions, allow_redirects: boolean) {
    return (own: SessionSendOptions[typeof kContext]): Promise<Response> =>
      this.sendNow(request, { ...options, [kContext]: own }, allow_redirects);
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
    for (const [prefix, adapter] of this.adapters) if (lower.startsWith(prefix.toLowerCase())) return adapter;
    throw noAdapter(url);
  }

  /**
   * Sends URLs that start with `prefix` through `adapter`. A longer prefix wins over a shorter one. Matching is by text
   * alone, so end a host with a slash: `https://example.com` is also a prefix of `https://example.com.other.org`.
   */
  mount(prefix: string, adapter: BaseAdapter): void;
  mount(options: { prefix: string; adapter: BaseAdapter }): void;
  mount(first: string | { prefix: string; adapter: BaseAdapter }, second?: BaseAdapter): void {
    mountAdapter(this.adapters, first, second);
  }

  /** Closes the adapters and their idle connections. The session can be used again afterwards. */
  async close(): Promise<void> {
    await closeAdapters(this.adapters);
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

  /** As {@link toString}, for the same reason. */
  toJSON(): string {
    return this.toString();
  }
}

// To be compared with what an object has: another one is a subclass's, or was put in its place.
const { prepare_request: prepareRequest, send } = Session.prototype as unknown as Record<string, unknown>;
