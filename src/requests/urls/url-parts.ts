/** What `urllib.parse.urlsplit` and `urlparse` return: the parts of a URL, not decoded. */
import { ownOptions, repr, ValueError } from '../../builtins/index.js';
import { partition, partitionLast } from './python-text.js';

/** The parts of `urlsplit`, in the order that `urlunsplit` takes when they are a list. */
export interface SplitParts {
  /** In lower case, without the colon; '' when there is none. */
  readonly scheme: string;
  /** `user:password@host:port`; '' when there is none. */
  readonly netloc: string;
  /** The path. */
  readonly path: string;
  /** What follows `?`, without it; '' when there is none. */
  readonly query: string;
  /** What follows `#`, without it; '' when there is none. */
  readonly fragment: string;
}

/** The parts of `urlparse`; in a list `params` comes after `path`. */
export interface ParseParts extends SplitParts {
  /** What follows `;` in the last segment of the path. */
  readonly params: string;
}

/** The schemes whose URLs have a `//` even when the network location is empty. */
export const USES_NETLOC: ReadonlySet<string> = new Set(
  (
    ',ftp,http,gopher,nntp,telnet,imap,wais,file,mms,https,shttp,snews,prospero,rtsp,rtsps,rtspu,rsync,svn,svn+ssh,' +
    'sftp,nfs,git,git+ssh,ws,wss'
  ).split(','),
);

/** Puts the parts of `urlsplit` together: `urllib.parse.urlunsplit`. */
export function urlunsplit(parts: SplitParts | Iterable<string | null | undefined>): string {
  const [scheme, netloc, path, query, fragment] = listed(parts, [
    'scheme',
    'netloc',
    'path',
    'query',
    'fragment',
  ]);
  let url = path ?? '';
  if (netloc || (scheme && USES_NETLOC.has(scheme) && !url.startsWith('//'))) {
    url = `//${netloc ?? ''}${url === '' || url.startsWith('/') ? '' : '/'}${url}`;
  }
  return (scheme ? `${scheme}:` : '') + url + (query ? `?${query}` : '') + (fragment ? `#${fragment}` : '');
}

/** Puts the parts of `urlparse` together: `urllib.parse.urlunparse`. */
export function urlunparse(parts: ParseParts | Iterable<string | null | undefined>): string {
  const [scheme, netloc, path, params, query, fragment] = listed(parts, [
    'scheme',
    'netloc',
    'path',
    'params',
    'query',
    'fragment',
  ]);
  return urlunsplit([scheme, netloc, params ? `${path ?? ''};${params}` : path, query, fragment]);
}

function listed<K extends string>(
  parts: Readonly<Record<K, string>> | Iterable<string | null | undefined>,
  names: readonly K[],
): (string | null | undefined)[] {
  if (Symbol.iterator in parts) {
    const list = [...parts];
    if (list.length !== names.length) {
      throw new ValueError(
        `expected ${names.length} parts of a URL (${names.join(', ')}), got ${list.length}`,
      );
    }
    return list;
  }
  return names.map((name) => parts[name]);
}

/** The parts of a network location, computed on demand. */
abstract class NetworkLocation {
  /** `user:password@host:port`. */
  abstract readonly netloc: string;

  /** The user name; null when there is no `@`. */
  get username(): string | null {
    return this.#userinfo()[0];
  }

  /** The password; null when there is none. */
  get password(): string | null {
    return this.#userinfo()[1];
  }

  /** The host in lower case, without brackets; the zone of an IPv6 address keeps its case. Null when there is none. */
  get hostname(): string | null {
    const [host] = this.#hostinfo();
    if (host === '') return null;
    const zone = host.indexOf('%');
    return zone === -1 ? host.toLowerCase() : host.slice(0, zone).toLowerCase() + host.slice(zone);
  }

  /** The port, null when there is none. Throws ValueError when it is not a number up to 65535. */
  get port(): number | null {
    const [, text] = this.#hostinfo();
    if (text === '') return null;
    if (!/^\d+$/.test(text)) throw new ValueError(`Port could not be cast to integer value as ${repr(text)}`);
    const port = Number(text);
    if (port > 65_535) throw new ValueError('Port out of range 0-65535');
    return port;
  }

