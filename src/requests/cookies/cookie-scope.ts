import { ownOptions, repr } from '../../builtins/index.js';
import { CookieConflictError } from './conflict-error.js';
import type { Cookie } from './cookie.js';
import type { CookieStore } from './cookie-store.js';

/** Which cookies are meant; null and undefined: of every domain, of every path. */
export interface CookieScope {
  /** As the cookie has it: with a dot in front when the server named it. */
  domain?: string | null | undefined;
  /** As the cookie has it. */
  path?: string | null | undefined;
}

/** The value of the only cookie of that name and scope; null when there is none or when it is a bare name, as in Python. */
export function findCookie(
  store: CookieStore,
  name: string,
  scope: CookieScope = ownOptions({}),
): string | null {
  let found: string | null = null;
  for (const cookie of store) {
    if (cookie.name !== name || !isWithin(cookie, scope)) continue;
    if (found !== null) throw new CookieConflictError(`There are multiple cookies with name, ${repr(name)}`);
    found = cookie.value;
  }
  return found;
}

/** Deletes the cookies of that name and scope; false when there are none. */
export function deleteCookies(
  store: CookieStore,
  name: string,
  scope: CookieScope = ownOptions({}),
): boolean {
  const doomed = [...store].filter((cookie) => cookie.name === name && isWithin(cookie, scope));
  for (const { domain, path } of doomed) store.delete(domain, path, name);
  return doomed.length > 0;
}

/** Whether a cookie is in a scope. */
export function isWithin(cookie: Cookie, { domain, path }: CookieScope): boolean {
  return (domain ?? cookie.domain) === cookie.domain && (path ?? cookie.path) === cookie.path;
}
