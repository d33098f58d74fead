/** urllib3's `parse_url`: the RFC 3986 parser and normalizer that every request's URL goes through. */
import { LocationParseError } from '../exceptions/urllib3.js';
import { encodeLabel } from './idna.js';
import { encodeUtf8WithSurrogates, type QuoteTable, quoteTable, quoteWith } from './quote.js';
import { withoutUserinfo } from './redact.js';
import { partitionLast } from './python-text.js';

/** The normalized parts of a URL; absent parts are null. Can be destructured like Python's tuple. */
export class Url implements Iterable<string | number | null> {
  /** In lower case. */
  readonly scheme: string | null;
  /** `user:password`, encoded as in the URL. */
  readonly auth: string | null;
  /** In lower case and ASCII; IPv6 addresses keep their brackets. */
  readonly host: string | null;
  /** Null when the URL names none. */
  readonly port: number | null;
  /** Begins with `/` unless empty. */
  readonly path: string | null;
  /** What follows `?`, without it. */
  readonly query: string | null;
  /** What follows `#`, without it. */
  readonly fragment: string | null;

  constructor(
    scheme: string | null = null,
    auth: string | null = null,
    host: string | null = null,
    port: number | null = null,
    path: string | null = null,
    query: string | null = null,
    fragment: string | null = null,
  ) {
    this.scheme = scheme === null ? null : scheme.toLowerCase();
    this.auth = auth;
    this.host = host;
    this.port = port;
    this.path = path && !path.startsWith('/') ? `/${path}` : path;
    this.query = query;
    this.fragment = fragment;
  }

  /** The same as `host`. */
  get hostname(): string | null {
    return this.host;
  }

  /** What a request line carries: path and query. */
  get request_uri(): string {
    return (this.path || '/') + (this.query === null ? '' : `?${this.query}`);
  }

  /** `user:password@host:port`. */
  get authority(): string | null {
    const { netloc } = this;
    return netloc === null || this.auth === null ? netloc : `${this.auth}@${netloc}`;
  }

  /** `host:port`, without credentials. */
  get netloc(): string | null {
    return this.host !== null && this.port ? `${this.host}:${this.port}` : this.host;
  }

  /** The URL put together again. */
  get url(): string {
    let url = this.scheme === null ? '' : `${this.scheme}://`;
    if (this.auth !== null) url += `${this.auth}@`;
    if (this.host !== null) url += this.host;
    if (this.port !== null) url += `:${this.port}`;
    if (this.path !== null) url += this.path;
    if (this.query !== null) url += `?${this.query}`;
    if (this.fragment !== null) url += `#${this.fragment}`;
    return url;
  }

  toString(): string {
    return this.url;
  }

  *[Symbol.iterator](): Generator<string | number | null, void, undefined> {
    yield* [this.scheme, this.auth, this.host, this.port, this.path, this.query, this.fragment];
  }
}

const IPV4 = String.raw`(?:\d{1,3}\.){3}\d{1,3}`;
const GROUP = '[0-9a-f]{1,4}';
const LAST_32_BITS = `(?:${GROUP}:${GROUP}|${IPV4})`;

/** An IPv6 address by RFC 3986: with `::` standing for the groups that are missing after up to n groups before it. */
const IPV6 = `(?:${[
  `(?:${GROUP}:){6}${LAST_32_BITS}`,
  `::(?:${GROUP}:){5}${LAST_32_BITS}`,
  ...[4, 3, 2, 1, 0].map(
    (after, before) => `(?:(?:${GROUP}:){0,${before}}${GROUP})?::(?:${GROUP}:){${after}}${LAST_32_BITS}`,
  ),
  `(?:(?:${GROUP}:){0,5}${GROUP})?::${GROUP}`,
  `(?:(?:${GROUP}:){0,6}${GROUP})?::`,
].join('|')})`;
const ZONE = '(?:%25|%)(?:[a-z0-9._~-]|%[0-9a-f]{2})+';
const BRACKETED = String.raw`\[${IPV6}(?:${ZONE})?\]`;
const REGISTERED_NAME = String.raw`(?:[^[\]%:/?#]|%[0-9a-f]{2})*`;

const HAS_SCHEME = /^(?:[a-z][a-z0-9+-]*:|\/)/i;
const PARTS = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^\\/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is;
/** What most URLs have. V8 compiles a pattern when it is first used, and the one with all forms of IPv6 takes it a millisecond. */
const PLAIN_HOST_AND_PORT = /^([\w.-]*)(?::([1-9][0-9]{0,4}))?$/;
// Python's `$` also matches before a final line feed, which is so dropped after a port.
const HOST_AND_PORT = new RegExp(`^(${REGISTERED_NAME}|${BRACKETED})(?::0*?(|0|[1-9][0-9]{0,4}))?\\n?$`, 'i');
const ZONE_AT_END = new RegExp(`(${ZONE})\\]$`, 'i');

