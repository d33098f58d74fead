import type { Cookie } from './cookie.js';
import { type CookieRequest, MockRequest } from './mock-request.js';
import { DefaultCookiePolicy, domainsOf, usualPolicy } from './policy.js';
import { cookieStore, kPolicy, type RequestsCookieJar } from './requests-cookie-jar.js';

/** Up to this many domains, checking each one of the jar is faster than listing those of the request's host. */
const FEW_DOMAINS = 8;

/**
 * The `Cookie` header for `request`: the cookies of its host and path, those of the most specific path first. Null when the jar has
 * none for it, and when the request has such a header already.
 */
export function get_cookie_header(jar: RequestsCookieJar, request: CookieRequest): string | null {
  const store = cookieStore(jar);
  if (store.length === 0) return null;
  const mock = new MockRequest(request);
  if (mock.has_header('Cookie')) return null;
  store.deleteExpired(Date.now() / 1000);
  const policy = jar[kPolicy] ?? usualPolicy;
  const cookies: Cookie[] = [];
  // The default policy, and what is stricter, has no use for domains that are not the host's; of another one that is not known.
  const everyDomain = store.domainCount <= FEW_DOMAINS || !(policy instanceof DefaultCookiePolicy);
  for (const domain of everyDomain ? store.domains() : store.domainsAmong(domainsOf(mock).add(''))) {
    if (!policy.domain_return_ok(domain, mock)) continue;
    for (const [path, names] of store.paths(domain) ?? []) {
      if (!policy.path_return_ok(path, mock)) continue;
      for (const cookie of names.values()) if (policy.return_ok(cookie, mock)) cookies.push(cookie);
    }
  }
  if (cookies.length === 0) return null;
  cookies.sort((a, b) => b.path.length - a.path.length);
  return cookies.map(({ name, value }) => (value === null ? name : `${name}=${value}`)).join('; ');
}
