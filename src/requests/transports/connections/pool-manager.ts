import { inspect } from 'node:util';
import { checkOptions, ownOptions } from '../../../builtins/index.js';
import { LocationValueError, ProxySchemeUnknown, URLSchemeUnknown } from '../../exceptions/urllib3.js';
import { defaultPort } from '../../urls/default-ports.js';
import { unquote } from '../../urls/quote.js';
import { parse_url } from '../../urls/parse-url.js';
import type { HeadersInput } from '../../inputs.js';
import { CaseInsensitiveDict } from '../../structures/case-insensitive-dict.js';
import type { HTTPResponse } from '../../urllib3/response.js';
import { type PoolRequestOptions, requestOverPools } from '../pool-request.js';
import { HTTPConnectionPool, HTTPSConnectionPool } from './connection-pool.js';
import { checkCounts, IDLE_TIMEOUT } from './kept-connections.js';
import type { PoolProxy } from './proxy-agents.js';
import { socketPathOf, socketSettings } from './socket-settings.js';
import { certificateSettings, CONNECTION_SETTINGS, type ConnectionSettings } from './tls-settings.js';

/** Options of {@link PoolManager}. */
export interface PoolManagerOptions extends ConnectionSettings {
  /** Sent with each `request()` that has none of its own. Default: none. */
  headers?: HeadersInput | null | undefined;
  /** How many pools are kept; the one that was not used for longest goes first. Default 10. */
  num_pools?: number | undefined;
  /** How many idle connections each pool keeps. Default 1. */
  maxsize?: number | undefined;
  /** Whether requests wait when `maxsize` connections of a pool are in use. Default false. */
  block?: boolean | undefined;
  /** How many seconds an idle connection is kept; null for no limit. Default 15. */
  idle_timeout?: number | null | undefined;
  /** Whether answers are read that break the rules of HTTP. Default false. */
  insecure_http_parser?: boolean | undefined;
}

/** Where a pool leads. */
export interface HostParams {
  /** Without brackets for IPv6. */
  host: string | null;
  /** Null: what the scheme implies. */
  port?: number | null | undefined;
  /** `http` or `https`; null for `http`. */
  scheme: string | null;
}

/** Closes the idle connections of a manager that was collected, with the session that had it; pools do not lead back to it. */
const dropped = new FinalizationRegistry<ReadonlyMap<string, HTTPConnectionPool>>((pools) => {
  for (const pool of pools.values()) pool.close();
});

/** Keeps a pool for each host and each way of connecting to it: urllib3's `PoolManager`. */
export class PoolManager {
  /** How many pools are kept; the one used least recently goes first. */
  readonly num_pools: number;
  /** How many idle connections each pool keeps. */
  readonly maxsize: number;
  /** Whether requests wait for a connection when `maxsize` are in use. */
  readonly block: boolean;
  /** Sent with each {@link request} that has none of its own. */
  readonly headers: CaseInsensitiveDict;
  /** How many seconds an idle connection is kept; null for no limit. */
  readonly idle_timeout: number | null;
  /** Whether answers are read that break the rules of HTTP. */
  readonly insecure_http_parser: boolean;
  /** The settings that all pools start from; changes hold for what is sent afterwards. */
  readonly connection_pool_kw: ConnectionSettings;
  /** The pools by key, the one used last at the end. */
  readonly pools: Map<string, HTTPConnectionPool> = new Map();
  #latest: HTTPConnectionPool | null = null;
  /** Pools with none but the common settings, by the part of a URL before its path, and a bundle of certificates. */
  readonly #byOrigin = new Map<string, { readonly pool: HTTPConnectionPool; readonly key: string }>();
  /** The settings that those pools were made with. */
  #originsKw: ConnectionSettings;

  constructor(options: PoolManagerOptions = {}) {
    const { num_pools = 10, maxsize = 1, block = false, headers = null, ...others } = ownOptions(options);
    const { idle_timeout = IDLE_TIMEOUT, insecure_http_parser = false, ...settings } = ownOptions(others);
    checkCounts({ num_pools, maxsize });
    this.num_pools = num_pools;
    this.maxsize = maxsize;
    this.block = block;
    this.headers = new CaseInsensitiveDict(headers as Readonly<Record<string, string>> | null);
    this.idle_timeout = idle_timeout;
    this.insecure_http_parser = insecure_http_parser;
    this.connection_pool_kw = checkOptions('PoolManager()', settings, CONNECTION_SETTINGS);
    socketSettings(this.connection_pool_kw);
    this.#originsKw = { ...this.connection_pool_kw };
    dropped.register(this, this.pools);
  }

