import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { NotImplementedError, UnicodeEncodeError } from '../../src/builtins/index.js';
import {
  _basic_auth_str,
  AuthBase,
  HTTPBasicAuth,
  HTTPDigestAuth,
  HTTPProxyAuth,
} from '../../src/requests/auth/index.js';
import { PreparedRequest } from '../../src/requests/models/prepared-request.js';
import { Request, type RequestParts } from '../../src/requests/models/request.js';

function prepare(parts: RequestParts, url = 'http://h/', method = 'GET'): PreparedRequest {
  return new Request(method, url, parts).prepare();
}

function authorization(auth: unknown, url?: string): string | undefined {
  return prepare({ auth: auth as RequestParts['auth'] }, url).headers['Authorization'];
}

/** The first deprecation warning that `act` causes. */
async function warningOf(act: () => void): Promise<Error> {
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  act();
  return await warned;
}

describe('Basic credentials', () => {
  it.each([
    ['ASCII', ['user', 'pass:word'], 'Basic dXNlcjpwYXNzOndvcmQ='],
    ['latin-1', ['ü', 'ü'], 'Basic /Dr8'],
    ['empty', ['', ''], 'Basic Og=='],
    ['bytes', [Buffer.from('ü'), new Uint8Array([0xff])], 'Basic w7w6/w=='],
  ])('1.16: %s', (_, pair, expected) => {
    expect(authorization(pair)).toBe(expected);
    expect(authorization(new HTTPBasicAuth(...(pair as [string, string])))).toBe(expected);
    expect(_basic_auth_str(...(pair as [string, string]))).toBe(expected);
  });

  it('1.16: beyond latin-1 is a UnicodeEncodeError that does not tell the secret', () => {
    expect(() => authorization(['user', 'pa€s'])).toThrow(UnicodeEncodeError);
    expect(() => authorization(['user', 'pa€s'])).toThrow(/position 2 of the password/);
    expect(() => authorization(['€', 'x'])).toThrow(/of the user name/);
    expect(() => authorization(['user', 'pa€s'])).not.toThrow(/€/);
  });

  it('1.16: what is no text is turned into it, with a deprecation warning that names its type only', async () => {
    const warning = await warningOf(() => {
      expect(_basic_auth_str(12345, 'x')).toBe('Basic MTIzNDU6eA==');
    });
    expect(warning.name).toBe('DeprecationWarning');
    expect(warning.message).toMatch(/user name.*number/);
    expect(warning.message).not.toContain('12345');
    await warningOf(() => {
      expect(_basic_auth_str('1', null)).toBe('Basic MTpOb25l');
    });
  });

  it('1.16: HTTPProxyAuth has a header of its own', () => {
    const { headers } = prepare({ auth: new HTTPProxyAuth('u', 'p') });
    expect(headers['Proxy-Authorization']).toBe('Basic dTpw');
    expect(headers['Authorization']).toBeUndefined();
  });

  it('1.5: overwrite an Authorization header, whatever its case', () => {
    const { headers } = prepare({ auth: ['u', 'p'], headers: { authorization: 'Bearer x' } });
    expect(headers.items()).toEqual([['Authorization', 'Basic dTpw']]);
  });
});

describe('credentials in the URL', () => {
  it.each([
    ['http://user:p%40ss@h/', 'Basic dXNlcjpwQHNz'],
    ['http://:pp@h/', 'Basic OnBw'],
    ['http://user:@h/', 'Basic dXNlcjo='],
    ['http://user@h/', undefined],
    ['http://:@h/', undefined],
    ['http://h/a@b:c', undefined],
    ['ftp://u:p@h/x', 'Basic dTpw'],
  ])('1.16: %s gives %s', (url, expected) => {
    expect(authorization(null, url)).toBe(expected);
    expect(prepare({}, url).url).toBe(url);
  });

  it('1.16: auth goes before them, and false, "" and [] switch them off', () => {
    expect(authorization(['u', 'p'], 'http://a:b@h/')).toBe('Basic dTpw');
    for (const auth of [false, '', [], 0]) expect(authorization(auth, 'http://a:b@h/')).toBeUndefined();
  });
});

