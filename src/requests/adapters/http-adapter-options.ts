import { checkCount, checkOptions, repr, ValueError } from '../../builtins/index.js';
import { SOCKET_SETTINGS, type SocketSettings } from '../transports/connections/socket-settings.js';
import type { FetchFunction } from '../transports/fetch/fetch-function.js';
import type { Retry, RetryCount } from '../urllib3/retry.js';

/** Options of `HTTPAdapter`. */
export interface HTTPAdapterOptions extends SocketSettings {
  /** For how many hosts connections are kept; those of the host that was not used for longest go first. Default 10. */
  pool_connections?: number | undefined;
  /** How many idle connections are kept for each host; with `pool_block`, how many there may be at all. Default 10. */
  pool_maxsize?: number | undefined;
  /**
   * What is tried again: a number of retries after failures to connect (and, for methods that are safe to send twice,
   * after broken connections), or a `Retry` for finer rules. Default 0: nothing.
   */
  max_retries?: Retry | RetryCount | undefined;
  /** Whether requests wait for a connection when `pool_maxsize` of a host are in use. Default false: more are opened. */
  pool_block?: boolean | undefined;
  /** How many seconds an idle connection is kept; null: until the server closes it. Default 15. Not in Python. */
  pool_idle_timeout?: number | null | undefined;
  /**
   * Accepts responses with malformed heads and chunks, as far as Node's parser can: bare line feeds, folded lines, control
   * characters, Content-Length beside chunks. The end of such a message can be ambiguous,
   * so its connection is not reused. Only for servers that cannot be fixed. Default: false, or true under
   * `node --insecure-http-parser`. Not in Python, which always accepts them.
   */
  insecure_http_parser?: boolean | undefined;
  /**
   * A WHATWG fetch to send with in place of node-fetch, such as `globalThis.fetch`. The connections are then its own: no
   * pools, proxies or certificates of this adapter, no order or spelling of headers, no body with GET, and one limit for
   * connecting and waiting together. Default: node-fetch over this adapter's pools.
   */
  fetch?: FetchFunction | null | undefined;
}

/** The options that `UndiciAdapter` has, too. */
export const COMMON_OPTIONS = [
  'pool_connections',
  'pool_maxsize',
  'max_retries',
  'pool_block',
  'pool_idle_timeout',
  'insecure_http_parser',
  ...SOCKET_SETTINGS,
] as const;

export const HTTP_ADAPTER_OPTIONS = [...COMMON_OPTIONS, 'fetch'] as const;

const NO_AGENT =
  'an agent would replace the pools. In its place: socket_options, source_address, lookup and socket_path here, ' +
  'proxies, verify and cert with the request, pool_maxsize and pool_idle_timeout for what is kept; ' +
  'or fetch: (url, init) => nodeFetch(url, { ...init, agent })';

/** What Node and other clients call options that have other names here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  agent: NO_AGENT,
  httpAgent: NO_AGENT,
  httpsAgent: NO_AGENT,
  agents: NO_AGENT,
  localAddress: 'it is called source_address',
  localPort: 'it is part of source_address: [address, port]',
  dnsLookup: 'it is called lookup',
  noDelay: "it is socket_options: [['IPPROTO_TCP', 'TCP_NODELAY', 1]]",
  keepAlive: 'connections are kept; pool_maxsize and pool_idle_timeout say how many and how long',
  maxSockets: 'it is called pool_maxsize, with pool_block: true',
};

/** {@link checkOptions} for adapters. */
export function checkAdapterOptions<O extends object>(
  callee: string,
  options: O,
  known: readonly string[],
  count: number,
): O {
  checkCount(`${callee} takes (options)`, 1, count);
  for (const name of Object.keys(options)) {
    if (known.includes(name) || !Object.hasOwn(ELSEWHERE, name)) continue;
    throw new TypeError(`${callee} got an unexpected keyword argument '${name}': ${ELSEWHERE[name] ?? ''}`);
  }
  return checkOptions(callee, options, known);
}

/** @throws TypeError for what an adapter's `send` does not take; Python's second argument is `stream` */
export function refuseArguments(count: number, options: unknown): void {
  checkCount('send() takes (request, options)', 2, count);
  checkOptions('send()', options as object, []);
}

/** Refuses settings of sockets beside the caller's own fetch. */
export function checkSockets(settings: SocketSettings, fetch: unknown): SocketSettings {
  const [name] = Object.keys(settings);
  if (fetch && name !== undefined) throw new ValueError(`${name} does not go together with fetch`);
  return settings;
}

/** Checks `insecure_http_parser`, which does not apply to the caller's own fetch. */
export function checkLenience(value: unknown, fetch: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(`insecure_http_parser must be true or false, not ${repr(value)}`);
  }
  if (value && fetch) throw new ValueError('insecure_http_parser does not go together with fetch');
  return value;
}
