import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { KeyError, RuntimeError, ValueError } from '../../src/builtins/index.js';
import {
  Cookie,
  CookieConflictError,
  create_cookie,
  DefaultCookiePolicy,
  RequestsCookieJar,
} from '../../src/requests/cookies/index.js';
import { roundTrip } from '../helpers/round-trip.js';

/** A jar with two cookies of one name and one of another. */
function conflictingJar(): RequestsCookieJar {
  const jar = new RequestsCookieJar();
  jar.set('n', '1', { domain: 'one.com' });
  jar.set('n', '2', { domain: 'two.com', path: '/p' });
  jar.set('other', '3');
  return jar;
}

describe('RequestsCookieJar', () => {
  it('3.19: cookies are read, set and removed with brackets', () => {
    const jar = new RequestsCookieJar();
    jar['token'] = 'x';
    expect(jar['token']).toBe('x');
    expect('token' in jar).toBe(true);
    expect(jar.length).toBe(1);
    jar['token'] = 'y';
    expect(jar['token']).toBe('y');
    expect(jar.length).toBe(1);
    delete jar['token'];
    expect(jar['token']).toBeUndefined();
    expect('token' in jar).toBe(false);
    expect(jar.length).toBe(0);
  });

  it('1.17: deleting what is missing is silent', () => {
    const jar = new RequestsCookieJar();
    delete jar['missing'];
    expect(jar.delete('missing')).toBe(false);
  });

  it('1.17: a missing name: getitem throws the KeyError of Python, get gives null or the default', () => {
    const jar = new RequestsCookieJar();
    expect(() => jar.getitem('x')).toThrow(new KeyError("name='x', domain=None, path=None"));
    expect(jar.get('x')).toBeNull();
    expect(jar.get('x', 'fallback')).toBe('fallback');
    expect(jar.get('x', { default: 'fallback' })).toBe('fallback');
    expect(jar.get('x', null, { domain: 'a' })).toBeNull();
    // @ts-expect-error what untyped callers do
    expect(() => jar.get('x', { domian: 'a' })).toThrow("unexpected keyword argument 'domian'");
  });

  it('1.17: one name under two domains is a conflict for brackets and get, unless the domain or path is named', () => {
    const jar = conflictingJar();
    expect(() => jar['n']).toThrow(CookieConflictError);
    expect(() => jar.get('n')).toThrow(new CookieConflictError("There are multiple cookies with name, 'n'"));
    expect(() => jar.getitem('n')).toThrow(RuntimeError);
    expect(() => jar.pop('n')).toThrow(CookieConflictError);
    expect('n' in jar).toBe(true);
    expect(jar.has('n')).toBe(true);
    expect(jar.get('n', { domain: 'one.com' })).toBe('1');
    expect(jar.get('n', { path: '/p' })).toBe('2');
    expect(jar.get('n', 'none', { domain: 'one.com', path: '/p' })).toBe('none');
    expect(jar.get_dict()).toEqual({ n: '2', other: '3' });
  });

  it('1.17: set returns the cookie, and null as a value removes within domain and path', () => {
    const jar = new RequestsCookieJar();
    const cookie = jar.set('a', 'b', { domain: 'X.com', path: '/p', secure: true });
    expect(cookie).toBeInstanceOf(Cookie);
    expect(cookie).toMatchObject({ name: 'a', value: 'b', domain: 'x.com', path: '/p', secure: true });
    jar.set('a', 'c');
    expect(jar.set('a', null, { domain: 'x.com' })).toBeNull();
    expect([...jar].map(String)).toEqual(['<Cookie a=c for />']);
    // @ts-expect-error what untyped callers do
    expect(() => jar.set('a', 'b', { domian: 'x' })).toThrow(TypeError);
    // @ts-expect-error what untyped callers do
    expect(() => jar.set('a', 5)).toThrow("the value of cookie 'a' must be a string or null, not number");
  });

  it('1.17: quotation marks stay, escaped ones within them go', () => {
    const jar = new RequestsCookieJar();
    jar['q'] = '"a \\"b\\" c"';
    expect(jar['q']).toBe('"a b c"');
    jar['p'] = 'a \\"b';
    expect(jar['p']).toBe('a \\"b');
  });

  it('3.19: iterating yields Cookie objects; keys, values and items are arrays in the order of domains and paths', () => {
    const jar = conflictingJar();
    expect([...jar].every((cookie) => cookie instanceof Cookie)).toBe(true);
    expect(jar.keys()).toEqual(['n', 'n', 'other']);
    expect(jar.values()).toEqual(['1', '2', '3']);
    expect(jar.items()).toEqual([
      ['n', '1'],
      ['n', '2'],
      ['other', '3'],
    ]);
    expect([...jar.iterkeys()]).toEqual(jar.keys());
    expect([...jar.itervalues()]).toEqual(jar.values());
    expect([...jar.iteritems()]).toEqual(jar.items());
  });

  it('1.17: a bare name has the value null; by bracket it is missing, as in Python', () => {
    const jar = new RequestsCookieJar();
    jar.set_cookie(create_cookie('bare', null));
    expect(jar.items()).toEqual([['bare', null]]);
    expect(jar['bare']).toBeUndefined();
    expect('bare' in jar).toBe(false);
    expect(() => jar.getitem('bare')).toThrow(KeyError);
  });

  it('1.17: get_dict is narrowed by domain and path, in order or by keyword', () => {
    const jar = conflictingJar();
    expect(jar.get_dict({ domain: 'one.com' })).toEqual({ n: '1' });
    expect(jar.get_dict('two.com', '/p')).toEqual({ n: '2' });
    expect(jar.get_dict(null, '/')).toEqual({ n: '1', other: '3' });
    expect(jar.get_dict('none.com')).toEqual({});
    jar['__proto__'] = 'x';
    expect(Object.keys(jar.get_dict())).toContain('__proto__');
  });

  it('1.17: list_domains and list_paths name each once; multiple_domains tells of a domain with two cookies', () => {
    const jar = conflictingJar();
    expect(jar.list_domains()).toEqual(['one.com', 'two.com', '']);
    expect(jar.list_paths()).toEqual(['/', '/p']);
    expect(jar.multiple_domains()).toBe(false);
    jar.set('more', '4', { domain: 'one.com' });
    expect(jar.multiple_domains()).toBe(true);
  });

  it('1.17: update takes copies from a jar, and names and values from anything else', () => {
    const source = conflictingJar();
    const jar = new RequestsCookieJar();
    jar.update(source);
    for (const cookie of jar) cookie.value = 'changed';
    expect(source.values()).toEqual(['1', '2', '3']);
    expect(jar.length).toBe(3);
    jar.update({ other: null, a: '1' });
    jar.update(new Map([['b', '2']]));
    jar.update([['c', '3']]);
    expect(jar.get_dict('')).toEqual({ a: '1', b: '2', c: '3' });
    jar.update(jar);
    expect(jar.length).toBe(5);
  });

  it('1.17: pop and setdefault do what those of a dictionary do', () => {
    const jar = new RequestsCookieJar();
    expect(jar.setdefault('a', '1')).toBe('1');
    expect(jar.setdefault('a', '2')).toBe('1');
    expect(jar.pop('a')).toBe('1');
    expect(jar.pop('a', null)).toBeNull();
    expect(() => jar.pop('a')).toThrow(KeyError);
  });

  it('1.17: copy is independent and has the same policy', () => {
    const jar = conflictingJar();
    const policy = new DefaultCookiePolicy({ allowed_domains: [] });
    jar.set_policy(policy);
    const copy = jar.copy();
    expect(copy).toBeInstanceOf(RequestsCookieJar);
    expect(copy.get_policy()).toBe(policy);
    for (const cookie of copy) cookie.value = 'changed';
    copy.clear();
    expect(jar.values()).toEqual(['1', '2', '3']);
  });

  it('1.17: clear removes all, a domain, a path, or one cookie, and complains about what is not there', () => {
    const jar = conflictingJar();
    jar.set('m', '4', { domain: 'two.com', path: '/p' });
    expect(() => {
      jar.clear('none.com');
    }).toThrow(new KeyError("'none.com'"));
    expect(() => {
      jar.clear({ domain: 'two.com', path: '/none' });
    }).toThrow(new KeyError("'/none'"));
    expect(() => {
      jar.clear('two.com', '/p', 'none');
    }).toThrow(new KeyError("'none'"));
    expect(() => {
      jar.clear({ name: 'n' });
    }).toThrow(ValueError);
    expect(() => {
      jar.clear({ path: '/p' });
    }).toThrow(ValueError);
    expect(() => {
      jar.clear({ domain: 'two.com', name: 'n' });
    }).toThrow(ValueError);
    jar.clear('two.com', '/p', 'n');
    expect(jar.keys()).toEqual(['n', 'm', 'other']);
    jar.clear({ domain: 'two.com', path: '/p' });
    jar.clear('one.com');
    expect(jar.keys()).toEqual(['other']);
    jar.clear();
    expect(jar.length).toBe(0);
  });

  it('1.17: session cookies and expired cookies can be cleared', () => {
    const jar = new RequestsCookieJar();
    const now = Date.now() / 1000;
    jar.set('session', '1');
    jar.set('old', '2', { expires: now - 10, discard: false });
    jar.set('lasting', '3', { expires: now + 1000, discard: false });
    jar.clear_expired_cookies();
    expect(jar.keys()).toEqual(['session', 'lasting']);
    jar.clear_session_cookies();
    expect(jar.keys()).toEqual(['lasting']);
  });

  it('3.34: equality is that of names and values', () => {
    const jar = new RequestsCookieJar();
    jar['a'] = '1';
    expect(jar.equals({ a: '1' })).toBe(true);
    expect(jar.equals(new Map([['a', '1']]))).toBe(true);
    expect(jar.equals(jar.copy())).toBe(true);
    expect(jar.equals({ a: '2' })).toBe(false);
    expect(jar.equals({ a: '1', b: '2' })).toBe(false);
    expect(jar.equals(null)).toBe(false);
  });

  it('1.17, 3.33: it prints as in Python', () => {
    const jar = new RequestsCookieJar();
    expect(String(jar)).toBe('<RequestsCookieJar[]>');
    jar.set('a', 'b', { domain: 'x.com', port: '80' });
    expect(inspect(jar)).toBe('<RequestsCookieJar[<Cookie a=b for x.com:80/>]>');
  });

  it('3.18: spread and Object.keys see names and values', () => {
    const jar = new RequestsCookieJar();
    jar['a'] = '1';
    jar['b'] = '2';
    // eslint-disable-next-line @typescript-eslint/no-misused-spread -- `dict(jar)` in Python; meant to work
    expect({ ...jar }).toEqual({ a: '1', b: '2' });
    expect(Object.keys(conflictingJar())).toEqual(['n', 'other']);
    // eslint-disable-next-line @typescript-eslint/no-misused-spread -- a conflict shows, as in Python
    expect(() => ({ ...conflictingJar() })).toThrow(CookieConflictError);
  });

  it('3.19: a cookie that is named as a method is read with getitem', () => {
    const jar = new RequestsCookieJar();
    jar.set('update', 'x');
    expect(jar.getitem('update')).toBe('x');
    expect(typeof jar.update).toBe('function');
    expect('keys' in jar).toBe(false);
  });

  it('1.17: the same domain, path and name is one cookie, at its old place', () => {
    const jar = conflictingJar();
    jar.set('n', 'new', { domain: 'one.com' });
    expect(jar.values()).toEqual(['new', '2', '3']);
  });

  it('DESIGN, crossing a thread: a jar comes back with its cookies and its policy', () => {
    const jar = conflictingJar();
    jar.set('c', 'v', { expires: 4_000_000_000, rest: { SameSite: 'Lax' } });
    jar.set_policy(new DefaultCookiePolicy({ blocked_domains: ['x.com'], strict_domain: false }));
    const back = roundTrip(jar);
    expect(back).toBeInstanceOf(RequestsCookieJar);
    expect([...back]).toEqual([...jar]);
    expect([...back].every((cookie) => cookie instanceof Cookie)).toBe(true);
    expect(back.get_policy()).toBeInstanceOf(DefaultCookiePolicy);
    expect(back.get_policy()).toEqual(jar.get_policy());
    expect(roundTrip(new RequestsCookieJar()).length).toBe(0);
  });
});
