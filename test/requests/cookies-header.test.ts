import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type Cookie,
  cookiejar_from_dict,
  type CookiePolicy,
  DefaultCookiePolicy,
  type DefaultCookiePolicyOptions,
  extract_cookies_to_jar,
  get_cookie_header,
  type MockRequest,
  RequestsCookieJar,
} from '../../src/requests/cookies/index.js';
import { CaseInsensitiveDict } from '../../src/requests/structures/index.js';

function request(
  url: string,
  headers: Record<string, string> = {},
): { url: string; headers: CaseInsensitiveDict } {
  return { url, headers: new CaseInsensitiveDict(headers) };
}

describe('get_cookie_header', () => {
  it('1.17: null for an empty jar, without a look at the request', () => {
    const untouchable = new Proxy(request(''), {
      get: () => {
        throw new Error('the request was looked at');
      },
    });
    expect(get_cookie_header(new RequestsCookieJar(), untouchable)).toBeNull();
  });

  it('1.7: null when the request has a Cookie header already', () => {
    expect(
      get_cookie_header(cookiejar_from_dict({ a: '1' }), request('http://x.com/', { cookie: 'b=2' })),
    ).toBeNull();
  });

  it('1.17: a cookie without a domain is sent everywhere; null as a value is a bare name, an empty value is not', () => {
    const jar = cookiejar_from_dict({ a: '1', bare: null, empty: '', quoted: '"x y"' });
    for (const url of ['http://x.com/', 'https://127.0.0.1/a/b', 'http://localhost:1/', 'http://[::1]/']) {
      expect(get_cookie_header(jar, request(url))).toBe('a=1; bare; empty=; quoted="x y"');
    }
  });

  it('1.4: the same name under another domain is sent twice', () => {
    const jar = new RequestsCookieJar();
    jar.set('a', '1', { domain: 'x.com' });
    jar.set('a', '9');
    expect(get_cookie_header(jar, request('http://x.com/'))).toBe('a=1; a=9');
  });

  it('1.17: the more specific path comes first, else the order is that of the jar', () => {
    const jar = new RequestsCookieJar();
    jar.set('root', '1', { domain: 'x.com' });
    jar.set('deep', '2', { domain: 'x.com', path: '/a/b' });
    jar.set('mid', '3', { domain: 'x.com', path: '/a' });
    jar.set('any', '4');
    expect(get_cookie_header(jar, request('http://x.com/a/b/c'))).toBe('deep=2; mid=3; root=1; any=4');
  });

  // Section 5.1.4 of RFC 6265.
  it.each([
    ['/', '/', true],
    ['/', '/a', true],
    ['/a', '/a', true],
    ['/a', '/a/', true],
    ['/a', '/a/b', true],
    ['/a', '/ab', false],
    ['/a/', '/a', false],
    ['/a/', '/a/b', true],
    ['/a', '/b', false],
    ['/a', '/', false],
    ['/A', '/a', false],
    ['/a', '/a?b', true],
    ['/a', '/?/a', false],
    ['a', '/a', false],
    ['', '/a', true],
  ])('RFC 6265, 5.1.4: a cookie of path %j, a request to %j: sent is %s', (path, target, sent) => {
    const jar = new RequestsCookieJar();
    jar.set('n', 'v', { domain: 'x.com', path });
    expect(get_cookie_header(jar, request(`http://x.com${target}`))).toBe(sent ? 'n=v' : null);
  });

  it.each([
    ['x.com', 'x.com', true],
    ['x.com', 'X.COM', true],
    ['x.com', 'a.x.com', true],
    ['.x.com', 'x.com', true],
    ['.x.com', 'a.b.x.com', true],
    ['x.com', 'ax.com', false],
    ['x.com', 'com', false],
    ['x.com', 'x.com.evil.com', false],
    ['a.x.com', 'x.com', false],
    ['com', 'x.com', true],
    ['localhost', 'localhost', true],
    ['localhost.local', 'localhost', true],
    ['.', 'x.com', false],
    ['.', 'x.com.', false],
  ])('1.17: a cookie that a caller set for %s, a request to %s: sent is %s', (domain, host, sent) => {
    const jar = new RequestsCookieJar();
    jar.set('n', 'v', { domain });
    expect(get_cookie_header(jar, request(`http://${host}/`))).toBe(sent ? 'n=v' : null);
  });

  it('1.17: a cookie that came without Domain goes back to that host alone', () => {
    const jar = new RequestsCookieJar();
    extract_cookies_to_jar(jar, request('http://x.com/'), ['own=1', 'shared=2; Domain=x.com']);
    expect(get_cookie_header(jar, request('http://x.com/'))).toBe('own=1; shared=2');
    expect(get_cookie_header(jar, request('http://a.x.com/'))).toBe('shared=2');
  });

  it('1.17: Secure is not sent over http', () => {
    const jar = new RequestsCookieJar();
    jar.set('a', '1', { secure: true });
    expect(get_cookie_header(jar, request('http://x.com/'))).toBeNull();
    expect(get_cookie_header(jar, request('https://x.com/'))).toBe('a=1');
    expect(get_cookie_header(jar, request('HTTPS://x.com/'))).toBe('a=1');
  });

  it('1.17: cookies of other versions are not sent', () => {
    const jar = new RequestsCookieJar();
    jar.set('a', '1', { version: 1 });
    expect(get_cookie_header(jar, request('http://x.com/'))).toBeNull();
  });

  it('1.17: with many domains the same cookies are sent, in the same order', () => {
    const jar = new RequestsCookieJar();
    for (let i = 0; i < 50; i++) jar.set('n', String(i), { domain: `host${i}.com` });
    for (const [name, domain] of [
      ['a', '.b.x.com'],
      ['b', ''],
      ['c', 'a.b.x.com'],
      ['d', 'x.com'],
      ['e', '.com'],
      ['f', '.a.b.x.com'],
    ] as const) {
      jar.set(name, '1', { domain });
    }
    expect(get_cookie_header(jar, request('http://a.b.x.com/'))).toBe('a=1; b=1; c=1; d=1; e=1; f=1');
    expect(get_cookie_header(jar, request('http://host7.com/'))).toBe('n=7; b=1; e=1');
    expect(get_cookie_header(jar, request('http://localhost/'))).toBe('b=1');
  });

  it('DESIGN, dependencies: plain cookies are kept and sent without loading tough-cookie', () => {
    const script = `
      import { createRequire } from 'node:module';
      import { RequestsCookieJar, extract_cookies_to_jar, get_cookie_header } from './src/requests/cookies/index.ts';
      const { cache } = createRequire(process.cwd() + '/x');
      const loaded = () => Object.keys(cache).some((file) => file.includes('tough-cookie'));
      const jar = new RequestsCookieJar();
      const request = { url: 'http://x.com/p', headers: new Map() };
      extract_cookies_to_jar(jar, request, ['a=1; Path=/; Max-Age=60; HttpOnly', 'b=2']);
      const plain = [get_cookie_header(jar, request), loaded()];
      extract_cookies_to_jar(jar, request, ['c=3; Expires=Wed, 09 Feb 2050 22:23:32 GMT']);
      console.log(JSON.stringify([...plain, loaded()]));
    `;
    const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      encoding: 'utf8',
    });
    expect(JSON.parse(out)).toEqual(['a=1; b=2', false, true]);
  });
});

