import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AttributeError } from '../../src/builtins/index.js';
import { RequestsCookieJar } from '../../src/requests/cookies/index.js';
import { InvalidHeader } from '../../src/requests/exceptions/requests.js';
import { PreparedRequest } from '../../src/requests/models/prepared-request.js';
import { Request, type RequestParts } from '../../src/requests/models/request.js';
import type { HeadersInput } from '../../src/requests/inputs.js';
import { CaseInsensitiveDict } from '../../src/requests/structures/case-insensitive-dict.js';

function prepare(url: string, parts: RequestParts = {}, method = 'GET'): PreparedRequest {
  return new Request(method, url, parts).prepare();
}

function headersOf(headers: unknown): Record<string, string> {
  return Object.fromEntries(prepare('http://h/', { headers: headers as HeadersInput }).headers.items());
}

describe('PreparedRequest', () => {
  it('1.7: is empty before it is prepared', () => {
    const prepared = new PreparedRequest();
    expect(prepared.headers.length).toBe(0);
    expect([
      prepared.method,
      prepared.url,
      prepared.body,
      prepared._cookies,
      prepared._body_position,
    ]).toEqual([null, null, null, null, null]);
    expect(prepared.hooks).toEqual({ response: [] });
    expect(prepared.path_url).toBe('/');
  });

  it('1.7: prepare() may be called directly, and names an unknown keyword', () => {
    const prepared = new PreparedRequest();
    prepared.prepare({ method: 'post', url: 'http://h', data: 'x' });
    expect([prepared.method, prepared.url, prepared.body]).toEqual(['POST', 'http://h/', 'x']);
    expect(() => {
      prepared.prepare({ timeout: 1 } as never);
    }).toThrow("unexpected keyword argument 'timeout'");
  });

  it('1.7: parts are prepared in order: the auth sees headers, cookies and body, and the hooks come after its own', () => {
    const ofAuth = (): void => undefined;
    const ofCaller = (): void => undefined;
    let seen: unknown;
    const prepared = prepare(
      'http://h/?a=1',
      {
        params: { b: 2 },
        headers: { X: '1' },
        cookies: { c: 'd' },
        data: { e: 'f' },
        hooks: { response: ofCaller },
        auth: (request) => {
          seen = [
            request.method,
            request.url,
            Object.fromEntries(request.headers.items()),
            request.body,
            [...request.hooks.response],
          ];
          request.register_hook('response', ofAuth);
          return request;
        },
      },
      'post',
    );
    expect(seen).toEqual([
      'POST',
      'http://h/?a=1&b=2',
      {
        X: '1',
        Cookie: 'c=d',
        'Content-Length': '3',
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      'e=f',
      [],
    ]);
    expect(prepared.hooks.response).toEqual([ofAuth, ofCaller]);
  });

  it.each([
    ['get', 'GET'],
    ['BrEw', 'BREW'],
    ['', ''],
    [null, null],
    [undefined, null],
    [Buffer.from('put'), 'PUT'],
  ])('1.7: the method %j becomes %j', (given, expected) => {
    const prepared = new PreparedRequest();
    prepared.prepare_method(given);
    expect(prepared.method).toBe(expected);
  });

  it('1.7: a method that is no text is an AttributeError', () => {
    expect(() => {
      new PreparedRequest().prepare_method(5 as never);
    }).toThrow(AttributeError);
  });

  it.each([
    ['http://h', '/'],
    ['http://h?a', '/?a'],
    ['http://h/a/b?c=d#e', '/a/b?c=d'],
    ['http://h/a#e?f', '/a'],
    ['http://h/a?', '/a'],
    ['http://h/p;x=1?q#f', '/p;x=1?q'],
    ['http://h/a??b', '/a??b'],
    ['http://u:p@h:80/a', '/a'],
    ['mailto:a@b', 'a@b'],
    ['localhost:80', '80'],
  ])('1.7: the path_url of %s is %s', (url, expected) => {
    expect(prepare(url).path_url).toBe(expected);
  });

  it('1.7: copies are independent, but for the body', () => {
    const jar = new RequestsCookieJar();
    jar.set('a', '1');
    const hook = (): void => undefined;
    const body = new Set(['x']);
    const prepared = prepare('http://h/', {
      cookies: jar,
      data: body,
      headers: { X: '1' },
      hooks: { response: hook },
    });
    prepared._body_position = 4;
    const copy = prepared.copy();
    expect(copy).toBeInstanceOf(PreparedRequest);
    expect(copy).not.toBe(prepared);
    expect(copy.headers.items()).toEqual(prepared.headers.items());
    expect([copy.method, copy.url, copy.body, copy._body_position]).toEqual(['GET', 'http://h/', body, 4]);
    expect(copy.hooks).toEqual({ response: [hook] });
    copy.headers['X'] = '2';
    copy._cookies?.set('a', '2');
    copy.register_hook('response', hook);
    expect(prepared.headers['X']).toBe('1');
    expect(jar.get('a')).toBe('1');
    expect(prepared.hooks.response).toEqual([hook]);
    expect(new PreparedRequest().copy()._cookies).toBeNull();
  });

  it('1.7: is shown with its method, and nothing else', () => {
    const prepared = prepare('http://user:secret@h/', { headers: { Authorization: 'secret' } }, 'delete');
    expect(String(prepared)).toBe('<PreparedRequest [DELETE]>');
    expect(inspect([prepared])).toBe('[ <PreparedRequest [DELETE]> ]');
    expect(String(new PreparedRequest())).toBe('<PreparedRequest [None]>');
  });

  it('1.7: hooks can be taken off', () => {
    const hook = (): void => undefined;
    const prepared = prepare('http://h/', { hooks: { response: [hook] } });
    expect(prepared.deregister_hook('response', hook)).toBe(true);
    expect(prepared.deregister_hook('response', hook)).toBe(false);
  });
});

describe('prepare_headers', () => {
  it('1.11: any form of names and values is taken, spelled and ordered as given', () => {
    const expected = { 'x-B': '1', A: '' };
    for (const headers of [expected, new Map(Object.entries(expected)), new CaseInsensitiveDict(expected)]) {
      expect(Object.entries(headersOf(headers))).toEqual(Object.entries(expected));
    }
    expect(headersOf(new Headers({ 'X-B': '1' }))).toEqual({ 'x-b': '1' });
    expect(headersOf(null)).toEqual({});
  });

  it('1.11: of names that differ in case only the last one counts, at the place of the first', () => {
    const headers = new Map([
      ['x-a', '1'],
      ['Y', '2'],
      ['X-A', '3'],
    ]);
    expect(Object.entries(headersOf(headers))).toEqual([
      ['X-A', '3'],
      ['Y', '2'],
    ]);
  });

  it('1.11: bytes are decoded as they are sent', () => {
    expect(headersOf({ A: Buffer.from([0xff]) })).toEqual({ A: 'ÿ' });
    expect(headersOf(new Map([[Buffer.from('B') as unknown as string, 'x']]))).toEqual({ B: 'x' });
  });

  it.each([
    ['a number', { a: 1 }],
    ['null', { a: null }],
    ['undefined', { a: undefined }],
    ['a list', { a: ['b'] }],
    ['leading white space', { a: ' b' }],
    ['a line feed', { a: 'b\nc' }],
    ['a carriage return', { a: 'b\r' }],
    ['a colon in the name', { 'a:': 'b' }],
    ['an empty name', { '': 'b' }],
    ['bytes with a line feed', { a: Buffer.from('b\n') }],
  ])('1.11: %s is an InvalidHeader', (_, headers) => {
    expect(() => headersOf(headers)).toThrow(InvalidHeader);
    expect(() => headersOf(new Map(Object.entries(headers)))).toThrow(InvalidHeader);
    expect(() => headersOf(new CaseInsensitiveDict<unknown>(headers as Record<string, unknown>))).toThrow(
      InvalidHeader,
    );
  });

  it('1.11: a list of pairs is an AttributeError', () => {
    expect(() => headersOf([['a', 'b']])).toThrow(AttributeError);
  });

  it('1.11: changing the prepared headers leaves the given ones alone', () => {
    const given = new CaseInsensitiveDict({ A: '1' });
    const prepared = prepare('http://h/', { headers: given });
    prepared.headers['A'] = '2';
    expect(given['A']).toBe('1');
  });
});

describe('prepare_cookies', () => {
  it('1.7: cookies become a header', () => {
    expect(prepare('http://h/', { cookies: { a: '1', b: '2' } }).headers['Cookie']).toBe('a=1; b=2');
  });

  it('1.7: have no effect if there is a Cookie header, in any case', () => {
    const prepared = prepare('http://h/', { cookies: { a: '1' }, headers: { COOKIE: 'x=1' } });
    expect(Object.fromEntries(prepared.headers.items())).toEqual({ COOKIE: 'x=1' });
    expect(prepared._cookies?.get('a')).toBe('1');
  });

  it('1.17: a jar is kept as it is, for redirects to go on with', () => {
    const jar = new RequestsCookieJar();
    jar.set('a', '1', { domain: 'other.org' });
    const prepared = prepare('http://h/', { cookies: jar });
    expect(prepared._cookies).toBe(jar);
    expect(prepared.headers['Cookie']).toBeUndefined();
    expect(prepare('http://h/')._cookies).toBeNull();
  });
});
