import { type AbortToken, NotImplementedError, RuntimeError, ValueError } from '../../builtins/index.js';
import { basicAuthHeader } from '../auth/basic.js';
import { InvalidURL, RequestException } from '../exceptions/requests.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import { buildResponse, type Response } from '../models/response.js';
import type { Cert, Proxies } from '../inputs.js';
import { kContext, type SendOptions } from '../types.js';
import type { HTTPResponse } from '../urllib3/response.js';
import type { Retry } from '../urllib3/retry.js';
import { resolveTimeout } from '../urllib3/timeout.js';
import { warnInsecureRequest } from '../urllib3/warnings.js';
import { get_auth_from_url } from '../urls/url-tools.js';
import { parse_url } from '../urls/parse-url.js';
import { isUnixUrl } from '../urls/unix-url.js';
import { asRetry } from './max-retries.js';
import { BaseAdapter } from './base-adapter.js';
import {
  checkAdapterOptions,
  checkLenience,
  checkSockets,
  HTTP_ADAPTER_OPTIONS,
  type HTTPAdapterOptions,
  refuseArguments,
} from './http-adapter-options.js';
import type { HTTPConnectionPool } from '../transports/connections/connection-pool.js';
import { checkCounts, checkIdleTimeout, IDLE_TIMEOUT } from '../transports/connections/kept-connections.js';
import { abortError } from '../transports/error-mapping.js';
import {
  abortable,
  completeProxy,
  encodeTarget,
  headersOf,
  type Job,
  methodOf,
  Route,
} from '../transports/outgoing-request.js';
import { FetchTransport, refusalOfFetch } from '../transports/fetch/fetch-transport.js';
import { nodeTransport } from '../transports/node/node-transport.js';
import {
  connectHost,
  type HostParams,
  PoolManager,
  type PoolManagerOptions,
  ProxyManager,
  proxyManagers,
  unixPool,
} from '../transports/connections/pool-manager.js';
import { type SocketSettings, socketSettings } from '../transports/connections/socket-settings.js';
import {
  applyCertificates,
  certificateSettings,
  type ConnectionSettings,
} from '../transports/connections/tls-settings.js';
import { sendingError, urlopen } from '../transports/urlopen.js';

/** The options that an adapter shows nowhere else, for a copy of it. @internal */
export let hiddenOptions: (adapter: HTTPAdapter) => HTTPAdapterOptions;

/** Sends a job over its pool's connections: what one adapter does otherwise than another. */
export const kDeliver: unique symbol = Symbol('requests.deliver');

/**
 * Sends by HTTP/1.1 over connections that are kept: the adapter that every session has mounted. Its methods below `send` are
 * the steps of `send`; a subclass may override each.
 *
 * @example
 * ```ts
 * session.mount('https://', new HTTPAdapter({ max_retries: 3, pool_maxsize: 50 }));
 * ```
 */
export class HTTPAdapter extends BaseAdapter {
  static {
    hiddenOptions = (adapter) =>
      adapter.#fetch === null ? adapter.#sockets : { fetch: adapter.#fetch.fetch };
  }
  /** What is tried again. */
  max_retries: Retry;
  /** Unused, as in Python. */
  config: Record<string, unknown> = {};
  /** The managers of proxies, by the proxy's URL. */
  proxy_manager: Record<string, ProxyManager> = proxyManagers();
  /** As given to the constructor. */
  _pool_connections: number;
  /** As given to the constructor. */
  _pool_maxsize: number;
  /** As given to the constructor. */
  _pool_block: boolean;
  /** As given to the constructor. */
  _pool_idle_timeout: number | null;
  /** Whether answers are read that break the rules of HTTP. */
  readonly insecure_http_parser: boolean;
  readonly #sockets: SocketSettings;
  #fetch: FetchTransport | null;
  #poolmanager: PoolManager | null = null;

  constructor(options: HTTPAdapterOptions = {}) {
    super();
    const own = checkAdapterOptions('HTTPAdapter()', options, HTTP_ADAPTER_OPTIONS, arguments.length);
    const { pool_connections = 10, pool_maxsize = 10, max_retries = 0, pool_block = false } = own;
    const { pool_idle_timeout = IDLE_TIMEOUT, insecure_http_parser = false } = own;
    checkCounts({ pool_connections, pool_maxsize });
    this.max_retries = asRetry(max_retries);
    this._pool_connections = pool_connections;
    this._pool_maxsize = pool_maxsize;
    this._pool_block = pool_block;
    this._pool_idle_timeout = checkIdleTimeout(pool_idle_timeout);
    this.insecure_http_parser = checkLenience(insecure_http_parser, own.fetch);
    this.#sockets = checkSockets(socketSettings(own), own.fetch);
    this.#fetch = own.fetch ? new FetchTransport(own.fetch) : null;
  }

