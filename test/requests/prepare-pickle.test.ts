import { describe, expect, it } from 'vitest';
import { RuntimeError } from '../../src/builtins/index.js';
import { importable } from '../../src/pickle/index.js';
import { HTTPBasicAuth, HTTPDigestAuth, HTTPProxyAuth } from '../../src/requests/auth/index.js';
import { RequestsCookieJar } from '../../src/requests/cookies/index.js';
import { PreparedRequest } from '../../src/requests/models/prepared-request.js';
import { Request } from '../../src/requests/models/request.js';
import { roundTrip } from '../helpers/round-trip.js';

const hook = importable(
  function hook(): void {
    // Only its identity matters.
  },
  import.meta.url,
);

describe('crossing to another thread', () => {
  it('auth objects arrive as what they were', () => {
    for (const cls of [HTTPBasicAuth, HTTPProxyAuth]) {
      const auth = new cls('user', Buffer.from('secret'));
      const arrived = roundTrip(auth);
      expect(arrived).toBeInstanceOf(cls);
      expect(arrived).not.toBe(auth);
      expect(arrived.equals(auth)).toBe(true);
    }
  });

  it('a Digest auth object comes home as itself: it knows what servers have told it', () => {
    const auth = new HTTPDigestAuth('user', 'secret');
    expect(roundTrip(auth)).toBe(auth);
  });

  it('a Request arrives with its arguments', () => {
    const request = new Request('get', 'http://h/', {
      params: new Map([['2', 'b']]),
      headers: { A: '1' },
      data: Buffer.from('x'),
      auth: new HTTPBasicAuth('u', 'p'),
      hooks: { response: hook },
    });
    const arrived = roundTrip(request);
    expect(arrived).toBeInstanceOf(Request);
    expect(arrived.hooks.response).toEqual([hook]);
    const [one, other] = [request.prepare(), arrived.prepare()];
    expect([other.url, other.body, other.headers.items()]).toEqual([one.url, one.body, one.headers.items()]);
  });

  it('a PreparedRequest arrives whole, its hooks and cookies included', () => {
    const jar = new RequestsCookieJar();
    jar.set('c', 'd');
    const prepared = new Request('post', 'http://h/?a', {
      data: 'text',
      headers: { A: '1' },
      cookies: jar,
      hooks: { response: hook },
    }).prepare();
    const arrived = roundTrip(Object.assign(prepared, { tag: 7 }));
    expect(arrived).toBeInstanceOf(PreparedRequest);
    expect([arrived.method, arrived.url, arrived.body, arrived.tag]).toEqual([
      'POST',
      'http://h/?a',
      'text',
      7,
    ]);
    expect(arrived.headers.items()).toEqual(prepared.headers.items());
    expect(arrived.headers['a']).toBe('1');
    expect(arrived.hooks).toEqual({ response: [hook] });
    expect(arrived._cookies?.get('c')).toBe('d');
    expect(arrived.copy().path_url).toBe('/?a');
  });

  it('the hook of a Digest authentication arrives as that of its auth object', () => {
    const auth = new HTTPDigestAuth('user', 'secret');
    const prepared = new Request('GET', 'http://h/', { auth, hooks: { response: hook } }).prepare();
    const [arrived, arrivedAuth] = roundTrip([prepared, auth] as const);
    expect(arrived.hooks.response.length).toBe(2);
    expect(arrived.hooks.response[1]).toBe(hook);
    // It is the hook of the object that crossed along: giving the auth again registers nothing new.
    arrived.prepare_auth(arrivedAuth);
    expect(arrived.hooks.response.length).toBe(2);
  });

  it('a hook that cannot be imported is refused', () => {
    const prepared = new Request('GET', 'http://h/', { hooks: { response: () => undefined } }).prepare();
    expect(() => roundTrip(prepared)).toThrow(RuntimeError);
    expect(() => roundTrip(prepared)).toThrow('Cannot pickle function');
  });
});
