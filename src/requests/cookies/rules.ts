/** The rules of the cookie standards, from `tough-cookie`. */
import { isIP } from 'node:net';
import { tough } from '#packages';

/** Seconds since 1970 of the date of an `Expires` attribute, read as in RFC 6265; null when it is none. */
export function parseExpires(text: string): number | null {
  const date = tough().parseDate(unquote(text));
  return date === undefined ? null : Math.floor(date.getTime() / 1000);
}

/** The path of a cookie that was set by a request to `requestPath` without naming one. */
export function defaultPath(requestPath: string): string {
  return requestPath.lastIndexOf('/') === 0 ? '/' : tough().defaultPath(requestPath);
}

/** Whether a cookie of `cookiePath` belongs to a request to `requestPath`. */
export function pathMatch(requestPath: string, cookiePath: string): boolean {
  return cookiePath === '/' || cookiePath === requestPath || tough().pathMatch(requestPath, cookiePath);
}

/** Whether `host` is `domain` or below it. An IP address is below nothing, and nothing is below one. Both in lower case, without a dot in front. */
export function domainMatch(host: string, domain: string): boolean {
  if (host === domain) return true;
  return !isAddress(host) && !isAddress(domain) && tough().domainMatch(host, domain, false) === true;
}

/** Whether anybody can have a name below `domain` (`com`, `co.uk`, `github.io`), so that no cookie may be set for it. */
export function isPublicSuffix(domain: string): boolean {
  if (isAddress(domain)) return false;
  return tough().getPublicSuffix(domain, { allowSpecialUseDomain: true, ignoreError: true }) === undefined;
}

/** Whether `host`, as written in a URL, is an IP address. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || isIP(host) !== 0;
}

/** The text without a quotation mark at its start and at its end. */
export function unquote(text: string): string {
  return text.replace(/^"/, '').replace(/"$/, '');
}
