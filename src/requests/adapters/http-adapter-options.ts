import { repr, ValueError } from '../../builtins/index.js';
import type { FetchFunction } from '../transports/fetch/fetch-transport.js';
import type { Retry, RetryCount } from '../urllib3/retry.js';

/** Options of `HTTPAdapter`. */
export interface HTTPAdapterOptions {
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

export const HTTP_ADAPTER_OPTIONS = [
  'pool_connections',
  'pool_maxsize',
  'max_retries',
  'pool_block',
  'pool_idle_timeout',
  'insecure_http_parser',
  'fetch',
] as const;

/** Checks `insecure_http_parser`, which does not apply to the caller's own fetch. */
export function checkLenience(value: unknown, fetch: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(`insecure_http_parser must be true or false, not ${repr(value)}`);
  }
  if (value && fetch) throw new ValueError('insecure_http_parser does not go together with fetch');
  return value;
}
