import type { ClientRequest } from 'node:http';
import { UnicodeEncodeError } from '../../builtins/index.js';
import { InvalidHeader } from '../exceptions/requests.js';
import type { HeaderEntry } from '../structures/case-insensitive-dict.js';
import { partitionLast } from '../urls/python-text.js';
import { urlsplit } from '../urls/url-split.js';
import type { HTTPConnectionPool } from './connections/connection-pool.js';

/** What decides on the headers that are sent. */
export interface HeaderSource {
  readonly pool: HTTPConnectionPool;
  readonly method: string;
  readonly target: string;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, HeaderEntry<string>>;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Whether `text` can be the name of a header, or a method. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Methods that say nothing of a body when they have none. */
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
  for (const [name, value] of headers.values()) lines.push(name, value);
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
    // Scripts put numbers in the place of text.
    if (value === undefined || NOT_IN_VALUES.test(value as string)) throw headerRefusal(name, value);
  }
  return headers;
}

function checkName(name: string, value: unknown): void {
  if (!isToken(name)) throw headerRefusal(name, value);
  if (knownNames.size < MOST_KNOWN_NAMES) knownNames.add(name);
}

/** Headers that clients work out by themselves. What else a request has beside its own was added by instrumentation. */
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

/**
 * Replaces the headers of a request with those of {@link wireHeaders}, and puts those that instrumentation has added behind
 * them. Throws InvalidHeader and UnicodeEncodeError.
 */
export function setHeaders(request: ClientRequest, source: HeaderSource, hasBody: boolean): void {
  let added: Parameters<ClientRequest['setHeader']>[] | null = null;
  for (const name of request.getRawHeaderNames()) {
    if (isAdded(name, source)) (added ??= []).push([name, request.getHeader(name) ?? '']);
    request.removeHeader(name);
  }
  const lines = wireHeaders(source, hasBody);
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    const value = lines[i + 1] as string;
    try {
      request.setHeader(name, value);
    } catch (error) {
      throw headerRefusal(name, value, error);
    }
  }
  if (added !== null) for (const [name, value] of added) request.setHeader(name, value);
  // Node adds one unless it was removed.
  if (!source.headers.has('connection')) request.removeHeader('connection');
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
