/** Which proxy a request goes through (spec 1.5). */
import { checkOptions, isEmpty, isPlainObject, typeName, ownOptions } from '../../builtins/index.js';
import type { Proxies } from '../inputs.js';
import { address_in_network, is_ipv4_address, is_valid_cidr } from './network.js';
import type { SplitResult } from '../urls/url-parts.js';
import { urlsplit } from '../urls/url-split.js';

/** Proxy URLs by scheme, as the environment has them. */
export type EnvironProxies = Record<string, string>;

/** The second argument of {@link get_environ_proxies} and {@link should_bypass_proxies}, by position or by name. */
export type NoProxy =
  | string
  | null
  | undefined
  | {
      /** Hosts without a proxy, with commas between them; null: the environment's. */
      no_proxy?: string | null | undefined;
    };

function noProxyOf(value: NoProxy): string | null {
  if (typeof value !== 'object' || value === null) return value ?? null;
  checkOptions('get_environ_proxies()', value, ['no_proxy']);
  return value.no_proxy ?? null;
}

/**
 * All variables `<scheme>_proxy` of the environment, by scheme (`no_proxy` as `no`). Lower-case names win, and an empty one
 * switches the upper-case one off. Under CGI, `HTTP_PROXY` comes from the client and is ignored.
 */
export function getproxies_environment(): EnvironProxies {
  const proxies = new Map<string, string>();
  const lowerCase = new Map<string, string>();
  for (const name of Object.keys(process.env)) {
    if (!/_proxy$/i.test(name)) continue;
    const value = process.env[name] ?? '';
    const scheme = name.slice(0, -'_proxy'.length).toLowerCase();
    if (value !== '') proxies.set(scheme, value);
    if (name.endsWith('_proxy')) lowerCase.set(scheme, value);
  }
  if (process.env['REQUEST_METHOD'] !== undefined) proxies.delete('http');
  for (const [scheme, value] of lowerCase) {
    if (value === '') proxies.delete(scheme);
    else proxies.set(scheme, value);
  }
  return Object.fromEntries(proxies);
}

/** As {@link getproxies_environment}: the settings of Windows and macOS are not read. */
export function getproxies(): EnvironProxies {
  return getproxies_environment();
}

/**
 * Whether the environment has a proxy for a scheme. Every request needs this, and reading four names is much cheaper than
 * listing the environment.
 */
function hasEnvironProxy(scheme: string): boolean {
  if (process.env['all_proxy'] || process.env['ALL_PROXY']) return true;
  if (scheme === 'http') return Boolean(process.env['http_proxy'] || process.env['HTTP_PROXY']);
  if (scheme === 'https') return Boolean(process.env['https_proxy'] || process.env['HTTPS_PROXY']);
  return Boolean(process.env[`${scheme}_proxy`] || process.env[`${scheme}_proxy`.toUpperCase()]);
}

/**
 * All proxies of the environment, as {@link getproxies} has them; none where `no_proxy` (else the environment's) covers
 * the URL. Throws what {@link should_bypass_proxies} throws.
 */
export function get_environ_proxies(url: string, no_proxy?: NoProxy): EnvironProxies {
  return should_bypass_proxies(url, no_proxy) ? {} : getproxies();
}

/** @internal As {@link get_environ_proxies}, but none, without a further look, when there is none for the URL's scheme. */
export function environProxiesFor(url: string, no_proxy?: string | null): EnvironProxies {
  return hasEnvironProxy(schemeOf(url)) ? get_environ_proxies(url, no_proxy) : NO_PROXIES;
}

const NO_PROXIES: EnvironProxies = Object.freeze({});

/** Most URLs show their scheme without being taken apart. */
const PLAIN_URL = /^https?:\/\/[\w.:-]+(?:\/|$)/;

function schemeOf(url: string): string {
  return PLAIN_URL.test(url) ? url.slice(0, url.indexOf(':')) : urlsplit(url).scheme;
}

/**
 * Whether a URL is to be fetched without proxy: its host is in `no_proxy` (a comma list of host names, which cover their
 * subdomains, `host:port`, addresses, networks such as `10.0.0.0/8`, or `*`) or in the environment's `no_proxy`, or it
 * has no host. Throws ValueError for a URL with malformed brackets or, where names are compared, a malformed port.
 */
export function should_bypass_proxies(url: string, no_proxy?: NoProxy): boolean {
  const given = noProxyOf(no_proxy);
  const parsed = urlsplit(url);
  const { hostname } = parsed;
  if (hostname === null) return true;
  const list = given ?? (process.env['no_proxy'] || process.env['NO_PROXY'] || '');
  if (list !== '' && isListed(parsed, hostname, list)) return true;
  return proxy_bypass_environment(hostname, { no: given ?? environmentNoProxy() });
}

/** An empty `no_proxy` hides `NO_PROXY`. */
function environmentNoProxy(): string {
  return process.env['no_proxy'] ?? process.env['NO_PROXY'] ?? '';
}

