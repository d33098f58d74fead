import { checkOptions } from '../../builtins/index.js';
import type { Cookie } from './cookie.js';
import type { MockRequest } from './mock-request.js';
import { domainMatch, isAddress, isPublicSuffix, pathMatch } from './rules.js';

/** Decides which cookies are taken from servers and which are sent to them. Python's `http.cookiejar.CookiePolicy`. */
export interface CookiePolicy {
  /** Whether `cookie`, which came with the response to `request`, is kept. */
  set_ok(cookie: Cookie, request: MockRequest): boolean;
  /** Whether `cookie` is sent with `request`. Domain and path have been checked before. */
  return_ok(cookie: Cookie, request: MockRequest): boolean;
  /** Whether cookies of `domain` may be sent with `request` at all. */
  domain_return_ok(domain: string, request: MockRequest): boolean;
  /** Whether cookies of `path` may be sent with `request` at all. */
  path_return_ok(path: string, request: MockRequest): boolean;
}

/** The keyword arguments of {@link DefaultCookiePolicy}. */
export interface DefaultCookiePolicyOptions {
  /** Domains that cookies are neither taken from nor sent to; with a dot in front the hosts below are meant. Default: none. */
  blocked_domains?: Iterable<string> | null | undefined;
  /** The only domains that cookies are taken from and sent to; default null: all. */
  allowed_domains?: Iterable<string> | null | undefined;
  /** Whether there are cookies at all; default true. */
  netscape?: boolean | null | undefined;
  /** Refuse cookies for a public suffix such as `co.uk`; default true. Python's default is false. */
  strict_domain?: boolean | null | undefined;
  /**
   * `DomainStrictNonDomain` (the default): a cookie that came without a domain goes back to that very host.
   * `DomainLiberal` (Python's default): to the hosts below as well. `DomainStrictNoDots`: a host `a.b.example.com` cannot set
   * cookies for `example.com`. `DomainStrict`: both.
   */
  strict_ns_domain?: number | null | undefined;
  /** Refuse names that begin with `$`; default false. */
  strict_ns_set_initial_dollar?: boolean | null | undefined;
  /** Refuse a path that is not the request's; default false. */
  strict_ns_set_path?: boolean | null | undefined;
  /** The schemes that `Secure` cookies are sent by; default https and wss. */
  secure_protocols?: Iterable<string> | null | undefined;
}

const OPTION_NAMES = [
  'blocked_domains',
  'allowed_domains',
  'netscape',
  'strict_domain',
  'strict_ns_domain',
  'strict_ns_set_initial_dollar',
  'strict_ns_set_path',
  'secure_protocols',
] as const satisfies readonly (keyof DefaultCookiePolicyOptions)[];

/**
 * The rules of browsers: Python's `http.cookiejar.DefaultCookiePolicy`, with two safer defaults. A cookie that came without a
 * domain goes back to that host alone, as in RFC 6265, and no cookie is taken for a public suffix.
 */
export class DefaultCookiePolicy implements CookiePolicy {
  /** For `strict_ns_domain`: a host `a.b.example.com` cannot set cookies for `example.com`. */
  static readonly DomainStrictNoDots: number = 1;
  /** For `strict_ns_domain`: a cookie without a domain goes back to that very host. */
  static readonly DomainStrictNonDomain: number = 2;
  /** For `strict_ns_domain`: neither of the two rules. */
  static readonly DomainLiberal: number = 0;
  /** For `strict_ns_domain`: both rules. */
  static readonly DomainStrict: number = 3;

  /** Whether there are cookies at all. */
  netscape: boolean;
  /** Whether cookies for a public suffix are refused. */
  strict_domain: boolean;
  /** The sum of the `Domain…` constants that apply. */
  strict_ns_domain: number;
  /** Whether names that begin with `$` are refused. */
  strict_ns_set_initial_dollar: boolean;
  /** Whether a path that is not the request's is refused. */
  strict_ns_set_path: boolean;
  /** The schemes that `Secure` cookies are sent by. */
  secure_protocols: readonly string[];
  private _blocked_domains: readonly string[];
  private _allowed_domains: readonly string[] | null;

  constructor(options: DefaultCookiePolicyOptions = {}) {
    const own = checkOptions('DefaultCookiePolicy()', options, OPTION_NAMES);
    this.netscape = own.netscape ?? true;
    this.strict_domain = own.strict_domain ?? true;
    this.strict_ns_domain = own.strict_ns_domain ?? DefaultCookiePolicy.DomainStrictNonDomain;
    this.strict_ns_set_initial_dollar = own.strict_ns_set_initial_dollar ?? false;
    this.strict_ns_set_path = own.strict_ns_set_path ?? false;
    this.secure_protocols = [...(own.secure_protocols ?? ['https', 'wss'])];
    this._blocked_domains = [...(own.blocked_domains ?? [])];
    this._allowed_domains = own.allowed_domains == null ? null : [...own.allowed_domains];
  }

  /** The domains that cookies are neither taken from nor sent to. */
  blocked_domains(): readonly string[] {
    return this._blocked_domains;
  }

  /** Replaces the domains that cookies are neither taken from nor sent to. */
  set_blocked_domains(domains: Iterable<string>): void {
    this._blocked_domains = [...domains];
  }

  /** Whether cookies of `domain` are blocked. */
  is_blocked(domain: string): boolean {
    return this._blocked_domains.some((blocked) => userDomainMatch(domain, blocked));
  }