  /** As in a log: no settings, which may hold keys, and no connections. */
  toJSON(): string {
    return `<${this.constructor.name}>`;
  }

  /**
   * Sends a request, as urllib3 does by itself: follows redirects and retries failures, three times unless `retries`
   * is set; ignores cookies, netrc and proxies of the environment.
   *
   * @example
   * ```ts
   * const response = await new urllib3.PoolManager().request('GET', url);
   * response.json();
   * ```
   * @throws an exception of urllib3, such as MaxRetryError or LocationParseError
   */
  request(method: string, url: string, options: PoolRequestOptions = {}): Promise<HTTPResponse> {
    return requestOverPools(this, method, url, options);
  }

  /** The pool for a host, made when there is none. Throws LocationValueError without a host, URLSchemeUnknown. */
  connection_from_host(
    params: HostParams,
    pool_kwargs: ConnectionSettings | null = null,
  ): HTTPConnectionPool {
    if (!params.host) throw new LocationValueError('No host specified.');
    const scheme = (params.scheme ?? 'http').toLowerCase();
    if (scheme !== 'http' && scheme !== 'https')
      throw new URLSchemeUnknown(`Not supported URL scheme ${scheme}`);
    const host = params.host.toLowerCase();
    const port = params.port || defaultPort(scheme);
    const settings = ownOptions({ ...this.connection_pool_kw, ...pool_kwargs });
    const key = keyOf(scheme, host, port, settings);
    return this.touch(key) ?? this.add(key, this.make(scheme, host, port, settings));
  }

  /** The pool for a URL. */
  connection_from_url(url: string, pool_kwargs: ConnectionSettings | null = null): HTTPConnectionPool {
    const { scheme, host, port } = parse_url(url);
    return this.connection_from_host({ scheme, host: connectHost(host), port }, pool_kwargs);
  }

