/** The rules of following redirects (spec 1.6), each a function of its own; `Session` offers them as methods to override. */
import { UnicodeDecodeError } from '../../builtins/index.js';
import { codes } from '../status-codes.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Response } from '../models/response.js';
import { DEFAULT_PORTS } from '../urls/default-ports.js';
import { requote_uri } from '../urls/quote.js';
import { isUnixUrl, joinUnix } from '../urls/unix-url.js';
import { urlparse } from '../urls/url-split.js';

/** Headers that describe a body, and go when the body does not follow. */
const BODY_HEADERS = ['Content-Length', 'Content-Type', 'Transfer-Encoding'] as const;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The Location of a redirect. Header text is latin-1, but servers write UTF-8: it is read as that, and what is not valid UTF-8
 * raises UnicodeDecodeError.
 */
export function redirectTarget(response: Response): string | null {
  const location = response.headers.get('location') ?? null;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: plain ASCII is the common case and needs no decoding
  if (location === null || /^[\x00-\x7f]*$/.test(location)) return location;
  try {
    return strictUtf8.decode(Buffer.from(location, 'latin1'));
  } catch (cause) {
    throw new UnicodeDecodeError(`The Location header is not valid UTF-8: ${JSON.stringify(location)}`, {
      cause,
    });
  }
}

/**
 * Whether `Authorization` must not follow from one URL to the other: another host, or another port or scheme, except from
 * http to https on the default ports of the same host.
 */
export function mustStripAuth(oldUrl: string, newUrl: string): boolean {
  const from = urlparse(oldUrl);
  const to = urlparse(newUrl);
  if (from.hostname !== to.hostname) return true;
  const onDefaultPort = (port: number | null, scheme: string): boolean =>
    port === null || port === (DEFAULT_PORTS as Readonly<Record<string, number>>)[scheme];
  const upgrade = from.scheme === 'http' && to.scheme === 'https';
  if (upgrade && onDefaultPort(from.port, 'http') && onDefaultPort(to.port, 'https')) return false;
  if (from.scheme !== to.scheme) return true;
  if (onDefaultPort(from.port, from.scheme) && onDefaultPort(to.port, to.scheme)) return false;
  return from.port !== to.port;
}

/** Whether a redirect leads to another host. */
export function changesHost(oldUrl: string, newUrl: string): boolean {
  return urlparse(oldUrl).hostname !== urlparse(newUrl).hostname;
}

/** Whether a redirect leads to a UNIX socket from elsewhere: a server must not choose what of this machine is reached. */
export function entersUnixSocket(oldUrl: string, newUrl: string): boolean {
  return isUnixUrl(newUrl) && urlparse(oldUrl).netloc !== urlparse(newUrl).netloc;
}

/** Whether cookies that are bound to no host must not follow: to another host, or out of TLS. */
export function mustDropLooseCookies(oldUrl: string, newUrl: string): boolean {
  const leavesTls = urlparse(oldUrl).scheme === 'https' && urlparse(newUrl).scheme !== 'https';
  return leavesTls || changesHost(oldUrl, newUrl);
}

/** The method of the next request: 303 and 302 turn all but HEAD into GET, 301 only POST; 307 and 308 keep it. */
export function redirectMethod(method: string | null, status: number | null): string | null {
  if ((status === codes.see_other || status === codes.found) && method !== 'HEAD') return 'GET';
  if (status === codes.moved && method === 'POST') return 'GET';
  return method;
}

/**
 * The absolute URL that a Location means: relative ones are joined on the response's URL, everything is requoted, and the
 * fragment of the request before is carried over unless the new one has its own.
 */
export function resolveLocation(
  location: string,
  responseUrl: string,
  previousFragment: string,
): { url: string; fragment: string } {
  const absolute = location.startsWith('//') ? `${urlparse(responseUrl).scheme}:${location}` : location;
  const parsed = urlparse(absolute);
  const fragment = parsed.fragment === '' ? previousFragment : parsed.fragment;
  const text = parsed._replace({ fragment }).geturl();
  const url = parsed.netloc === '' ? joinUnix(responseUrl, requote_uri(text)) : requote_uri(text);
  return { url, fragment };
}

/** Only 307 and 308 keep the body; otherwise it goes, with the headers that describe it. */
export function dropBodyUnlessKept(request: PreparedRequest, status: number | null): void {
  if (status === codes.temporary_redirect || status === codes.permanent_redirect) return;
  for (const name of BODY_HEADERS) request.headers.delete(name);
  request.body = null;
}