const SUB_DELIMITERS = "!$&'()*+,;=";
const UNRESERVED: ComponentTables = componentTables('');
const USERINFO: ComponentTables = componentTables(`${SUB_DELIMITERS}:`);
const PATH: ComponentTables = componentTables(`${SUB_DELIMITERS}:@/`);
const QUERY: ComponentTables = componentTables(`${SUB_DELIMITERS}:@/?`);

/** Whether a `%` begins an escape or is itself to be escaped depends on the whole component. */
interface ComponentTables {
  readonly escaped: QuoteTable;
  readonly raw: QuoteTable;
}

function componentTables(safe: string): ComponentTables {
  return { escaped: quoteTable(`${safe}%`), raw: quoteTable(safe) };
}

function encodeComponent(component: string, tables: ComponentTables): string {
  if (!component.includes('%')) return quoteWith(component, tables.raw, encodeUtf8WithSurrogates);
  let escapes = 0;
  const upper = component.replace(/%[0-9a-f]{2}/gi, (escape) => {
    escapes++;
    return escape.toUpperCase();
  });
  const allEscapes = escapes === upper.split('%').length - 1;
  return quoteWith(upper, allEscapes ? tables.escaped : tables.raw, encodeUtf8WithSurrogates);
}

/** Path and query as a request line has them; escapes are in upper case then. */
export function encodePathAndQuery(text: string): string {
  const mark = text.indexOf('?');
  if (mark === -1) return encodeComponent(text, PATH);
  return `${encodeComponent(text.slice(0, mark), PATH)}?${encodeComponent(text.slice(mark + 1), QUERY)}`;
}

function removeDotSegments(path: string): string {
  if (!path.includes('.')) return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  if (path.startsWith('/') && !(kept.length > 0 && kept[0] === '')) kept.unshift('');
  if (path.endsWith('/.') || path.endsWith('/..')) kept.push('');
  return kept.join('/');
}

/** The host in the form of DNS, or null when a label is not valid. */
function normalizeHost(host: string): string | null {
  if (host.startsWith('[')) {
    const zone = ZONE_AT_END.exec(host);
    if (!zone) return host.toLowerCase();
    const id = (zone[1] ?? '').replace(/^%25(?=.)|^%/s, '');
    return `${host.slice(0, zone.index).toLowerCase()}%${encodeComponent(id, UNRESERVED)}]`;
  }
  const labels = host.split('.').map(encodeLabel);
  return labels.includes(null) ? null : labels.join('.');
}

/**
 * Takes a URL apart and normalizes http and https ones: lower case, dot segments, escapes, IDNA. Text without a scheme is
 * taken as `host/path`. Throws LocationParseError, whose message shows no credentials.
 */
export function parse_url(url: string): Url {
  if (url === '') return new Url();
  const [, rawScheme, authority, rawPath = '', rawQuery, rawFragment] =
    PARTS.exec(HAS_SCHEME.test(url) ? url : `//${url}`) ?? [];
  const scheme = rawScheme?.toLowerCase() ?? null;
  const normalizes = scheme === null || scheme === 'http' || scheme === 'https';
  const clean = (part: string | undefined, tables: ComponentTables): string | null =>
    part === undefined ? null : normalizes ? encodeComponent(part, tables) : part;

  const { auth, host, port } = authority ? parseAuthority(authority, url) : NO_AUTHORITY;
  const normalHost = host !== null && host !== '' && normalizes ? normalizeHost(host) : host;
  if (normalHost === null && host !== null) throw new LocationParseError(withoutUserinfo(url));

  const path = clean(normalizes ? removeDotSegments(rawPath) : rawPath, PATH);
  const query = clean(rawQuery, QUERY);
  const fragment = clean(rawFragment, QUERY);
  return new Url(
    scheme,
    auth === null ? null : clean(auth, USERINFO),
    normalHost,
    port,
    path === '' && query === null && fragment === null ? null : path,
    query,
    fragment,
  );
}

const NO_AUTHORITY = { auth: null, host: null, port: null } as const;

function parseAuthority(
  authority: string,
  url: string,
): { auth: string | null; host: string; port: number | null } {
  const [auth, , hostAndPort] = partitionLast(authority, '@');
  const match = PLAIN_HOST_AND_PORT.exec(hostAndPort) ?? HOST_AND_PORT.exec(hostAndPort);
  const port = match?.[2] ? Number(match[2]) : null;
  if (!match || (port !== null && port > 65_535)) throw new LocationParseError(withoutUserinfo(url));
  return { auth: auth === '' ? null : auth, host: match[1] ?? '', port };
}
