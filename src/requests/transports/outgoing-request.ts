/** A request as adapters hand it to transports: where it goes, and what is sent: target, header lines and body. */
import { types } from 'node:util';
import { AbortToken, repr, UnicodeEncodeError, ValueError } from '../../builtins/index.js';
import type { PreparedBody } from '../bodies/outgoing/body.js';
import { Upload, type UploadSource } from '../bodies/outgoing/upload.js';
import { select_proxy } from '../environment/proxies.js';
import { InvalidHeader, InvalidProxyURL } from '../exceptions/requests.js';
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
import { encodePathAndQuery, parse_url } from '../urls/parse-url.js';
import { UNIX_SCHEME } from '../urls/unix-url.js';
import { partitionLast } from '../urls/python-text.js';
import { urlsplit } from '../urls/url-split.js';
import { prepend_scheme_if_needed, urldefragauth } from '../urls/url-tools.js';
import type { HTTPConnectionPool } from './connections/connection-pool.js';

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
  /** Scheme, host and port as written in the URL; null if it has to be parsed. */
  readonly origin: string | null;
  readonly #request: PreparedRequest;

  constructor(request: PreparedRequest, proxies: Proxies | null) {
    const url = request.url ?? '';
    this.#request = request;
    const start = url.startsWith('http://') ? 7 : url.startsWith('https://') ? 8 : -1;
    const end = start === -1 ? -1 : endOfAuthority(url, start);
    this.scheme = start === -1 ? (SCHEME.exec(url)?.[1] ?? '').toLowerCase() : url.slice(0, start - 3);
    this.origin = end === -1 ? null : url.slice(0, end);
    this.proxy = this.scheme === UNIX_SCHEME ? null : select_proxy(url, proxies) || null;
  }

  /** The request-target: path and query, or the whole URL for a forwarding proxy. */
  get target(): string {
    const url = this.#request.url ?? '';
    const isForwarded = this.proxy !== null && this.scheme !== 'https' && !/^socks/i.test(this.proxy);
    if (isForwarded) return urldefragauth(url);
    return this.origin === null ? this.#request.path_url : targetFrom(url, this.origin.length);
  }
}

