import { Cookie } from './cookie.js';
import { type CookieRequest, MockRequest } from './mock-request.js';
import { parseSetCookie } from './parse-set-cookie.js';
import { usualPolicy } from './policy.js';
import { cookieStore, kPolicy, type RequestsCookieJar } from './requests-cookie-jar.js';
import { defaultPath } from './rules.js';

/** A response as cookies are taken from it: by its headers, which keep several `Set-Cookie` lines apart. */
export interface CookieResponse {
  /** The headers, in one of the three forms that keep or join the lines: urllib3's, those of `fetch`, or any with `get`. */
  readonly headers:
    | { getlist(name: string): readonly string[] }
    | { getSetCookie(): readonly string[] }
    | { get(name: string): string | null | undefined };
}

/**
 * Puts the cookies of a response into `jar`, as far as the jar's policy has them. A cookie that has expired takes the one of the
 * same domain, path and name away. Lines that cannot be read are skipped.
 * @param request the request that was answered; the cookies belong to its `Host`, else to the host of its URL
 * @param response the `Set-Cookie` lines, or the raw response
 */
export function extract_cookies_to_jar(
  jar: RequestsCookieJar,
  request: CookieRequest,
  response: readonly string[] | CookieResponse | null | undefined,
): void {
  const lines = linesOf(response);
  if (lines.length === 0) return;
  const store = cookieStore(jar);
  const policy = jar[kPolicy] ?? usualPolicy;
  const mock = new MockRequest(request);
  const now = Math.floor(Date.now() / 1000);
  for (const line of lines) {
    const cookie = makeCookie(line, mock, now);
    if (cookie === null || !policy.set_ok(cookie, mock)) continue;
    if (cookie.is_expired(now)) store.delete(cookie.domain, cookie.path, cookie.name);
    else jar.set_cookie(cookie);
  }
}

interface AnyHeaders {
  getlist?(name: string): readonly string[];
  getSetCookie?(): readonly string[];
  get?(name: string): string | null | undefined;
}

function linesOf(response: readonly string[] | CookieResponse | null | undefined): readonly string[] {
  if (response === null || response === undefined) return [];
  if (isLines(response)) return response;
  // Not by `in`: on urllib3's dict it finds headers, not methods.
  const headers: AnyHeaders = response.headers;
  if (typeof headers.getlist === 'function') return headers.getlist('Set-Cookie');
  if (typeof headers.getSetCookie === 'function') return headers.getSetCookie();
  const line = headers.get?.('Set-Cookie');
  return line === null || line === undefined ? [] : [line];
}

function isLines(response: readonly string[] | CookieResponse): response is readonly string[] {
  return Array.isArray(response);
}

/** The cookie that `line` sets, with missing attributes filled in from the request; null when it sets none. */
function makeCookie(line: string, request: MockRequest, now: number): Cookie | null {
  const given = parseSetCookie(line, now);
  if (given === null) return null;
  const { name, value, domain, path, port, version, expires, comment, comment_url, rest } = given;
  const hasPath = path !== undefined && path !== '';
  const hasPort = port !== undefined && port !== null;
  return new Cookie({
    // A cookie with `Version=1` is one of RFC 2109, and is treated as any other.
    version: version === 1 ? 0 : (version ?? 0),
    rfc2109: version === 1,
    name,
    value,
    port: hasPort ? port.replace(/\s+/g, '') : port === null ? request.request_port : null,
    port_specified: hasPort,
    domain: domain === undefined ? request.effective_request_host : `.${domain.replace(/^\./, '')}`,
    domain_specified: domain !== undefined,
    domain_initial_dot: domain?.startsWith('.') ?? false,
    path: hasPath ? escapePath(path) : defaultPath(request.request_path),
    path_specified: hasPath,
    secure: given.secure ?? false,
    expires: expires ?? null,
    discard: given.discard ?? expires === undefined,
    comment: comment ?? null,
    comment_url: comment_url ?? null,
    rest,
  });
}

/** Percent-encodes characters not allowed in a URL's path, and upper-cases escapes, as in the paths of requests. */
function escapePath(path: string): string {
  if (/^[\w./-]*$/.test(path)) return path;
  return path
    .replace(/[^\w.~%/;:@&=+$,!*'()-]+/g, (part) =>
      Array.from(Buffer.from(part), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    )
    .replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
}
