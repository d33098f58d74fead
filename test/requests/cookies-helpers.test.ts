import { describe, expect, it, vi } from 'vitest';
import { ValueError } from '../../src/builtins/index.js';
import {
  Cookie,
  cookiejar_from_dict,
  create_cookie,
  merge_cookies,
  type Morsel,
  morsel_to_cookie,
  remove_cookie_by_name,
  RequestsCookieJar,
} from '../../src/requests/cookies/index.js';

describe('create_cookie', () => {
  it('1.17: what is not given is filled in: no domain, the path /, a session cookie', () => {
    expect(Object.assign({}, create_cookie('a', 'b'))).toEqual({
      version: 0,
      name: 'a',
      value: 'b',
      port: null,
      port_specified: false,
      domain: '',
      domain_specified: false,
      domain_initial_dot: false,
      path: '/',
      path_specified: true,
      secure: false,
      expires: null,
      discard: true,
      comment: null,
      comment_url: null,
      rfc2109: false,
      _rest: { HttpOnly: null },
    });
  });

  it('1.17: what is given is taken, and what follows from it is noted', () => {
    const cookie = create_cookie('a', 'b', {
      domain: '.X.com',
      port: 8080,
      path: '',
      expires: 12.9,
      rest: { SameSite: 'Lax' },
    });
    expect(cookie).toMatchObject({
      domain: '.x.com',
      domain_specified: true,
      domain_initial_dot: true,
      port: '8080',
      port_specified: true,
      path: '',
      path_specified: false,
      expires: 12,
    });
    expect(cookie.has_nonstandard_attr('SameSite')).toBe(true);
    expect(cookie.has_nonstandard_attr('toString')).toBe(false);
    expect(cookie.get_nonstandard_attr('SameSite')).toBe('Lax');
    expect(cookie.get_nonstandard_attr('HttpOnly', 'none')).toBe('none');
    cookie.set_nonstandard_attr('HttpOnly', null);
    expect(cookie.has_nonstandard_attr('HttpOnly')).toBe(true);
  });

  it('1.17: unknown attributes, values that are no strings and expiries that are no numbers are refused', () => {
    // @ts-expect-error what untyped callers do
    expect(() => create_cookie('a', 'b', { foo: 1 })).toThrow(
      new TypeError("create_cookie() got an unexpected keyword argument 'foo'"),
    );
    // @ts-expect-error what untyped callers do
    expect(() => create_cookie('a', 1)).toThrow(TypeError);
    // @ts-expect-error what untyped callers do
    expect(() => create_cookie(1, 'a')).toThrow(TypeError);
    expect(() => create_cookie('a', 'b', { expires: NaN })).toThrow(ValueError);
  });

  it('1.17: is_expired compares with a time in seconds', () => {
    const cookie = create_cookie('a', 'b', { expires: 100 });
    expect(cookie.is_expired(99)).toBe(false);
    expect(cookie.is_expired(100)).toBe(true);
    expect(cookie.is_expired()).toBe(true);
    expect(create_cookie('a', 'b').is_expired(1e12)).toBe(false);
  });

  it('1.17: a copy shares nothing with its original', () => {
    const cookie = create_cookie('a', 'b', { rest: { x: '1' } });
    const copy = cookie.copy();
    expect(copy).toBeInstanceOf(Cookie);
    expect(copy).toEqual(cookie);
    copy.set_nonstandard_attr('y', null);
    copy._rest['z'] = null;
    copy.value = 'c';
    expect(cookie.value).toBe('b');
    expect(cookie._rest).toEqual({ x: '1' });
  });

  it('1.17: a port that is specified must be one', () => {
    const attributes = Object.assign({ rest: {} }, create_cookie('a', 'b'), { port_specified: true });
    expect(() => new Cookie(attributes)).toThrow('if port is None, port_specified must be false');
  });

  it.each([
    [create_cookie('a', 'b', { domain: 'x.com' }), '<Cookie a=b for x.com/>'],
    [create_cookie('a', null, { domain: 'x.com', port: '80', path: '/p' }), '<Cookie a for x.com:80/p>'],
  ])('1.17: %s prints as in Python', (cookie, text) => {
    expect(String(cookie)).toBe(text);
  });
});