  #userinfo(): [username: string | null, password: string | null] {
    const [userinfo, found] = partitionLast(this.netloc, '@');
    if (!found) return [null, null];
    const [username, hasPassword, password] = partition(userinfo, ':');
    return [username, hasPassword ? password : null];
  }

  #hostinfo(): [host: string, port: string] {
    const hostinfo = partitionLast(this.netloc, '@')[2];
    const [, bracketed, rest] = partition(hostinfo, '[');
    if (bracketed) {
      const [host, , after] = partition(rest, ']');
      return [host, partition(after, ':')[2]];
    }
    const [host, , port] = partition(hostinfo, ':');
    return [host, port];
  }
}

/** The result of `urlsplit`: five named parts that can be destructured like Python's tuple. */
export class SplitResult extends NetworkLocation implements Iterable<string> {
  /** In lower case, without the colon; '' when there is none. */
  readonly scheme: string;
  /** `user:password@host:port`; '' when there is none. */
  readonly netloc: string;
  /** The path. */
  readonly path: string;
  /** What follows `?`, without it; '' when there is none. */
  readonly query: string;
  /** What follows `#`, without it; '' when there is none. */
  readonly fragment: string;

  constructor(scheme: string, netloc: string, path: string, query: string, fragment: string) {
    super();
    this.scheme = scheme;
    this.netloc = netloc;
    this.path = path;
    this.query = query;
    this.fragment = fragment;
  }

  /** The URL put together again. */
  geturl(): string {
    return urlunsplit(this);
  }

  /** A copy in which the parts that are given have been changed. */
  _replace(given: Partial<SplitParts>): SplitResult {
    const changes = ownOptions(given);
    return new SplitResult(
      changes.scheme ?? this.scheme,
      changes.netloc ?? this.netloc,
      changes.path ?? this.path,
      changes.query ?? this.query,
      changes.fragment ?? this.fragment,
    );
  }

  *[Symbol.iterator](): Generator<string, void, undefined> {
    yield* [this.scheme, this.netloc, this.path, this.query, this.fragment];
  }
}

/** The result of `urlparse`: as {@link SplitResult}, with the parameters (`;a=1`) of the last path segment apart. */
export class ParseResult extends NetworkLocation implements Iterable<string> {
  /** In lower case, without the colon; '' when there is none. */
  readonly scheme: string;
  /** `user:password@host:port`; '' when there is none. */
  readonly netloc: string;
  /** The path. */
  readonly path: string;
  /** What follows `;` in the last segment of the path; '' when there is none. */
  readonly params: string;
  /** What follows `?`, without it; '' when there is none. */
  readonly query: string;
  /** What follows `#`, without it; '' when there is none. */
  readonly fragment: string;

  constructor(scheme: string, netloc: string, path: string, params: string, query: string, fragment: string) {
    super();
    this.scheme = scheme;
    this.netloc = netloc;
    this.path = path;
    this.params = params;
    this.query = query;
    this.fragment = fragment;
  }

  /** The URL put together again. */
  geturl(): string {
    return urlunparse(this);
  }

  /** A copy in which the parts that are given have been changed. */
  _replace(given: Partial<ParseParts>): ParseResult {
    const changes = ownOptions(given);
    return new ParseResult(
      changes.scheme ?? this.scheme,
      changes.netloc ?? this.netloc,
      changes.path ?? this.path,
      changes.params ?? this.params,
      changes.query ?? this.query,
      changes.fragment ?? this.fragment,
    );
  }

  *[Symbol.iterator](): Generator<string, void, undefined> {
    yield* [this.scheme, this.netloc, this.path, this.params, this.query, this.fragment];
  }
}

/** The result of `urldefrag`. */
export class DefragResult implements Iterable<string> {
  /** The URL without its fragment. */
  readonly url: string;
  /** The fragment, without `#`; '' when there is none. */
  readonly fragment: string;

  constructor(url: string, fragment: string) {
    this.url = url;
    this.fragment = fragment;
  }

  /** The URL put together again. */
  geturl(): string {
    return this.fragment === '' ? this.url : `${this.url}#${this.fragment}`;
  }

  *[Symbol.iterator](): Generator<string, void, undefined> {
    yield this.url;
    yield this.fragment;
  }
}