function isListed(url: SplitResult, hostname: string, list: string): boolean {
  const entries = list.replaceAll(' ', '').split(',').filter(Boolean);
  if (is_ipv4_address(hostname)) {
    return entries.some((entry) =>
      is_valid_cidr(entry) ? address_in_network(hostname, entry) : hostname === entry,
    );
  }
  const { port } = url;
  const withPort = port ? `${hostname}:${port}` : hostname;
  return entries.some((entry) => {
    const name = entry.replace(/^\.+/, '');
    return matchesName(hostname, name) || matchesName(withPort, name);
  });
}

function matchesName(host: string, name: string): boolean {
  return host === name || host.endsWith(`.${name}`);
}

/**
 * `urllib.request.proxy_bypass_environment`: whether `no` of the proxies (default: the environment's) covers the host;
 * `*` covers all. Unlike {@link should_bypass_proxies} it does not match networks.
 */
export function proxy_bypass_environment(
  host: string,
  proxies: Readonly<Record<string, string>> = getproxies_environment(),
): boolean {
  const { no = '' } = proxies;
  if (no === '*') return true;
  const lower = host.toLowerCase();
  const withoutPort = /^(.*):[0-9]*$/s.exec(lower)?.[1] ?? lower;
  return no
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) => entry.replace(/^\.+/, '').toLowerCase())
    .some((name) => matchesName(withoutPort, name) || matchesName(lower, name));
}

/** As {@link proxy_bypass_environment}: the settings of Windows and macOS are not read. */
export function proxy_bypass(host: string): boolean {
  return proxy_bypass_environment(host);
}

/** What other clients call the parts of a proxy. */
const PARTS_OF_A_PROXY = ['host', 'hostname', 'port', 'protocol'];

/**
 * A request must not go out directly because its proxies were not understood.
 * @throws TypeError unless `proxies` is a plain object of URLs, or none
 */
export function checkProxies(proxies: unknown): void {
  if (proxies === null || proxies === undefined) return;
  const expected = "proxies must be an object of URLs by scheme, { https: 'http://proxy:3128' }";
  // It may hold credentials: the message names kinds only.
  if (!isPlainObject(proxies)) throw new TypeError(`${expected}, got ${typeName(proxies)}`);
  for (const key of Object.keys(proxies)) {
    if (PARTS_OF_A_PROXY.includes(key)) throw new TypeError(`${expected}, got one with the key '${key}'`);
    const url = proxies[key];
    if (typeof url !== 'string' && url !== null && url !== undefined) {
      throw new TypeError(`${expected}, got ${typeName(url)} for '${key}'`);
    }
  }
}

/**
 * The proxy for a URL out of `proxies`: that of `scheme://host`, else of `scheme`, `all://host`, `all`; null when there is
 * none, or when the first that is there is null. Throws ValueError for a URL with malformed brackets.
 */
export function select_proxy(url: string, proxies: Proxies | null | undefined): string | null {
  if (isEmpty(proxies)) return null;
  const { scheme, hostname } = urlsplit(url);
  const keys =
    hostname === null ? [scheme, 'all'] : [`${scheme}://${hostname}`, scheme, `all://${hostname}`, 'all'];
  const key = keys.find((each) => Object.hasOwn(proxies, each));
  return key === undefined ? null : (proxies[key] ?? null);
}

/**
 * A copy of `proxies` with the environment's proxy for the request's scheme, where they have none themselves. `no_proxy` is
 * taken from `proxies`, else from the environment. `trust_env: false` leaves the environment out.
 */
export function resolve_proxies(
  request: { readonly url?: string | null | undefined },
  proxies: Proxies | null | undefined,
  trust_env: boolean | { trust_env?: boolean | undefined } = true,
): Record<string, string | null | undefined> {
  const resolved = ownOptions({ ...proxies });
  if (typeof trust_env === 'object') checkOptions('resolve_proxies()', trust_env, ['trust_env']);
  const trusts = typeof trust_env === 'boolean' ? trust_env : trust_env.trust_env !== false;
  if (!trusts || !request.url) return resolved;
  const { scheme } = urlsplit(request.url);
  const environ = ownOptions(environProxiesFor(request.url, resolved['no_proxy']));
  const proxy = environ[scheme] ?? environ['all'];
  if (proxy && !Object.hasOwn(resolved, scheme)) resolved[scheme] = proxy;
  return resolved;
}

/**
 * Sets a variable of the environment until the returned object is disposed of: `using _ = set_environ('no_proxy', '*')`.
 * A value of null changes nothing. Python's `with set_environ(…)`.
 */
export function set_environ(env_name: string, value: string | null | undefined): Disposable {
  const previous = process.env[env_name];
  if (value !== null && value !== undefined) process.env[env_name] = value;
  return {
    [Symbol.dispose]: () => {
      if (value === null || value === undefined) return;
      if (previous === undefined) Reflect.deleteProperty(process.env, env_name);
      else process.env[env_name] = previous;
    },
  };
}
