import { checkOptions, typeName, ValueError } from '../../builtins/index.js';
import { create_cookie } from './cookie.js';
import type { CookieScope } from './cookie-scope.js';
import { type CookieValues, entriesOf, RequestsCookieJar } from './requests-cookie-jar.js';

/**
 * Puts names and values into `cookiejar` (default: a new one) as cookies that are sent to every host, and returns it. A value of
 * null makes a bare name.
 * @param options `overwrite` (default true): whether cookies of the same name that have no domain either are replaced. If false, a
 *   name that the jar has under any domain is left alone
 */
export function cookiejar_from_dict(
  cookie_dict: CookieValues | null | undefined,
  cookiejar?: RequestsCookieJar | null,
  options: { overwrite?: boolean | undefined } = {},
): RequestsCookieJar {
  const own = checkOptions('cookiejar_from_dict()', options, ['overwrite']);
  const jar = cookiejar ?? new RequestsCookieJar();
  if (cookie_dict === null || cookie_dict === undefined) return jar;
  if (typeof cookie_dict !== 'object') {
    throw new TypeError(
      `cookies must be an object of names and values or a RequestsCookieJar, got ${typeName(cookie_dict)}`,
    );
  }
  const taken = new Set(own.overwrite === false ? jar.keys() : []);
  for (const [name, value] of entriesOf(cookie_dict)) {
    if (!taken.has(name)) jar.set_cookie(create_cookie(name, value ?? null));
  }
  return jar;
}

/**
 * Adds `cookies` to `cookiejar` and returns it. Those of another jar take the place of equal ones; names and values do not.
 * Throws ValueError when `cookiejar` is none.
 */
export function merge_cookies(
  cookiejar: RequestsCookieJar,
  cookies: RequestsCookieJar | CookieValues | null | undefined,
): RequestsCookieJar {
  if (!((cookiejar as unknown) instanceof RequestsCookieJar)) {
    throw new ValueError(`You can only merge into CookieJar, not into ${typeName(cookiejar)}`);
  }
  if (cookies instanceof RequestsCookieJar) cookiejar.update(cookies);
  else cookiejar_from_dict(cookies, cookiejar, { overwrite: false });
  return cookiejar;
}

/** Removes the cookies of that name, by default of every domain and path; those are given in order or as `{ domain, path }`. */
export function remove_cookie_by_name(
  cookiejar: RequestsCookieJar,
  name: string,
  domain?: string | CookieScope | null,
  path?: string | null,
): void {
  const given = typeof domain === 'object' && domain !== null ? domain : { domain, path };
  const scope = checkOptions('remove_cookie_by_name()', given, ['domain', 'path']);
  cookiejar.set(name, null, scope);
}