  /**
   * The pool for an origin such as `https://example.org:8443`, as written in a prepared URL, with certificates verified, by those
   * of `bundle` when it is not null, and nothing else special. Asking again is cheap.
   * @internal
   */
  poolOfOrigin(origin: string, bundle: string | null = null): HTTPConnectionPool {
    if (!sameSettings(this.connection_pool_kw, this.#originsKw)) {
      this.#byOrigin.clear();
      this.#originsKw = { ...this.connection_pool_kw };
    }
    const name = bundle === null ? origin : `${origin} ${bundle}`;
    const known = this.#byOrigin.get(name);
    if (known !== undefined) {
      if (known.pool !== this.#latest) this.touch(known.key);
      return known.pool;
    }
    const pool = this.connection_from_url(origin, certificateSettings(bundle ?? true, null));
    for (const [key, kept] of this.pools) if (kept === pool) this.#byOrigin.set(name, { pool, key });
    return pool;
  }

  /** Makes a pool; a manager of proxies makes others. */
  protected make(
    scheme: string,
    host: string,
    port: number,
    settings: ConnectionSettings,
  ): HTTPConnectionPool {
    const { maxsize, block, idle_timeout, insecure_http_parser } = this;
    const Pool = scheme === 'https' ? HTTPSConnectionPool : HTTPConnectionPool;
    return new Pool({ host, port, maxsize, block, idle_timeout, insecure_http_parser, settings });
  }

  private touch(key: string): HTTPConnectionPool | undefined {
    const pool = this.pools.get(key);
    if (pool !== undefined && pool !== this.#latest) {
      this.pools.delete(key);
      this.pools.set(key, pool);
      this.#latest = pool;
    }
    return pool;
  }

  private add(key: string, pool: HTTPConnectionPool): HTTPConnectionPool {
    this.pools.set(key, pool);
    this.#latest = pool;
    for (const [oldKey, old] of this.pools) {
      if (this.pools.size <= Math.max(1, this.num_pools)) break;
      this.pools.delete(oldKey);
      this.#byOrigin.clear();
      old.close();
    }
    return pool;
  }

  /** Closes all idle connections and forgets the pools. Requests under way continue. */
  clear(): void {
    for (const pool of this.pools.values()) pool.close();
    this.pools.clear();
    this.#byOrigin.clear();
    this.#latest = null;
  }
}

/** The host of a URL as a connection takes it: without brackets, the zone of an IPv6 address decoded. */
export function connectHost(host: string | null): string | null {
  if (!host?.startsWith('[')) return host;
  return unquote(host.slice(1, -1).replace('%25', '%'));
}

/** What identifies the pool of the UNIX socket that a URL leads to. Throws ValueError. */
export function unixPool(url: string): [HostParams, ConnectionSettings] {
  return [{ scheme: 'http', host: 'localhost' }, { socket_path: socketPathOf(url) }];
}

/** Whether the settings are the same, by identity. */
function sameSettings(one: ConnectionSettings, other: ConnectionSettings): boolean {
  for (const name in one) {
    if (one[name as keyof ConnectionSettings] !== other[name as keyof ConnectionSettings]) return false;
  }
  for (const name in other) if (!(name in one)) return false;
  return true;
}

const settingIds = new WeakMap<object, number>();
let nextId = 1;

/** Objects, data and functions are compared by identity, as their text would be long or meaningless. */
function settingKey(value: unknown): string {
  const isPlain = (typeof value !== 'object' && typeof value !== 'function') || value === null;
  if (isPlain) return JSON.stringify(value);
  if (Array.isArray(value)) return JSON.stringify(value);
  let id = settingIds.get(value);
  if (id === undefined) settingIds.set(value, (id = nextId++));
  return `#${id}`;
}

function keyOf(scheme: string, host: string, port: number, settings: ConnectionSettings): string {
  let key = `${scheme}://${host}:${port}`;
  for (const name of CONNECTION_SETTINGS) {
    const value = settings[name];
    if (value !== null && value !== undefined) key += ` ${name}=${settingKey(value)}`;
  }
  return key;
}

/** Keeps the pools whose connections go through one proxy: urllib3's `ProxyManager` and `SOCKSProxyManager`. */
export class ProxyManager extends PoolManager {
  /** The proxy that all pools go through. */
  readonly proxy: PoolProxy;

  /** `proxy_headers`: sent to the proxy alone. Throws ProxySchemeUnknown. */
  constructor(
    proxy_url: string,
    proxy_headers: Readonly<Record<string, string>>,
    options: PoolManagerOptions = {},
  ) {
    super(options);
    this.proxy = parseProxy(proxy_url, proxy_headers);
  }

  private get isSocks(): boolean {
    return this.proxy.scheme.startsWith('socks');
  }

  /** Without the proxy's credentials. */
  override toString(): string {
    const { scheme, host, port } = this.proxy;
    return `ProxyManager(scheme='${scheme}', host='${host}', port=${port})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** Plain requests to whatever host share the connections to an HTTP proxy. */
  override connection_from_host(
    params: HostParams,
    pool_kwargs: ConnectionSettings | null = null,
  ): HTTPConnectionPool {
    const { scheme, host, port } = this.proxy;
    const forwards = params.scheme !== 'https' && !this.isSocks;
    return super.connection_from_host(forwards ? { scheme, host, port } : params, pool_kwargs);
  }

  protected override make(
    scheme: string,
    host: string,
    port: number,
    settings: ConnectionSettings,
  ): HTTPConnectionPool {
    const { maxsize, block, idle_timeout, insecure_http_parser, proxy } = this;
    const forwards = !this.isSocks && host === proxy.host && port === proxy.port && scheme === proxy.scheme;
    const Pool = scheme === 'https' ? HTTPSConnectionPool : HTTPConnectionPool;
    const common = { maxsize, block, idle_timeout, insecure_http_parser, settings };
    return new Pool({ host, port, ...common, proxy, forwards });
  }
}

/** A place for managers by the URL of their proxy, which has its credentials: they are not shown. */
export function proxyManagers(): Record<string, ProxyManager> {
  const managers: Record<string, ProxyManager> = {};
  const show = (): ProxyManager[] => Object.values(managers);
  return Object.defineProperty(managers, inspect.custom, { value: show });
}

const SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'socks4', 'socks4a', 'socks5', 'socks5h']);

function parseProxy(url: string, headers: Readonly<Record<string, string>>): PoolProxy {
  const { scheme, host, port, auth } = parse_url(url);
  if (scheme === null || !SCHEMES.has(scheme)) throw new ProxySchemeUnknown(scheme);
  const place = { host: (connectHost(host) ?? '').toLowerCase(), headers };
  // Only what the set above holds gets here.
  const known = scheme as PoolProxy['scheme'];
  if (!known.startsWith('socks')) return { ...place, scheme: known, port: port ?? defaultPort(known) };
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(auth ?? '') ?? [];
  return {
    ...place,
    scheme: known,
    port: port ?? 1080,
    username: unquote(user),
    password: unquote(password),
  };
}