describe('auth objects and functions', () => {
  it('1.16: a function is called with the prepared request and returns it', () => {
    const auth = (request: PreparedRequest): PreparedRequest => {
      request.headers['X-Signature'] =
        `${request.method ?? ''} ${request.path_url} ${request.body as string}`;
      return request;
    };
    const prepared = prepare({ auth, data: 'x' }, 'http://h/a?b', 'POST');
    expect(prepared.headers['X-Signature']).toBe('POST /a?b x');
  });

  it('3.15: a class derives from AuthBase and implements call', () => {
    class TokenAuth extends AuthBase {
      constructor(readonly token: string) {
        super();
      }
      override call(request: PreparedRequest): PreparedRequest {
        request.headers['Authorization'] = `Token ${this.token}`;
        return request;
      }
    }
    expect(authorization(new TokenAuth('t'))).toBe('Token t');
  });

  it('1.16: Content-Length is computed again after the auth', () => {
    const auth = (request: PreparedRequest): PreparedRequest => {
      request.body = 'é and more';
      return request;
    };
    expect(prepare({ auth, data: 'x' }, 'http://h/', 'POST').headers['Content-Length']).toBe('11');
    const bare = (request: PreparedRequest): PreparedRequest => request;
    expect(prepare({ auth: bare }, 'http://h/', 'POST').headers['Content-Length']).toBe('0');
    expect(prepare({ auth: bare }).headers['Content-Length']).toBeUndefined();
  });

  it('1.16: what another request has that the auth returns is taken over', () => {
    const prepared = prepare({
      auth: () => {
        const other = new PreparedRequest();
        other.prepare({ method: 'PUT', url: 'http://other/', headers: { A: '1' }, data: 'xyz' });
        return other;
      },
    });
    expect([
      prepared.method,
      prepared.url,
      prepared.body,
      Object.fromEntries(prepared.headers.items()),
    ]).toEqual(['PUT', 'http://other/', 'xyz', { A: '1', 'Content-Length': '3' }]);
  });

  it.each([
    ['nothing', () => undefined, /returned undefined/],
    ['a promise', async (r: PreparedRequest) => await Promise.resolve(r), /returned Promise/],
    ['null', () => null, /returned null/],
  ])('1.16: an auth function that returns %s is a TypeError', (_, auth, message) => {
    expect(() => authorization(auth)).toThrow(TypeError);
    expect(() => authorization(auth)).toThrow(message);
  });

  it.each([[['secret']], [['u', 'secret', 'x']], ['secret'], [5], [{ user: 'u', secret: 's' }]])(
    '1.16: %j is a TypeError that does not repeat what may be a secret',
    (auth) => {
      expect(() => authorization(auth)).toThrow(TypeError);
      expect(() => authorization(auth)).toThrow(/auth must be \[user, password\]/);
      expect(() => authorization(auth)).not.toThrow(/secret/);
    },
  );

  it('1.16: an AuthBase without call is a NotImplementedError', () => {
    const Bare = class extends (AuthBase as unknown as new () => object) {};
    expect(() => authorization(new Bare())).toThrow(NotImplementedError);
  });

  it('1.16: auth objects are equal when user and password are, whatever their class', () => {
    const basic = new HTTPBasicAuth('u', 'p');
    expect(basic.equals(new HTTPBasicAuth('u', 'p'))).toBe(true);
    expect(basic.equals(new HTTPDigestAuth('u', 'p'))).toBe(true);
    expect(new HTTPDigestAuth('u', 'p').equals(new HTTPProxyAuth('u', 'p'))).toBe(true);
    expect(basic.equals(new HTTPBasicAuth('u', 'q'))).toBe(false);
    expect(basic.equals(new HTTPBasicAuth('v', 'p'))).toBe(false);
    expect(basic.equals(null)).toBe(false);
    expect(basic.equals('u:p')).toBe(false);
    expect(new HTTPBasicAuth(Buffer.from('u'), 'p').equals(new HTTPBasicAuth(Buffer.from('u'), 'p'))).toBe(
      true,
    );
    expect(new HTTPBasicAuth(Buffer.from('u'), 'p').equals(basic)).toBe(false);
  });

  it.each([
    ['HTTPBasicAuth', HTTPBasicAuth],
    ['HTTPProxyAuth', HTTPProxyAuth],
    ['HTTPDigestAuth', HTTPDigestAuth],
  ])('1.16: %s is shown without credentials, which it has', (name, cls) => {
    const auth = new cls('user', 'secret');
    expect(inspect({ auth }, { depth: 9, showHidden: true })).toBe(`{ auth: <${name}> }`);
    expect(String(auth)).toBe(`<${name}>`);
    expect([auth.username, auth.password]).toEqual(['user', 'secret']);
  });
});