  /** The only domains that cookies are taken from and sent to; null for all. */
  allowed_domains(): readonly string[] | null {
    return this._allowed_domains;
  }

  /** Replaces the only domains that cookies are taken from and sent to; null for all. */
  set_allowed_domains(domains: Iterable<string> | null): void {
    this._allowed_domains = domains === null ? null : [...domains];
  }

  /** Whether there is a list of allowed domains, and `domain` is not on it. */
  is_not_allowed(domain: string): boolean {
    return (
      this._allowed_domains !== null &&
      !this._allowed_domains.some((allowed) => userDomainMatch(domain, allowed))
    );
  }

  set_ok(cookie: Cookie, request: MockRequest): boolean {
    return (
      this.versionOk(cookie) &&
      !(this.strict_ns_set_initial_dollar && cookie.name.startsWith('$')) &&
      !(this.strict_ns_set_path && cookie.path_specified && !this.path_return_ok(cookie.path, request)) &&
      this.setDomainOk(cookie, request) &&
      setPortOk(cookie, request)
    );
  }

  return_ok(cookie: Cookie, request: MockRequest): boolean {
    return (
      this.versionOk(cookie) &&
      !(cookie.secure && !this.secure_protocols.includes(request.type)) &&
      !cookie.is_expired() &&
      (cookie.port === null || cookie.port === '' || cookie.port.split(',').includes(request.request_port)) &&
      this.returnDomainOk(cookie, request)
    );
  }

  domain_return_ok(domain: string, request: MockRequest): boolean {
    return hasDomain(request, domain) && !this.is_blocked(domain) && !this.is_not_allowed(domain);
  }

  path_return_ok(path: string, request: MockRequest): boolean {
    return pathMatch(request.request_path, path);
  }

  // Not `#`, as below: a copy in another thread is made without the constructor.
  private versionOk(cookie: Cookie): boolean {
    return cookie.version === 0 && this.netscape;
  }

  private setDomainOk(cookie: Cookie, request: MockRequest): boolean {
    const { domain } = cookie;
    if (this.is_blocked(domain) || this.is_not_allowed(domain)) return false;
    if (!cookie.domain_specified) return true;
    const { request_host: host, effective_request_host: effectiveHost } = request;
    const bare = undotted(domain);
    // A name without a dot is a top-level domain, unless the host has none itself.
    if (!bare.includes('.') && !effectiveHost.endsWith('.local')) return false;
    if (bare === '' || !(domainMatch(host, bare) || domainMatch(effectiveHost, bare))) return false;
    if (this.strict_domain && isPublicSuffix(bare)) {
      if (bare !== host) return false;
      // The suffix is a host itself: RFC 6265 lets it keep a cookie for itself alone.
      cookie.domain = effectiveHost;
      cookie.domain_specified = false;
    }
    const noDots = (this.strict_ns_domain & DefaultCookiePolicy.DomainStrictNoDots) !== 0;
    return !noDots || isAddress(host) || !host.slice(0, -domain.length).includes('.');
  }

  private returnDomainOk({ domain, domain_specified }: Cookie, request: MockRequest): boolean {
    if (domain_specified || domain === '') return true;
    const hostOnly = (this.strict_ns_domain & DefaultCookiePolicy.DomainStrictNonDomain) !== 0;
    return !hostOnly || domain === request.effective_request_host;
  }
}

/** The policy of jars without one of their own, as most are. To be followed, not to be changed. @internal */
export const usualPolicy: DefaultCookiePolicy = new DefaultCookiePolicy();

/**
 * The domains that cookies for `host` may be kept under, besides the empty one.
 * @internal
 */
export function domainsOf({
  request_host: host,
  effective_request_host: effectiveHost,
}: MockRequest): Set<string> {
  const domains = new Set<string>();
  for (const name of host === effectiveHost ? [host] : [host, effectiveHost]) {
    domains.add(name).add(`.${name}`);
    if (isAddress(host)) continue;
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
      domains.add(name.slice(dot)).add(name.slice(dot + 1));
    }
  }
  return domains;
}

/** Whether cookies of `domain` may belong to `request`: the empty domain to all, others to their host and those below. */
function hasDomain(
  { request_host: host, effective_request_host: effectiveHost }: MockRequest,
  domain: string,
): boolean {
  if (domain === '') return true;
  const bare = undotted(domain);
  if (bare === '') return false;
  if (host === bare || effectiveHost === bare) return true;
  return !isAddress(host) && (host.endsWith(`.${bare}`) || effectiveHost.endsWith(`.${bare}`));
}

/** Python's matching for lists that people write: with a dot in front the hosts below are meant, without one the host itself. */
function userDomainMatch(domain: string, pattern: string): boolean {
  const host = domain.toLowerCase();
  const wanted = pattern.toLowerCase();
  return host === wanted || (wanted.startsWith('.') && host.endsWith(wanted) && !isAddress(host));
}

function setPortOk({ port, port_specified }: Cookie, request: MockRequest): boolean {
  if (!port_specified || port === null) return true;
  for (const part of port.split(',')) {
    if (!/^\d+$/.test(part)) return false;
    if (part === request.request_port) return true;
  }
  return false;
}

function undotted(domain: string): string {
  return domain.startsWith('.') ? domain.slice(1) : domain;
}