/** The URL of a proxy with its scheme. Throws InvalidProxyURL. */
export function completeProxy(proxy: string, request: PreparedRequest): string {
  const url = prepend_scheme_if_needed(proxy, 'http');
  if (parse_url(url).host) return url;
  const message = 'Please check proxy URL. It is malformed and could be missing the host.';
  throw new InvalidProxyURL(message, { request });
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

const ENCODED = /^(?:[\w.~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*$/;

/**
 * A request-target in the form that urllib3 gives it: a URL may come from a redirect, or have been put into a prepared request by
 * hand.
 */
export function encodeTarget(target: string): string {
  if (ENCODED.test(target)) return target;
  const start = /^https?:\/\//.exec(target)?.[0].length;
  const path = start === undefined ? 0 : Math.max(0, endOfAuthority(target, start));
  return target.slice(0, path) + encodePathAndQuery(target.slice(path));
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Whether `text` can be the name of a header, or a method. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The method, which scripts may have set to anything. Throws TypeError when there is none, ValueError for what is no token. */
export function methodOf({ method }: PreparedRequest): string {
  if (method === null) throw new TypeError('the request has no method');
  if (!isToken(method)) {
    throw new ValueError(`Method cannot contain non-token characters ${repr(method)}`);
  }
  return method;
}

/** The headers by name in lower case; scripts may have put an object instead of the dict. */
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

/** What decides on the headers that are sent. */
export type HeaderSource = Pick<Job, 'headers' | 'method' | 'pool' | 'target'>;

/** Methods that send no Content-Length when they have no body. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'TRACE', 'OPTIONS', 'CONNECT']);

/**
 * Exactly the headers that are sent, `[name, value, name, value …]`: Host first, what urllib3 adds, then those of the
 * request, then those for a proxy that forwards.
 */
export function wireHeaders(source: HeaderSource, hasBody: boolean): string[] {
  const { headers, pool, method } = source;
  const lines: string[] = [];
  if (!headers.has('host')) lines.push('Host', hostOf(source));
  if (!headers.has('accept-encoding')) lines.push('Accept-Encoding', 'identity');
  if (!headers.has('content-length') && !headers.has('transfer-encoding')) {
    // A body of unknown length goes in chunks.
    if (hasBody) lines.push('Transfer-Encoding', 'chunked');
    else if (!WITHOUT_BODY.has(method)) lines.push('Content-Length', '0');
  }
  for (const entry of headers.values()) lines.push(entry[0], entry[1]);
  if (pool.forwards && pool.proxy !== null) {
    for (const [name, value] of Object.entries(pool.proxy.headers)) replaceLine(lines, name, value);
  }
  return lines;
}

/** The proxy's own value holds: after a redirect the request has one, too. */
function replaceLine(lines: string[], name: string, value: string): void {
  const at = lines.findIndex((line, i) => i % 2 === 0 && line.toLowerCase() === name.toLowerCase());
  if (at === -1) lines.push(name, value);
  else lines[at + 1] = value;
}

/** Names that were found valid and need no second look: programs use a few dozen. */
const knownNames = new Set<string>();
const MOST_KNOWN_NAMES = 1000;
const NOT_IN_VALUES = /[^\t\x20-\x7e\x80-\xff]/;

/** Those of {@link wireHeaders}. Throws InvalidHeader and UnicodeEncodeError. */
export function checkedHeaders(source: HeaderSource, hasBody: boolean): string[] {
  const headers = wireHeaders(source, hasBody);
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value: unknown = headers[i + 1];
    if (!knownNames.has(name)) checkName(name, value);
    // Scripts put numbers instead of text.
    if (value === undefined || NOT_IN_VALUES.test(value as string)) throw headerRefusal(name, value);
  }
  return headers;
}

function checkName(name: string, value: unknown): void {
  if (!isToken(name)) throw headerRefusal(name, value);
  if (knownNames.size < MOST_KNOWN_NAMES) knownNames.add(name);
}

/** Headers that clients work out by themselves. What else a request has besides its own was added by instrumentation. */
const OF_CLIENTS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

/** Whether instrumentation has added this header to a request, which has none of that name itself. */
export function isAdded(name: string, { headers }: Pick<HeaderSource, 'headers'>): boolean {
  const key = name.toLowerCase();
  return !OF_CLIENTS.has(key) && !headers.has(key);
}

/** A proxy that forwards gets the host of the URL, as spelled there. */
function hostOf({ pool, target }: HeaderSource): string {
  if (target.startsWith('/')) return pool.hostHeader;
  return partitionLast(urlsplit(target).netloc, '@')[2] || pool.hostHeader;
}

/** Why a header cannot be sent. */
export function headerRefusal(name: string, value: unknown, cause?: unknown): Error {
  const position = typeof value === 'string' ? value.search(/[^\0-\xff]/) : -1;
  if (position === -1) {
    // The value may be a secret.
    return new InvalidHeader(
      `The header ${JSON.stringify(name)} cannot be sent: its name or value has a character that HTTP does not allow`,
      { cause },
    );
  }
  return new UnicodeEncodeError(
    `'latin-1' codec can't encode character in position ${position} of the header ${JSON.stringify(name)}: ordinal not in range(256)`,
    { cause },
  );
}

/** A body as transports take it. */
export type WireBody = string | Uint8Array | Upload;

/** Whether a body is whole in memory and can be sent any number of times. */
export function isBuffered(body: PreparedBody): body is null | string | Uint8Array {
  return body === null || typeof body === 'string' || types.isUint8Array(body);
}

/** Bytes that go out with their head in a single write. */
const ONE_WRITE = 16 * 1024;

/** Whether a body may take more than one write, with time for an answer between them. */
export function takesTime(body: PreparedBody): boolean {
  return !isBuffered(body) || (body !== null && body.length > ONE_WRITE);
}

/** The value of Content-Length, as the headers have it. */
export function announcedLength({ headers }: Pick<Job, 'headers'>): string | undefined {
  return headers.get('content-length')?.[1];
}

/** The body as transports take it; null for one without a byte. `isHeld`: see {@link Upload}. */
export function wireBody(job: Pick<Job, 'headers' | 'request'>, isHeld = false): WireBody | null {
  const { body } = job.request;
  if (isBuffered(body)) return body === null || body.length === 0 ? null : body;
  const length = announcedLength(job);
  const announced = length !== undefined && /^\d+$/.test(length) ? Number(length) : null;
  return new Upload(body as UploadSource, announced, isHeld);
}
