/** `urllib.parse`: URLs taken apart and joined by the letter of RFC 3986, which is not what the WHATWG `URL` class does. */
import { isIPv4, isIPv6 } from 'node:net';
import { repr, ValueError } from '../../builtins/index.js';
import { DefragResult, ParseResult, SplitResult, urlunparse, USES_NETLOC } from './url-parts.js';

const USES_RELATIVE: ReadonlySet<string> = new Set(
  ',ftp,http,gopher,nntp,imap,wais,file,https,shttp,mms,prospero,rtsp,rtsps,rtspu,sftp,svn,svn+ssh,ws,wss'.split(
    ',',
  ),
);
const USES_PARAMS: ReadonlySet<string> = new Set(
  ',ftp,hdl,prospero,http,imap,https,shttp,rtsp,rtsps,rtspu,sip,sips,mms,sftp,tel'.split(','),
);

const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
const LEADING_CONTROLS = /^[\0-\x20]+/;

/** More are seldom in use at once. */
const MOST = 256;
const LONGEST_KEY = 2048;

/** Results by URL: programs pass the same few URLs over and over. Limited in number and in the length of a URL. */
export class Remembered<T> {
  readonly #results = new Map<string, T>();

  get(url: string): T | undefined {
    return this.#results.get(url);
  }