describe('expiry', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('1.17: a cookie is sent until its time, and is then gone from the jar', () => {
    vi.useFakeTimers({ now: 1_700_000_000_000, toFake: ['Date'] });
    const jar = new RequestsCookieJar();
    extract_cookies_to_jar(jar, request('http://x.com/'), ['a=1; Max-Age=10', 'b=2; Max-Age=20', 'c=3']);
    vi.advanceTimersByTime(9_999);
    expect(get_cookie_header(jar, request('http://x.com/'))).toBe('a=1; b=2; c=3');
    vi.advanceTimersByTime(1);
    expect(get_cookie_header(jar, request('http://x.com/'))).toBe('b=2; c=3');
    expect(jar.keys()).toEqual(['b', 'c']);
    vi.advanceTimersByTime(10_000);
    // A request to any host sweeps.
    expect(get_cookie_header(jar, request('http://other.com/'))).toBeNull();
    expect(jar.keys()).toEqual(['c']);
  });

  it('1.17: an expiry that a caller changed counts', () => {
    const jar = new RequestsCookieJar();
    const cookie = jar.set('a', '1', { expires: 4_000_000_000 });
    cookie.expires = 1;
    expect(get_cookie_header(jar, request('http://x.com/'))).toBeNull();
  });
});

describe('policies', () => {
  /** The header of a second request, and the domains of the jar, after `lines` from `url` under a policy with `options`. */
  function underPolicy(
    options: DefaultCookiePolicyOptions,
    url: string,
    lines: readonly string[],
    next: string,
  ): [domains: string[], header: string | null] {
    const jar = new RequestsCookieJar(new DefaultCookiePolicy(options));
    extract_cookies_to_jar(jar, request(url), lines);
    return [jar.list_domains(), get_cookie_header(jar, request(next))];
  }

  it('1.17: allowed_domains, empty, keeps all cookies out and in', () => {
    expect(underPolicy({ allowed_domains: [] }, 'http://x.com/', ['a=1'], 'http://x.com/')).toEqual([
      [],
      null,
    ]);
    const jar = cookiejar_from_dict({ a: '1' });
    jar.set_policy(new DefaultCookiePolicy({ allowed_domains: [] }));
    expect(get_cookie_header(jar, request('http://x.com/'))).toBeNull();
  });

  it('1.17: blocked and allowed domains: with a dot in front the hosts below are meant, without one the host itself', () => {
    const policy = new DefaultCookiePolicy({
      blocked_domains: ['ads.com', '.ads.net'],
      allowed_domains: null,
    });
    expect(policy.is_blocked('ADS.com')).toBe(true);
    expect(policy.is_blocked('x.ads.com')).toBe(false);
    expect(policy.is_blocked('x.ads.net')).toBe(true);
    expect(policy.is_blocked('ads.net')).toBe(false);
    expect(policy.is_not_allowed('anything')).toBe(false);
    policy.set_allowed_domains(['127.0.0.1', '.0.0.2']);
    expect(policy.is_not_allowed('127.0.0.1')).toBe(false);
    expect(policy.is_not_allowed('127.0.0.2')).toBe(true);
    policy.set_blocked_domains([]);
    expect(policy.is_blocked('ads.com')).toBe(false);
    expect(policy.allowed_domains()).toEqual(['127.0.0.1', '.0.0.2']);
    expect(policy.blocked_domains()).toEqual([]);
    expect(underPolicy({ blocked_domains: ['x.com'] }, 'http://x.com/', ['a=1'], 'http://x.com/')).toEqual([
      [],
      null,
    ]);
  });

  it('1.17: strict_domain and strict_ns_domain give Python’s liberal rules back', () => {
    const liberal = { strict_domain: false, strict_ns_domain: DefaultCookiePolicy.DomainLiberal };
    const lines = ['a=1', 'b=2; Domain=co.uk'];
    expect(underPolicy({}, 'http://x.co.uk/', lines, 'http://y.x.co.uk/')).toEqual([['x.co.uk'], null]);
    expect(underPolicy(liberal, 'http://x.co.uk/', lines, 'http://y.x.co.uk/')).toEqual([
      ['x.co.uk', '.co.uk'],
      'a=1; b=2',
    ]);
    // Python's rule for names without a dot holds all the same.
    expect(underPolicy(liberal, 'http://x.com/', ['a=1; Domain=com'], 'http://x.com/')).toEqual([[], null]);
  });

  it('1.17: DomainStrictNoDots wants no dot in what stands before the domain', () => {
    const strict = { strict_ns_domain: DefaultCookiePolicy.DomainStrict };
    const lines = ['a=1; Domain=x.com'];
    expect(underPolicy(strict, 'http://a.b.x.com/', lines, 'http://x.com/')).toEqual([[], null]);
    expect(underPolicy(strict, 'http://b.x.com/', lines, 'http://x.com/')).toEqual([['.x.com'], 'a=1']);
  });

  it('1.17: the other settings of Python’s policy', () => {
    const url = 'http://x.com/a/b';
    expect(underPolicy({ netscape: false }, url, ['a=1'], url)).toEqual([[], null]);
    expect(underPolicy({ strict_ns_set_initial_dollar: true }, url, ['$a=1', 'b=2'], url)[1]).toBe('b=2');
    expect(underPolicy({ strict_ns_set_path: true }, url, ['a=1; Path=/c', 'b=2; Path=/a'], url)[1]).toBe(
      'b=2',
    );
    expect(underPolicy({ secure_protocols: ['http'] }, url, ['a=1; Secure'], url)[1]).toBe('a=1');
    // @ts-expect-error what untyped callers do
    expect(() => new DefaultCookiePolicy({ rfc2965: true })).toThrow("unexpected keyword argument 'rfc2965'");
  });

  it('1.17: a policy of the caller’s own decides alone', () => {
    const asked: string[] = [];
    const policy: CookiePolicy = {
      set_ok(cookie: Cookie, { request_host }: MockRequest) {
        asked.push(`set ${cookie.name} ${request_host}`);
        return cookie.name !== 'no';
      },
      domain_return_ok(domain) {
        asked.push(`domain ${domain}`);
        return domain !== '.z.com';
      },
      path_return_ok(path) {
        asked.push(`path ${path}`);
        return path === '/';
      },
      return_ok(cookie, mock) {
        asked.push(`return ${cookie.name} ${mock.get_full_url()}`);
        return true;
      },
    };
    const jar = new RequestsCookieJar();
    jar.set_policy(policy);
    expect(jar.get_policy()).toBe(policy);
    extract_cookies_to_jar(jar, request('http://x.com/'), [
      'no=1',
      'far=2; Domain=y.com',
      'z=3; Domain=z.com',
      'p=4; Path=/p',
    ]);
    expect(get_cookie_header(jar, request('http://other.com/'))).toBe('far=2');
    expect(asked).toEqual([
      'set no x.com',
      'set far x.com',
      'set z x.com',
      'set p x.com',
      'domain .y.com',
      'path /',
      'return far http://other.com/',
      'domain .z.com',
      'domain x.com',
      'path /p',
    ]);
  });

  it('1.17: a policy may be stricter than the default by overriding its methods', () => {
    class NoTracking extends DefaultCookiePolicy {
      override return_ok(cookie: Cookie, mock: MockRequest): boolean {
        return !cookie.name.startsWith('track') && super.return_ok(cookie, mock);
      }
    }
    const jar = cookiejar_from_dict({ track1: '1', a: '2' });
    jar.set_policy(new NoTracking());
    expect(get_cookie_header(jar, request('http://x.com/'))).toBe('a=2');
  });

  it('1.17: a policy is told host, path, port and headers', () => {
    let seen: MockRequest | undefined;
    class Spy extends DefaultCookiePolicy {
      override return_ok(_cookie: Cookie, mock: MockRequest): boolean {
        seen = mock;
        return false;
      }
    }
    const jar = cookiejar_from_dict({ a: '1' });
    jar.set_policy(new Spy());
    get_cookie_header(jar, request('https://u:p@Intranet/a?b', { 'X-A': '1' }));
    expect(seen).toMatchObject({
      type: 'https',
      request_host: 'intranet',
      effective_request_host: 'intranet.local',
      request_path: '/a',
      request_port: '443',
    });
    expect(seen?.has_header('x-a')).toBe(true);
    expect(seen?.get_header('x-a')).toBe('1');
    expect(seen?.get_header('x-b')).toBeNull();
  });
});
