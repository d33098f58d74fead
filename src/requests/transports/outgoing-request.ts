/** A request as adapters hand it to transports: where it goes, and what of it goes on the wire. */
import { AbortToken, repr, ValueError } from '../../builtins/index.js';
import { select_proxy } from '../environment/proxies.js';
import type { SharedHeaders } from '../headers/shared-headers.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import {
  CaseInsensitiveDict,
  CaseInsensitiveDictMethods,
  type HeaderEntry,
  headerStore,
} from '../structures/case-insensitive-dict.js';
import type { Proxies } from '../inputs.js';
import { kContext, type RequestContext, type SendOptions } from '../types.js';
import type { Timeout } from '../urllib3/timeout.js';
import { urldefragauth } from '../urls/url-tools.js';
import type { HTTPConnectionPool } from './connections/connection-pool.js';
import { isToken } from './wire-headers.js';

/** What is to be sent, the same for every attempt. */
export interface Job {
  readonly pool: HTTPConnectionPool;
  readonly request: PreparedRequest;
  readonly method: string;
  /** The request-target: path and query, or the whole URL for a proxy that forwards. */
  readonly target: string;
  readonly headers: ReadonlyMap<string, HeaderEntry<string>>;
  /** The same headers, where other requests share them. */
  readonly shared: SharedHeaders | null;
  readonly timeout: Timeout;
  readonly token: AbortToken | null;
  readonly maxResponseSize: number | null;
  /** Whether the caller reads the body piece by piece. */
  readonly stream: boolean;
  /** Null where nothing accompanies the call. */
  readonly context: RequestContext | null;
  /** Called when the whole request is over: it has failed, or the body of its last response is done with. */
  readonly onDone: (() => void) | null;
}

/** Where a request goes, resolved once for each time that it is sent. Throws ValueError for a URL with malformed brackets. */
export class Route {
  /** In lower case. */
  readonly scheme: string;
  /** The proxy's URL; null for none. */
  readonly proxy: string | null;
  /** Scheme, host and port as they stand in the URL; null when that has to be parsed. */
  readonly origin: string | null;
  readonly #request: PreparedRequest;

  constructor(request: PreparedRequest, proxies: Proxies | null) {
    const url = request.url ?? '';
    this.#request = request;
    this.proxy = select_proxy(url, proxies) || null;
    const start = url.startsWith('http://') ? 7 : url.startsWith('https://') ? 8 : -1;
    const end = start === -1 ? -1 : endOfAuthority(url, start);
    this.scheme = start === -1 ? (SCHEME.exec(url)?.[1] ?? '').toLowerCase() : url.slice(0, start - 3);
    this.origin = end === -1 ? null : url.slice(0, end);
  }

  /** What the request line asks for: path and query, or for a proxy that forwards the whole URL. */
  get target(): string {
    const url = this.#request.url ?? '';
    const isForwarded = this.proxy !== null && this.scheme !== 'https' && !/^socks/i.test(this.proxy);
    if (isForwarded) return urldefragauth(url);
    return this.origin === null ? this.#request.path_url : targetFrom(url, this.origin.length);
  }
}

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

const HASH = 0x23;
const SLASH = 0x2f;
const QUESTION_MARK = 0x3f;
const AT = 0x40;

/** Where the path begins; -1 where there are credentials. Prepared URLs are in lower case and encoded: they need no parsing. */
function endOfAuthority(url: string, start: number): number {
  for (let i = start; i < url.length; i++) {
    const code = url.charCodeAt(i);
    if (code === SLASH || code === QUESTION_MARK || code === HASH) return i;
    if (code === AT) return -1;
  }
  return url.length;
}

/** Path and query as a request line has them, without an empty query. */
function targetFrom(url: string, start: number): string {
  const hash = url.indexOf('#', start);
  const target = url.slice(start, hash === -1 ? url.length : hash);
  const mark = target.indexOf('?');
  if (mark === target.length - 1 && mark !== -1) return mark === 0 ? '/' : target.slice(0, mark);
  return target.startsWith('/') ? target : `/${target}`;
}

const NOT_PRINTABLE = /[^\x21-\x7e]/;

/** The value of Content-Length, as the headers have it. */
export function announcedLength({ headers }: Pick<Job, 'headers'>): string | undefined {
  return headers.get('content-length')?.[1];
}

/** A request-target without a character that could end it: a URL may have been put into a prepared request by hand. */
export function encodeTarget(target: string): string {
  if (!NOT_PRINTABLE.test(target)) return target;
  let encoded = '';
  for (const char of target) encoded += NOT_PRINTABLE.test(char) ? percentEncoded(char) : char;
  return encoded;
}

function percentEncoded(char: string): string {
  return Array.from(Buffer.from(char), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
    '',
  );
}

/** The method, which scripts may have set to anything. Throws TypeError when there is none, ValueError for what is no token. */
export function methodOf({ method }: PreparedRequest): string {
  if (method === null) throw new TypeError('the request has no method');
  if (!isToken(method)) {
    throw new ValueError(`Method cannot contain non-token characters ${repr(method)}`);
  }
  return method;
}

/** The headers by name in lower case; scripts may have put an object in the place of the dict. */
export function headersOf(request: PreparedRequest): ReadonlyMap<string, HeaderEntry<string>> {
  const headers: unknown = request.headers;
  if (headers instanceof CaseInsensitiveDictMethods) {
    return headerStore(headers as CaseInsensitiveDictMethods<string>);
  }
  return headerStore(new CaseInsensitiveDict(headers as Record<string, string>));
}

/** The token of a request, which follows its signal where it came with one alone. */
export function abortable(options: SendOptions): { token: AbortToken | null; release: (() => void) | null } {
  const given = options[kContext]?.token ?? null;
  if (given !== null) return { token: given, release: null };
  if (!options.signal) return NOT_ABORTABLE;
  const token = new AbortToken();
  return { token, release: token.follow(options.signal) };
}

const NOT_ABORTABLE = Object.freeze({ token: null, release: null });
