/** Small questions about URLs. */
import { unquote } from './quote.js';
import { parse_url } from './parse-url.js';
import { urlparse } from './url-split.js';
import { urlunparse } from './url-parts.js';
import { partitionLast } from './python-text.js';

const NO_AUTH: readonly [string, string] = Object.freeze(['', '']);

/**
 * The user and password in a URL, decoded; two empty strings unless there are both. Throws ValueError for a URL with
 * malformed brackets.
 */
export function get_auth_from_url(url: string): readonly [user: string, password: string] {
  if (!url.includes('@')) return NO_AUTH;
  const { username, password } = urlparse(url);
  return username === null || password === null ? NO_AUTH : [unquote(username), unquote(password)];
}

/** The URL without fragment and credentials. */
export function urldefragauth(url: string): string {
  const parts = urlparse(url);
  // What has no `//` is taken for a host, not for a path.
  const [netloc, path] = parts.netloc === '' ? [parts.path, parts.netloc] : [parts.netloc, parts.path];
  return urlunparse([parts.scheme, partitionLast(netloc, '@')[2], path, parts.params, parts.query, '']);
}

/** Puts `new_scheme` before a URL that has none; one that is there stays. Throws LocationParseError. */
export function prepend_scheme_if_needed(url: string, new_scheme: string): string {
  const { scheme, auth, netloc: foundNetloc, path: foundPath, query, fragment } = parse_url(url);
  const [netloc, path] = foundNetloc ? [foundNetloc, foundPath] : [foundPath, foundNetloc];
  return urlunparse([
    scheme ?? new_scheme,
    auth ? `${auth}@${netloc ?? ''}` : netloc,
    path ?? '',
    '',
    query,
    fragment,
  ]);
}
