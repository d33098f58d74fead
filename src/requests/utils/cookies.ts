/** The cookie helpers that Python keeps among its utilities. */
import { cookiejar_from_dict } from '../cookies/helpers.js';
import type { CookieValues, RequestsCookieJar } from '../cookies/requests-cookie-jar.js';

/** The cookies of a jar by name, whatever their domain; of several with a name the last one wins. */
export function dict_from_cookiejar(
  cj: Iterable<{ readonly name: string; readonly value: string | null }>,
): Record<string, string | null> {
  return Object.fromEntries(Array.from(cj, ({ name, value }) => [name, value]));
}

/** Puts names and values into a jar as cookies that are sent to every host, and returns the jar. */
export function add_dict_to_cookiejar(
  cj: RequestsCookieJar,
  cookie_dict: CookieValues | null | undefined,
): RequestsCookieJar {
  return cookiejar_from_dict(cookie_dict, cj);
}