describe('morsel_to_cookie', () => {
  const morsel: Morsel = { key: 'k', value: 'v', domain: '.x.com', path: '/p', secure: true, httponly: true };

  it('1.17: the attributes of a morsel are taken over', () => {
    expect(morsel_to_cookie({ ...morsel, comment: 'why', version: '' })).toMatchObject({
      name: 'k',
      value: 'v',
      domain: '.x.com',
      path: '/p',
      secure: true,
      discard: false,
      comment: 'why',
      comment_url: true,
      expires: null,
      version: 0,
      _rest: { HttpOnly: 'true' },
    });
  });

  it('1.17: expires is a date, and max-age, which counts more, seconds from now', () => {
    const expires = 'Thu, 01-Jan-1970 00:00:01 GMT';
    expect(morsel_to_cookie({ ...morsel, expires }).expires).toBe(1);
    vi.spyOn(Date, 'now').mockReturnValue(1_000_000);
    expect(morsel_to_cookie({ ...morsel, expires, 'max-age': '60' }).expires).toBe(1060);
    expect(morsel_to_cookie({ ...morsel, expires: null, 'max-age': null }).expires).toBeNull();
  });

  it('1.17: a date or number that cannot be read is an error', () => {
    expect(() => morsel_to_cookie({ ...morsel, expires: 'woops' })).toThrow(ValueError);
    // @ts-expect-error what untyped callers do
    expect(() => morsel_to_cookie({ ...morsel, expires: 100 })).toThrow(TypeError);
    expect(() => morsel_to_cookie({ ...morsel, 'max-age': 'woops' })).toThrow(
      new TypeError('max-age: woops must be integer'),
    );
  });

  it('1.17: a jar takes a morsel as a value', () => {
    const jar = new RequestsCookieJar();
    jar.set('k', morsel);
    expect(jar.get('k', { domain: '.x.com', path: '/p' })).toBe('v');
  });
});

describe('cookiejar_from_dict, merge_cookies, remove_cookie_by_name', () => {
  it('1.17: names and values become cookies for every host; null makes a bare name', () => {
    const jar = cookiejar_from_dict({ a: '1', b: null });
    expect(jar.list_domains()).toEqual(['']);
    expect(jar.items()).toEqual([
      ['a', '1'],
      ['b', null],
    ]);
    expect(cookiejar_from_dict(null).length).toBe(0);
    expect(cookiejar_from_dict(new Map([['2', 'x']])).keys()).toEqual(['2']);
    // @ts-expect-error what untyped callers do
    expect(() => cookiejar_from_dict({ a: 5 })).toThrow("the value of cookie 'a'");
  });

  it('1.17: with overwrite false a name that the jar has, under whatever domain, is left alone', () => {
    const jar = new RequestsCookieJar();
    jar.set('a', 'old', { domain: 'x.com' });
    expect(cookiejar_from_dict({ a: 'new', b: '2' }, jar, { overwrite: false })).toBe(jar);
    expect(jar.items()).toEqual([
      ['a', 'old'],
      ['b', '2'],
    ]);
    cookiejar_from_dict({ b: '3', a: 'new' }, jar);
    expect(jar.items()).toEqual([
      ['a', 'old'],
      ['b', '3'],
      ['a', 'new'],
    ]);
  });

  it('1.17: merging a dictionary does not override, merging a jar does', () => {
    const jar = cookiejar_from_dict({ a: '1' });
    merge_cookies(jar, { a: '2', b: '2' });
    expect(jar.get_dict()).toEqual({ a: '1', b: '2' });
    expect(merge_cookies(jar, cookiejar_from_dict({ a: '3' }))).toBe(jar);
    expect(jar.get_dict()).toEqual({ a: '3', b: '2' });
    expect(merge_cookies(jar, null).length).toBe(2);
  });

  it('1.17: only a jar can be merged into', () => {
    expect(() => merge_cookies({} as unknown as RequestsCookieJar, {})).toThrow(ValueError);
    // @ts-expect-error what untyped callers do
    expect(() => merge_cookies(null, {})).toThrow('You can only merge into CookieJar');
  });

  it('1.17: a name is removed from every domain and path, or from those named', () => {
    const jar = new RequestsCookieJar();
    for (const domain of ['x.com', 'y.com'])
      for (const path of ['/', '/p']) jar.set('a', '1', { domain, path });
    jar.set('b', '1');
    remove_cookie_by_name(jar, 'a', 'x.com', '/p');
    expect(jar.length).toBe(4);
    remove_cookie_by_name(jar, 'a', { domain: 'x.com' });
    expect(jar.length).toBe(3);
    remove_cookie_by_name(jar, 'a');
    expect(jar.keys()).toEqual(['b']);
  });
});