  /** Returns `result`. */
  set(url: string, result: T): T {
    if (url.length > LONGEST_KEY) return result;
    if (this.#results.size >= MOST) this.#results.clear();
    this.#results.set(url, result);
    return result;
  }
}

/** As in Python: one request takes the same URL apart several times. */
const remembered = new Remembered<SplitResult>();

/**
 * `urllib.parse.urlsplit`: scheme (in lower case), network location, path, query and fragment.
 * Throws ValueError for malformed brackets and for hosts that Unicode normalization would break apart.
 */
export function urlsplit(url: string, scheme = '', allow_fragments = true): SplitResult {
  if (scheme !== '' || !allow_fragments) return split(url, scheme, allow_fragments);
  const known = remembered.get(url);
  if (known !== undefined) return known;
  const result = split(url, '', true);
  // The caller shares it with the next one.
  Object.freeze(result);
  return remembered.set(url, result);
}

function split(url: string, scheme: string, allow_fragments: boolean): SplitResult {
  let rest = removeUnsafe(url);
  let foundScheme = removeUnsafe(scheme).trimEnd();
  const match = SCHEME.exec(rest);
  if (match) {
    foundScheme = (match[1] ?? '').toLowerCase();
    rest = rest.slice(match[0].length);
  }
  let netloc = '';
  if (rest.startsWith('//')) {
    const end = rest.slice(2).search(/[/?#]/);
    netloc = end === -1 ? rest.slice(2) : rest.slice(2, end + 2);
    rest = rest.slice(netloc.length + 2);
    checkNetloc(netloc);
  }
  let fragment = '';
  const hash = allow_fragments ? rest.indexOf('#') : -1;
  if (hash !== -1) {
    fragment = rest.slice(hash + 1);
    rest = rest.slice(0, hash);
  }
  let query = '';
  const mark = rest.indexOf('?');
  if (mark !== -1) {
    query = rest.slice(mark + 1);
    rest = rest.slice(0, mark);
  }
  return new SplitResult(foundScheme, netloc, rest, query, fragment);
}

function removeUnsafe(text: string): string {
  return text.replace(LEADING_CONTROLS, '').replace(/[\t\r\n]/g, '');
}

function checkNetloc(netloc: string): void {
  const open = netloc.indexOf('[');
  const close = netloc.indexOf(']');
  if ((open === -1) !== (close === -1)) throw new ValueError('Invalid IPv6 URL');
  if (open !== -1) {
    const inside = netloc.slice(open + 1);
    const end = inside.indexOf(']');
    checkBracketedHost(end === -1 ? inside : inside.slice(0, end));
  }
  checkNormalized(netloc);
}

function checkBracketedHost(host: string): void {
  if (host.startsWith('v')) {
    if (!/^v[a-f0-9]+\../i.test(host)) throw new ValueError('IPvFuture address is invalid');
    return;
  }
  if (isIPv4(host)) throw new ValueError('An IPv4 address cannot be in brackets');
  const zone = host.indexOf('%');
  const address = zone === -1 ? host : host.slice(0, zone);
  const zoneIsBad = zone !== -1 && !/^%[^%]+$/.test(host.slice(zone));
  if (zoneIsBad || !isIPv6(address)) {
    throw new ValueError(`${repr(host)} does not appear to be an IPv4 or IPv6 address`);
  }
}

/** Refuses characters such as U+2100, which IDNA would turn into `a/c` and so into another host. */
function checkNormalized(netloc: string): void {
  if (/^[\0-\x7f]*$/.test(netloc)) return;
  const text = netloc.replace(/[@:#?]/g, '');
  const normalized = text.normalize('NFKC');
  if (text !== normalized && /[/?#@:]/.test(normalized)) {
    throw new ValueError(
      `netloc '${netloc.replace(/^.*@/s, '***@')}' contains invalid characters under NFKC normalization`,
    );
  }
}

/** `urllib.parse.urlparse`: as {@link urlsplit}, with the parameters of the last path segment apart. */
export function urlparse(url: string, scheme = '', allow_fragments = true): ParseResult {
  const parts = urlsplit(url, scheme, allow_fragments);
  const [path, params] = USES_PARAMS.has(parts.scheme) ? splitParams(parts.path) : [parts.path, ''];
  return new ParseResult(parts.scheme, parts.netloc, path, params, parts.query, parts.fragment);
}

function splitParams(path: string): [path: string, params: string] {
  const index = path.indexOf(';', Math.max(0, path.lastIndexOf('/')));
  return index === -1 ? [path, ''] : [path.slice(0, index), path.slice(index + 1)];
}

/** `urllib.parse.urljoin`: the absolute URL that `url` means in a document at `base`. */
export function urljoin(base: string, url: string, allow_fragments = true): string {
  if (base === '') return url;
  if (url === '') return base;
  const from = urlparse(base, '', allow_fragments);
  const to = urlparse(url, from.scheme, allow_fragments);
  if (to.scheme !== from.scheme || !USES_RELATIVE.has(to.scheme)) return url;
  let netloc = to.netloc;
  if (USES_NETLOC.has(to.scheme)) {
    if (netloc !== '') return urlunparse(to);
    netloc = from.netloc;
  }
  if (to.path === '' && to.params === '') {
    const query = to.query === '' ? from.query : to.query;
    return urlunparse([to.scheme, netloc, from.path, from.params, query, to.fragment]);
  }
  const path = resolvePath(from.path, to.path);
  return urlunparse([to.scheme, netloc, path === '' ? '/' : path, to.params, to.query, to.fragment]);
}

function resolvePath(base: string, path: string): string {
  const segments = path.startsWith('/') ? path.split('/') : relativeSegments(base, path);
  const resolved: string[] = [];
  for (const segment of segments) {
    if (segment === '..') resolved.pop();
    else if (segment !== '.') resolved.push(segment);
  }
  const last = segments.at(-1);
  if (last === '.' || last === '..') resolved.push('');
  return resolved.join('/');
}

function relativeSegments(base: string, path: string): string[] {
  const directory = base.split('/');
  if (directory.at(-1) !== '') directory.pop();
  const segments = [...directory, ...path.split('/')];
  return segments.filter((segment, index) => segment !== '' || index === 0 || index === segments.length - 1);
}

/** `urllib.parse.urldefrag`: the URL without its fragment, and the fragment. */
export function urldefrag(url: string): DefragResult {
  if (!url.includes('#')) return new DefragResult(url, '');
  const parts = urlparse(url);
  return new DefragResult(parts._replace({ fragment: '' }).geturl(), parts.fragment);
}
