import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  extract_cookies_to_jar,
  get_cookie_header,
  RequestsCookieJar,
} from '../../src/requests/cookies/index.js';
import { HTTPResponse } from '../../src/requests/urllib3/response.js';
import { CaseInsensitiveDict } from '../../src/requests/structures/index.js';

const NOW = 1_700_000_000;

function request(
  url: string,
  headers: Record<string, string> = {},
): { url: string; headers: CaseInsensitiveDict } {
  return { url, headers: new CaseInsensitiveDict(headers) };
}

/** A jar after a response from `url` with these Set-Cookie lines. */
function jarAfter(url: string, ...lines: readonly string[]): RequestsCookieJar {
  const jar = new RequestsCookieJar();
  extract_cookies_to_jar(jar, request(url), lines);
  return jar;
}

describe('Set-Cookie', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('1.17: every line is read, and what it does not say comes from the request', () => {
    const jar = jarAfter('http://example.com/a/b?c', 'x=1', 'y=2; Path=/; HttpOnly; SameSite=Lax; Secure');
    expect(Array.from(jar, (cookie) => Object.assign({}, cookie))).toEqual([
      {
        version: 0,
        name: 'x',
        value: '1',
        port: null,
        port_specified: false,
        domain: 'example.com',
        domain_specified: false,
        domain_initial_dot: false,
        path: '/a',
        path_specified: false,
        secure: false,
        expires: null,
        discard: true,
        comment: null,
        comment_url: null,
        rfc2109: false,
        _rest: {},
      },
      expect.objectContaining({
        name: 'y',
        path: '/',
        secure: true,
        _rest: { HttpOnly: null, SameSite: 'Lax' },
      }),
    ]);
  });

  it.each([
    ['a', 'a', null],
    ['a=', 'a', ''],
    ['a=b=c', 'a', 'b=c'],
    [' a  =  b ; Path=/', 'a', 'b'],
    ['a="b c"', 'a', '"b c"'],
    ['a="b;c"', 'a', '"b'],
    ['a=%7E%41', 'a', '%7E%41'],
    ['a=b,c=d', 'a', 'b,c=d'],
    ['a=é', 'a', 'é'],
    ['$Version=1', '$Version', '1'],
  ])('1.17: %j sets %j to %j', (line, name, value) => {
    expect(jarAfter('http://example.com/', line).items()).toEqual([[name, value]]);
  });

  it.each(['', ' ', '=b', '=', ';', '; Path=/', '  =b; Path=/'])('1.17: %j sets nothing', (line) => {
    expect(jarAfter('http://example.com/', line).length).toBe(0);
  });

  // Section 3.1 of RFC 6265, with its own lines.
  it('RFC 6265, 3.1: the examples of the standard', () => {
    const url = 'http://www.example.com/';
    const jar = jarAfter(url, 'SID=31d4d96e407aad42');
    expect(get_cookie_header(jar, request(url))).toBe('SID=31d4d96e407aad42');

    extract_cookies_to_jar(jar, request(url), ['SID=31d4d96e407aad42; Path=/; Domain=example.com']);
    jar.clear('www.example.com');
    expect(get_cookie_header(jar, request('http://example.com/'))).toBe('SID=31d4d96e407aad42');

    const secured = jarAfter(
      'https://www.example.com/',
      'SID=31d4d96e407aad42; Path=/; Secure; HttpOnly',
      'lang=en-US; Path=/; Domain=example.com',
    );
    expect(get_cookie_header(secured, request('https://www.example.com/'))).toBe(
      'SID=31d4d96e407aad42; lang=en-US',
    );

    extract_cookies_to_jar(secured, request('https://www.example.com/'), [
      'lang=; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Path=/; Domain=example.com',
    ]);
    expect(get_cookie_header(secured, request('https://www.example.com/'))).toBe('SID=31d4d96e407aad42');
  });

  // Section 4.1.2.3 of RFC 6265.
  it.each([
    ['example.com', true],
    ['.example.com', true],
    ['EXAMPLE.com', true],
    ['foo.example.com', true],
    ['bar.foo.example.com', false],
    ['baz.foo.example.com', false],
    ['ample.com', false],
    ['xample.com', false],
    ['other.com', false],
    ['com', false],
    ['.com', false],
    ['', false],
    ['.', false],
    ['..example.com', false],
    ['example.com.', false],
  ])('RFC 6265, 4.1.2.3: foo.example.com, with Domain=%s: accepted is %s', (domain, accepted) => {
    expect(jarAfter('http://foo.example.com/', `a=b; Domain=${domain}`).length).toBe(accepted ? 1 : 0);
  });

  it('1.17: Domain without a value spoils the cookie, and the first Domain counts', () => {
    expect(jarAfter('http://example.com/', 'a=b; Domain').length).toBe(0);
    expect(jarAfter('http://example.com/', 'a=b; Domain=other.com; Domain=example.com').length).toBe(0);
    expect(jarAfter('http://example.com/', 'a=b; Domain=example.com; Domain=other.com').length).toBe(1);
  });

  it.each([
    ['http://example.co.uk/', 'co.uk'],
    ['http://me.github.io/', 'github.io'],
    ['http://example.test/', 'test'],
    ['http://printer.local/', 'local'],
    ['http://intranet/', 'local'],
  ])('1.17: %s cannot set a cookie for the public suffix %s', (url, domain) => {
    expect(jarAfter(url, `a=b; Domain=${domain}`).length).toBe(0);
  });

  it('RFC 6265, 5.3: a host that is a public suffix itself keeps such a cookie for itself alone', () => {
    const jar = jarAfter('http://github.io/', 'a=b; Domain=github.io');
    expect(get_cookie_header(jar, request('http://github.io/'))).toBe('a=b');
    expect(get_cookie_header(jar, request('http://me.github.io/'))).toBeNull();
  });

  it.each(['localhost', '127.0.0.1', '[::1]', 'intranet', 'printer.local', 'host.test'])(
    '1.17: cookies of %s come back to it, with and without Domain, on any port',
    (host) => {
      const jar = jarAfter(`http://${host}:8080/`, 'a=1', `b=2; Domain=${host}`);
      expect(get_cookie_header(jar, request(`http://${host}:9090/x`))).toBe('a=1; b=2');
      expect(get_cookie_header(jar, request('http://example.com/'))).toBeNull();
    },
  );

  it('1.17: an address is below nothing, and nothing is below an address', () => {
    expect(jarAfter('http://127.0.0.1/', 'a=b; Domain=0.0.1').length).toBe(0);
    expect(jarAfter('http://10.127.0.0.1/', 'a=b; Domain=127.0.0.1').length).toBe(0);
    const jar = new RequestsCookieJar();
    jar.set('a', 'b', { domain: '.0.0.1' });
    expect(get_cookie_header(jar, request('http://127.0.0.1/'))).toBeNull();
  });

  it('1.17: credentials in the URL are no part of the domain', () => {
    const jar = jarAfter('http://user:pa:ss@example.com:8080/', 'a=b', 'c=d; Domain=example.com');
    expect(jar.list_domains()).toEqual(['example.com', '.example.com']);
    expect(get_cookie_header(jar, request('http://example.com/'))).toBe('a=b; c=d');
  });

  it.each([
    ['Max-Age=60', NOW + 60],
    ['max-age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT', NOW + 60],
    ['Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60', NOW + 60],
    ['Expires=Wed, 09 Feb 2050 22:23:32 GMT', 2_528_058_212],
    ['Expires=Wed, 09-Feb-2050 22:23:32 GMT', 2_528_058_212],
    ['Expires=Wednesday, 09-Feb-50 22:23:32 GMT', 2_528_058_212],
    ['expires="Wed, 09 Feb 2050 22:23:32 GMT"', 2_528_058_212],
    ['Expires=Wed Feb  9 22:23:32 2050', 2_528_058_212],
    ['Expires=tomorrow', null],
    ['Expires=', null],
    ['Expires', null],
    ['Expires=tomorrow; Expires=Wed, 09 Feb 2050 22:23:32 GMT', 2_528_058_212],
  ])('1.17: %s expires at %s', (attributes, expires) => {
    const [cookie] = jarAfter('http://example.com/', `a=b; ${attributes}`);
    expect(cookie?.expires).toBe(expires);
    expect(cookie?.discard).toBe(expires === null);
  });

  it.each([
    'Max-Age=0',
    'Max-Age=-1',
    'Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    'Expires=Wed, 09-Feb-94 22:23:32 GMT',
  ])('1.17: %s removes the cookie of that domain, path and name, and no other', (attribute) => {
    const jar = jarAfter('http://example.com/', 'a=1', 'b=1', 'a=2; Path=/p', 'a=3; Domain=example.com');
    extract_cookies_to_jar(jar, request('http://example.com/'), [`a=; ${attribute}`]);
    expect(jar.items()).toEqual([
      ['b', '1'],
      ['a', '2'],
      ['a', '3'],
    ]);
  });

  it('1.17: a host cannot remove the cookies of another', () => {
    const jar = jarAfter('http://example.com/', 'a=1; Domain=example.com');
    extract_cookies_to_jar(jar, request('http://evil.com/'), ['a=; Domain=example.com; Max-Age=0']);
    expect(jar.length).toBe(1);
  });

  it.each(['Max-Age', 'Max-Age=', 'Max-Age=soon', 'Max-Age="60"', 'Max-Age=1.5'])(
    '1.17: %s spoils its own cookie and no other line',
    (attribute) => {
      expect(jarAfter('http://example.com/', 'b=1', `a=b; ${attribute}`, 'c=1').keys()).toEqual(['b', 'c']);
    },
  );

  it.each([
    ['/', '/'],
    ['/a', '/'],
    ['/a/', '/a'],
    ['/a/b', '/a'],
    ['/a/b/', '/a/b'],
    ['/a/b?c=/d/e', '/a'],
    ['', '/'],
    ['?x', '/'],
  ])('RFC 6265, 5.1.4: a cookie without a path from %j belongs to %s', (path, expected) => {
    expect(jarAfter(`http://example.com${path}`, 'a=b').list_paths()).toEqual([expected]);
  });

  it.each([
    ['/other', '/other'],
    ['', '/a'],
    ['/x y', '/x%20y'],
    ['/%c3%a9', '/%C3%A9'],
    ['/é', '/%C3%A9'],
    ['/a;b', '/a'],
  ])('1.17: Path=%s is taken as %s, whether or not it is the request’s', (path, expected) => {
    expect(jarAfter('http://example.com/a/b', `a=b; Path=${path}`).list_paths()).toEqual([expected]);
  });

  it('1.17: Port restricts the ports, and only one that the request has is accepted', () => {
    const jar = jarAfter(
      'http://example.com:8080/',
      'a=1; Port=80, 8080',
      'b=2; Port',
      'c=3; Port=81',
      'd=4; Port="8080"',
    );
    expect(Array.from(jar, ({ name, port, port_specified }) => [name, port, port_specified])).toEqual([
      ['a', '80,8080', true],
      ['b', '8080', false],
    ]);
    expect(get_cookie_header(jar, request('http://example.com:8080/'))).toBe('a=1; b=2');
    expect(get_cookie_header(jar, request('http://example.com/'))).toBe('a=1');
    expect(get_cookie_header(jar, request('https://example.com/'))).toBeNull();
  });

  it('1.17: Version=1 is a cookie like any other, higher and unreadable ones are refused', () => {
    const jar = jarAfter(
      'http://example.com/',
      'a=1; Version="1"',
      'b=2; Version=2',
      'c=3; Version=x',
      'd=4; Version',
    );
    expect(Array.from(jar, ({ name, version, rfc2109 }) => [name, version, rfc2109])).toEqual([
      ['a', 0, true],
    ]);
    expect(get_cookie_header(jar, request('http://example.com/'))).toBe('a=1');
  });

  it('1.17: attributes that are not standard keep their spelling, and none is mistaken for a member', () => {
    const [cookie] = jarAfter(
      'http://example.com/',
      'a=b; httponly; Foo=bar; foo=baz; __proto__=x; constructor',
    );
    expect(cookie?.has_nonstandard_attr('HttpOnly')).toBe(false);
    expect(cookie?.get_nonstandard_attr('httponly', 'none')).toBeNull();
    expect(cookie?.get_nonstandard_attr('Foo')).toBe('bar');
    expect(cookie?.get_nonstandard_attr('foo')).toBe('baz');
    expect(cookie?.get_nonstandard_attr('__proto__')).toBe('x');
    expect(cookie?.has_nonstandard_attr('constructor')).toBe(true);
    expect(cookie?.has_nonstandard_attr('toString')).toBe(false);
  });

  it('1.17: a Host header takes the place of the URL’s host', () => {
    const jar = new RequestsCookieJar();
    extract_cookies_to_jar(jar, request('http://127.0.0.1:8080/', { Host: 'Example.com:80' }), [
      'a=1',
      'b=2; Domain=example.com',
      'c=3; Domain=127.0.0.1',
    ]);
    expect(jar.keys()).toEqual(['a', 'b']);
    expect(get_cookie_header(jar, request('http://example.com/'))).toBe('a=1; b=2');
    expect(get_cookie_header(jar, request('http://127.0.0.1/', { host: 'example.com' }))).toBe('a=1; b=2');
    expect(get_cookie_header(jar, request('http://example.com/', { Host: 'other.com' }))).toBeNull();
  });
});