  /** Keeps the pools; made by {@link init_poolmanager} at first use, when the fields of a subclass are there. */
  get poolmanager(): PoolManager {
    if (this.#poolmanager !== null) return this.#poolmanager;
    this.init_poolmanager(this._pool_connections, this._pool_maxsize, this._pool_block);
    const made = this.#poolmanager as PoolManager | null; // The call has set it.
    if (made === null) throw new RuntimeError('init_poolmanager() has set no poolmanager');
    return made;
  }

  set poolmanager(manager: PoolManager) {
    this.#poolmanager = manager;
  }

  /** Makes {@link poolmanager}. A subclass may pass settings for all connections, such as `ssl_minimum_version`. */
  init_poolmanager(
    connections: number,
    maxsize: number,
    block = false,
    pool_kwargs: ConnectionSettings = {},
  ): void {
    this._pool_connections = connections;
    this._pool_maxsize = maxsize;
    this._pool_block = block;
    this.poolmanager = new PoolManager({ ...this.#sockets, ...pool_kwargs, ...this.sizes });
  }

  /** The manager for a proxy's URL, made when there is none. Throws urllib3's ProxySchemeUnknown. */
  proxy_manager_for(proxy: string, proxy_kwargs: ConnectionSettings = {}): ProxyManager {
    const options = { ...this.#sockets, ...proxy_kwargs, ...this.sizes };
    return (this.proxy_manager[proxy] ??= new ProxyManager(proxy, this.proxy_headers(proxy), options));
  }

  private get sizes(): PoolManagerOptions {
    return {
      num_pools: this._pool_connections,
      maxsize: this._pool_maxsize,
      block: this._pool_block,
      idle_timeout: this._pool_idle_timeout,
      insecure_http_parser: this.insecure_http_parser,
    };
  }

  /** Headers for the proxy alone: its credentials, from its URL. */
  proxy_headers(proxy: string): Record<string, string> {
    const [user, password] = get_auth_from_url(proxy);
    return user === '' ? {} : { 'Proxy-Authorization': basicAuthHeader(user, password) };
  }

  /** Where and how to connect, which together identify a pool. Throws ValueError for a URL that cannot be parsed. */
  build_connection_pool_key_attributes(
    request: PreparedRequest,
    verify: boolean | string | null,
    cert: Cert | null = null,
  ): [host_params: HostParams, pool_kwargs: ConnectionSettings] {
    const url = request.url ?? '';
    if (isUnixUrl(url)) return unixPool(url);
    const { scheme, host, port } = parse_url(url);
    return [{ scheme, host: connectHost(host), port }, certificateSettings(verify, cert)];
  }

  /** The pool for a request. Throws InvalidURL and InvalidProxyURL. */
  get_connection_with_tls_context(
    request: PreparedRequest,
    verify: boolean | string | null,
    proxies: Proxies | null = null,
    cert: Cert | null = null,
  ): HTTPConnectionPool {
    return this.#poolOn(this.#route(request, proxies), request, verify, cert);
  }

  /** A UNIX socket is not reached through proxies. */
  #route(request: PreparedRequest, proxies: Proxies | null): Route {
    return new Route(request, this.#sockets.socket_path === undefined ? proxies : null);
  }

  #poolOn(
    { scheme, origin, proxy }: Route,
    request: PreparedRequest,
    verify: boolean | string | null,
    cert: Cert | null,
  ): HTTPConnectionPool {
    // Without TLS, or with its defaults, the URL alone decides; else what is trusted, too.
    const isPlain = scheme === 'http' || (verify === true && cert === null);
    const bundle = isPlain || cert !== null || typeof verify !== 'string' ? null : verify;
    if (proxy === null && origin !== null && (isPlain || bundle) && !this.hasOwnPoolKey) {
      return this.poolmanager.poolOfOrigin(origin, bundle);
    }
    const [host, settings] = this.build_connection_pool_key_attributes(request, verify, cert);
    if (proxy === null) return this.poolmanager.connection_from_host(host, settings);
    return this.proxy_manager_for(completeProxy(proxy, request)).connection_from_host(host, settings);
  }

  /** Whether a subclass decides on pools by more than the URL. */
  private get hasOwnPoolKey(): boolean {
    const { prototype } = HTTPAdapter;
    return (
      this.build_connection_pool_key_attributes !== prototype.build_connection_pool_key_attributes ||
      !(this.poolmanager instanceof PoolManager)
    );
  }

  /**
   * Sets a pool's trusted and client certificates. Throws OSError when a file is missing. A subclass may pass other values on,
   * or use `connection.changeSettings()`.
   */
  cert_verify(
    connection: HTTPConnectionPool,
    url: string,
    verify: boolean | string | null,
    cert: Cert | null,
  ): void {
    applyCertificates(connection, url.slice(0, 5).toLowerCase() === 'https', verify, cert);
  }

  /** The request-target: path and query, or the whole URL for a forwarding proxy. */
  request_url(request: PreparedRequest, proxies: Proxies | null): string {
    return this.#route(request, proxies).target;
  }

  /** Adds headers that the connection needs. Does nothing; for subclasses. */
  add_headers(_request: PreparedRequest, _options: SendOptions): void {}

  /** Makes the response of a transport's answer. */
  build_response(request: PreparedRequest, raw: HTTPResponse): Response {
    return buildResponse(request, raw, this);
  }

  /**
   * Sends a request. Rejects with ConnectionError and its kin, Timeout, RetryError, InvalidHeader and AbortError, each with
   * its `request`; with InvalidURL; with OSError for a missing certificate; with ValueError for a bad timeout.
   */
  override send(request: PreparedRequest, options: SendOptions = {}): Promise<Response> {
    if (arguments.length > 2 || typeof options !== 'object') refuseArguments(arguments.length, options);
    const { token, release } = abortable(options);
    try {
      if (token?.aborted) throw abortError(token, request);
      return this.deliver(request, options, token, release);
    } catch (error) {
      return Promise.reject(sendingError(error, { request, token, onDone: release }));
    }
  }

  private deliver(
    request: PreparedRequest,
    options: SendOptions,
    token: AbortToken | null,
    onDone: (() => void) | null,
  ): Promise<Response> {
    const verify = options.verify ?? true;
    const cert = options.cert ?? null;
    const proxies = options.proxies ?? null;
    const retries = options.max_retries == null ? this.max_retries : asRetry(options.max_retries);
    const method = methodOf(request);
    const timeout = resolveTimeout(options.timeout);
    const maxResponseSize = options.max_response_size ?? null;
    const context = options[kContext] ?? null;
    const fetch = this.#fetch;
    if (fetch !== null) {
      const refuses = refusalOfFetch(request, verify, cert, this.#route(request, proxies).proxy);
      if (refuses !== null) throw new NotImplementedError(refuses);
    }
    const { pool, target } = fetch === null ? this.#resolve(request, verify, proxies, cert) : noPool(request);
    this.add_headers(request, options);
    if (pool?.settings.cert_reqs === 'CERT_NONE' && pool.isUnverified) warnInsecureRequest(pool.host);
    const shared = fetch === null ? request._shared : null;
    const headers = shared?.store ?? headersOf(request);
    const job = {
      pool,
      request,
      method,
      target,
      headers,
      shared,
      timeout,
      token,
      maxResponseSize,
      stream: options.stream ?? false,
      context,
      onDone,
    };
    return fetch === null ? this[kDeliver](job as Job, retries) : urlopen(job, retries, fetch, this);
  }

  /** @internal */
  [kDeliver](job: Job, retries: Retry): Promise<Response> {
    return urlopen(job, retries, nodeTransport, this);
  }

  /** The pool and the request-target: over one {@link Route}, unless a subclass has steps of its own. */
  #resolve(
    request: PreparedRequest,
    verify: boolean | string | null,
    proxies: Proxies | null,
    cert: Cert | null,
  ): { pool: HTTPConnectionPool; target: string } {
    let route: Route | null = null;
    let pool: HTTPConnectionPool;
    try {
      if (hasOwnSteps(this)) pool = this.get_connection_with_tls_context(request, verify, proxies, cert);
      else pool = this.#poolOn((route = this.#route(request, proxies)), request, verify, cert);
    } catch (error) {
      if (!(error instanceof ValueError) || error instanceof RequestException) throw error;
      throw new InvalidURL(error.message, { request, cause: error });
    }
    if (route === null) this.cert_verify(pool, request.url ?? '', verify, cert);
    else if (route.scheme !== 'http' || cert)
      applyCertificates(pool, route.scheme.startsWith('https'), verify, cert);
    return { pool, target: encodeTarget(route === null ? this.request_url(request, proxies) : route.target) };
  }

  /** Closes the idle connections; those in use are closed when they come back. The adapter can be used again afterwards. */
  override close(): void {
    // A subclass may have put a field instead of the accessor.
    if (this.#poolmanager !== null || Object.hasOwn(this, 'poolmanager')) this.poolmanager.clear();
    for (const manager of Object.values(this.proxy_manager)) manager.clear();
  }
}

/** Whether a subclass decides where a request goes and what it trusts. */
function hasOwnSteps(adapter: HTTPAdapter): boolean {
  const { prototype } = HTTPAdapter;
  return (
    adapter.get_connection_with_tls_context !== prototype.get_connection_with_tls_context ||
    adapter.cert_verify !== prototype.cert_verify ||
    adapter.request_url !== prototype.request_url
  );
}

/** Where the connections are a fetch function's own. */
function noPool({ url }: PreparedRequest): { pool: null; target: string } {
  return { pool: null, target: url ?? '' };
}
