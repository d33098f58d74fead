export { CookieConflictError } from './conflict-error.js';
export {
  Cookie,
  type CookieAttributes,
  type CookieOptions,
  create_cookie,
  type NonstandardAttributes,
} from './cookie.js';
export { get_cookie_header } from './cookie-header.js';
export { type CookieResponse, extract_cookies_to_jar } from './extract.js';
export {
  type CookieFileOptions,
  type FileCookieJarMethods,
  type FileCookieJarOptions,
  LoadError,
} from './file-cookie-jar.js';
export { cookiejar_from_dict, merge_cookies, remove_cookie_by_name } from './helpers.js';
export { LWPCookieJar, type LWPCookieJarConstructor, type LWPCookieJarMethods } from './lwp-cookie-jar.js';
export { type CookieRequest, MockRequest } from './mock-request.js';
export { type Morsel, morsel_to_cookie } from './morsel.js';
export {
  MozillaCookieJar,
  type MozillaCookieJarConstructor,
  type MozillaCookieJarMethods,
} from './mozilla-cookie-jar.js';
export { type CookiePolicy, DefaultCookiePolicy, type DefaultCookiePolicyOptions } from './policy.js';
export {
  type CookieGetOptions,
  type CookieValues,
  RequestsCookieJar,
  type RequestsCookieJarConstructor,
  type RequestsCookieJarMethods,
} from './requests-cookie-jar.js';
export type { CookieScope } from './cookie-scope.js';