describe('extract_cookies_to_jar', () => {
  const lines = ['a=1', 'b=2'];

  it.each([
    ['urllib3’s headers', { headers: { getlist: (name: string) => (name === 'Set-Cookie' ? lines : []) } }],
    ['the headers of fetch', { headers: new Headers(lines.map((line) => ['Set-Cookie', line])) }],
    ['the lines', lines],
  ])('1.17: it reads %s', (_what, response) => {
    const jar = new RequestsCookieJar();
    extract_cookies_to_jar(jar, request('http://example.com/'), response);
    expect(jar.get_dict()).toEqual({ a: '1', b: '2' });
  });

  it('1.17: it reads headers that have one line at the most', () => {
    const jar = new RequestsCookieJar();
    const example = request('http://example.com/');
    extract_cookies_to_jar(jar, example, { headers: new CaseInsensitiveDict({ 'set-cookie': 'a=1' }) });
    extract_cookies_to_jar(jar, example, { headers: new Map<string, string>() });
    expect(jar.get_dict()).toEqual({ a: '1' });
  });

  it('1.17: without a response or lines nothing happens, and nothing is looked at', () => {
    const jar = new RequestsCookieJar();
    const untouchable = new Proxy(request(''), {
      get: () => {
        throw new Error('the request was looked at');
      },
    });
    extract_cookies_to_jar(jar, untouchable, null);
    extract_cookies_to_jar(jar, untouchable, []);
    expect(jar.length).toBe(0);
    extract_cookies_to_jar(jar, request('http://example.com/'), lines);
    expect(jar.length).toBe(2);
  });

  it.each([
    [
      "urllib3's",
      new HTTPResponse({
        headers: [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2; Path=/'],
        ],
      }),
    ],
    [
      "fetch's",
      {
        headers: new Headers([
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2; Path=/'],
        ]),
      },
    ],
  ])('each line is a cookie of its own in a response with headers as %s', (_whose, response) => {
    const jar = new RequestsCookieJar();
    extract_cookies_to_jar(jar, request('http://example.com/'), response);
    expect(jar.get_dict()).toEqual({ a: '1', b: '2' });
  });
});
