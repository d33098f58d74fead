/** Issue: credentials never follow to another host, and never show in messages or in what `console.log` prints. */
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { FuturesSession } from '../../src/futures-session/index.js';
import { HTTPBasicAuth, HTTPDigestAuth, HTTPProxyAuth } from '../../src/requests/auth/index.js';
import { PreparedRequest, Request, Session } from '../../src/requests/index.js';
import type { RequestOptions } from '../../src/requests/index.js';
import { disable_warnings } from '../../src/requests/packages/urllib3.js';
import { ADAPTERS } from '../helpers/adapters.js';
import {
  type Handler,
  type HttpServer,
  refusedPort,
  startHttpServer,
} from '../helpers/servers/http-server.js';
import { startProxyServer } from '../helpers/servers/proxy-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';

const redirectTo =
  (location: () => string, ...cookies: string[]): Handler =>
  (_request, response) => {
    response.writeHead(302, { Location: location(), 'Set-Cookie': cookies }).end();
  };

/** What of it arrived as a secret. */
function secretsAt({ requests }: HttpServer): unknown[] {
  return requests.map(
    ({ headers }) => headers.authorization ?? headers.cookie ?? headers['proxy-authorization'] ?? null,
  );
}

/** Another name of the loopback address, which makes it another host. */
const elsewhere = (server: HttpServer): string => server.url.replace('127.0.0.1', 'localhost');

describe('1.6: to another host', () => {
  const ways: Record<string, (session: Session) => RequestOptions> = {
    'auth of the request': () => ({ auth: ['user', 'secret'] }),
    'auth of the session': (session) => {
      session.auth = ['user', 'secret'];
      return {};
    },
    'an Authorization header': () => ({ headers: { authorization: 'Bearer secret' } }),
    'an Authorization header of the session': (session) => {
      session.headers.set('Authorization', 'Bearer secret');
      return {};
    },
    'a function that signs': () => ({
      auth: (request) => {
        request.headers['Authorization'] = 'Bearer secret';
        return request;
      },
    }),
    'cookies of the request': () => ({ cookies: { secret: 'yes' } }),
    'cookies of the session without a domain': (session) => {
      session.cookies.set('secret', 'yes');
      return {};
    },
    'a Cookie header': () => ({ headers: { Cookie: 'secret=yes' } }),
  };

  test.each(Object.entries(ways))(
    '1.6: %s does not follow, neither at once nor over two hops',
    async (_name, prepare) => {
      await using target = await startHttpServer();
      await using second = await startHttpServer(redirectTo(() => elsewhere(target)));
      await using first = await startHttpServer(redirectTo(() => elsewhere(second)));
      for (const allow_redirects of [true, false]) {
        const session = new Session();
        let response = await session.get(first.url, { ...prepare(session), allow_redirects });
        while (response.next !== null)
          response = await session.send(response.next, { allow_redirects: false });
        await session.close();
      }
      expect(secretsAt(first)).toEqual([expect.any(String), expect.any(String)]);
      expect(secretsAt(second)).toEqual([null, null]);
      expect(secretsAt(target)).toEqual([null, null]);
    },
  );

  test('1.6: credentials in the URL do not follow', async () => {
    await using target = await startHttpServer();
    await using first = await startHttpServer(redirectTo(() => elsewhere(target)));
    await new Session().get(first.url.replace('://', '://user:secret@'));
    expect([secretsAt(first)[0] === null, secretsAt(target)]).toEqual([false, [null]]);
    expect(target.requests[0]?.lines.flat().join()).not.toContain('secret');
  });

  test('1.17: cookies that a host set do not follow; those for the other host are sent', async () => {
    await using target = await startHttpServer();
    await using first = await startHttpServer(
      redirectTo(() => elsewhere(target), 'secret=1', 'wide=2; Domain=localhost'),
    );
    const session = new Session();
    session.cookies.set('own', '3', { domain: 'localhost.local' });
    await session.get(first.url);
    expect(target.requests[0]?.headers.cookie ?? '').not.toMatch(/secret|wide/);
  });

  test('1.17: a Host header does not follow, and so the other host neither takes nor sets the cookies of the first', async () => {
    await using target = await startHttpServer((_request, response) => {
      response.setHeader('Set-Cookie', 'planted=1').end();
    });
    await using first = await startHttpServer(redirectTo(() => elsewhere(target), 'secret=1'));
    const session = new Session();
    await session.get(first.url, { headers: { Host: 'bank.example' } });
    expect(session.cookies.get('secret', { domain: 'bank.example' })).toBe('1');
    expect(target.requests[0]?.headers.host).toBe(`localhost:${target.port}`);
    expect(target.requests[0]?.headers.cookie).toBeUndefined();
    expect(session.cookies.get('planted', { domain: 'bank.example' })).toBeNull();
  });

  test('1.6: on the same host cookies follow, to another port, too, as cookies know no ports', async () => {
    await using target = await startHttpServer();
    await using first = await startHttpServer(redirectTo(() => target.url, 'set=1'));
    await new Session().get(first.url, { cookies: { own: '2' }, headers: { Host: 'named.example' } });
    expect(target.requests[0]?.headers).toMatchObject({ cookie: 'own=2; set=1', host: 'named.example' });
  });

  test('1.16: the answer to a Digest challenge does not follow', async () => {
    await using target = await startHttpServer();
    await using first = await startHttpServer((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="r", nonce="n", qop="auth"' }).end();
      } else response.writeHead(302, { Location: elsewhere(target) }).end();
    });
    await new Session().get(first.url, { auth: new HTTPDigestAuth('user', 'secret') });
    expect([first.requests.length, secretsAt(target)]).toEqual([2, [null]]);
  });
});

describe('1.6: out of TLS', () => {
  test('neither Authorization nor cookies without a domain nor Secure cookies go', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    disable_warnings();
    await using target = await startHttpServer();
    await using first = await startTlsServer(redirectTo(() => target.url, 'guarded=1; Secure', 'open=2'));
    const session = new Session();
    session.cookies.set('loose', '3');
    await session.get(first.url, { auth: ['user', 'secret'], cookies: { own: '4' }, verify: false });
    expect(first.requests[0]?.headers).toMatchObject({ cookie: 'loose=3; own=4' });
    expect(target.requests[0]?.headers.authorization).toBeUndefined();
    expect(target.requests[0]?.headers.cookie).toBe('open=2');
    await session.close();
  });

  test('1.15: the credentials of a proxy go to the proxy alone', async () => {
    await using target = await startHttpServer();
    await using proxy = await startProxyServer({ credentials: 'user:secret' });
    await using first = await startHttpServer(redirectTo(() => target.url));
    const proxies = { [first.url]: '', http: proxy.url.replace('://', '://user:secret@') };
    await new Session().get(first.url, { proxies, headers: { 'Proxy-Authorization': 'Basic other' } });
    expect(proxy.headers.map((headers) => headers['proxy-authorization'])).not.toContain(undefined);
    expect(secretsAt(target).filter(Boolean)).toEqual([]);
  });
});

const SECRET = 'Rumpelstilzchen';
const BASE64 = Buffer.from(`user:${SECRET}`).toString('base64');

/** Everything that a console or a log could show of `value`. */
function shown(value: unknown): string {
  const texts = [inspect(value, { depth: 12, maxStringLength: null, maxArrayLength: null }), String(value)];
  for (let error = value; error instanceof Error; error = error.cause) {
    texts.push(error.message, error.stack ?? '', JSON.stringify(error));
  }
  return texts.join('\n');
}

function expectNoSecret(value: unknown): void {
  expect(shown(value)).not.toContain(SECRET);
  expect(shown(value)).not.toContain(BASE64);
}

describe('credentials are not shown', () => {
  test.each([
    new HTTPBasicAuth('user', SECRET),
    new HTTPProxyAuth('user', SECRET),
    new HTTPDigestAuth('user', SECRET),
  ])('1.16: by %o', async (auth) => {
    expectNoSecret(auth);
    if (!(auth instanceof HTTPDigestAuth)) return;
    await using server = await startHttpServer((_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Digest realm="r", nonce="n", qop="auth"' }).end();
    });
    expectNoSecret(await new Session().get(server.url, { auth }));
    expectNoSecret(auth);
  });

  test.each(['Session', 'FuturesSession'])('1.2, 3.33: by a %s', async (kind) => {
    const session = kind === 'Session' ? new Session() : new FuturesSession();
    session.auth = ['user', SECRET];
    session.proxies = { http: `http://user:${SECRET}@proxy.invalid:1` };
    session.headers.set('Authorization', `Bearer ${SECRET}`);
    session.cookies.set('session', SECRET);
    expectNoSecret(session);
    session.auth = new HTTPDigestAuth('user', SECRET);
    expectNoSecret(session);
    await session.close();
  });

  test('1.7, 1.12, 3.33: by a request, prepared or not, a response, or its adapter', async () => {
    await using server = await startHttpServer();
    const url = server.url.replace('://', `://user:${SECRET}@`);
    const request = new Request('GET', url, {
      auth: ['user', SECRET],
      headers: { 'X-Api-Key': SECRET },
      cookies: { c: SECRET },
      data: { password: SECRET },
    });
    expectNoSecret(request);
    expectNoSecret(request.prepare());
    const session = new Session();
    const response = await session.get(url, { cookies: { c: SECRET }, headers: { 'X-Api-Key': SECRET } });
    for (const one of [
      response.request,
      response.raw,
      response.connection,
      response.history,
      session.adapters,
    ]) {
      expectNoSecret(one);
    }
    expect(inspect(response)).toBe('<Response [200]>');
    const future = new FuturesSession().get(url, { auth: ['user', SECRET] });
    expectNoSecret(future);
    await future;
    expectNoSecret(future);
    await session.close();
  });

  test.each(ADAPTERS)('1.15: by an %s that knows proxies with credentials', async (_name, Adapter) => {
    await using server = await startHttpServer();
    await using proxy = await startProxyServer({ credentials: `user:${SECRET}` });
    const adapter = new Adapter();
    const session = new Session();
    session.mount('http://', adapter);
    const proxies = { http: proxy.url.replace('://', `://user:${SECRET}@`) };
    expect((await session.get(server.url, { proxies })).headers['x-proxied']).toBe('yes');
    expectNoSecret(adapter);
    expectNoSecret(session);
    await session.close();
  });

  type Failing = (session: Session, server: HttpServer) => Promise<unknown>;
  const withSecret = (url: string): string => url.replace('://', `://user:${SECRET}@`);
  const failures: Record<string, Failing> = {
    'a refused connection': async (session) =>
      session.get(withSecret(`http://127.0.0.1:${await refusedPort()}/`), { auth: ['user', SECRET] }),
    'a broken answer': (session, server) => {
      server.handler = (_request, response) => response.socket?.end('GARBAGE\r\n\r\n');
      return session.get(withSecret(server.url), { headers: { Authorization: `Bearer ${SECRET}` } });
    },
    'a timeout': (session, server) => {
      server.handler = () => undefined;
      return session.get(withSecret(server.url), { timeout: 0.05 });
    },
    'too many redirects': (session, server) => {
      server.handler = redirectTo(() => '/again');
      session.max_redirects = 1;
      return session.get(server.url, { auth: ['user', SECRET], cookies: { a: SECRET } });
    },
    'a proxy that refuses': async (session, server) =>
      session.get(server.url, {
        proxies: { http: `http://user:${SECRET}@127.0.0.1:${await refusedPort()}` },
      }),
    'a proxy that refuses a tunnel': async (session) => {
      await using proxy = await startProxyServer({ credentials: 'another:one' });
      return await session.get('https://host.invalid/', { proxies: { https: withSecret(proxy.url) } });
    },
    'a SOCKS proxy that refuses': async (session, server) =>
      session.get(server.url, {
        proxies: { http: `socks5://user:${SECRET}@127.0.0.1:${await refusedPort()}` },
      }),
    'a proxy URL without a host': (session, server) =>
      session.get(server.url, { proxies: { http: `http://user:${SECRET}@` } }),
    'a proxy scheme that nobody knows': (session, server) =>
      session.get(server.url, { proxies: { http: `gopher://user:${SECRET}@host.invalid` } }),
    'a URL with a bad port': (session) => session.get(`http://user:${SECRET}@host:99999/`),
    'a URL with a bad host': (session) => session.get(`http://user:${SECRET}@*.example/`),
    'a URL without a host': (session) => session.get(`http://user:${SECRET}@/`),
    'a URL without a scheme': (session) => session.get(`user:${SECRET}@example.com/`),
    'a URL with an unknown scheme': (session) => session.get(`foo://user:${SECRET}@example.com/`),
    'a header that is refused': (session, server) =>
      session.get(server.url, { headers: { Authorization: `${SECRET}\r\n` } }),
    'a header of the wrong type': (session, server) =>
      session.get(server.url, { headers: { Authorization: [SECRET] as unknown as string } }),
    'a header beyond latin-1': (session, server) =>
      session.get(server.url, { headers: { Authorization: `${SECRET}☃` } }),
    'a password beyond latin-1': (session, server) =>
      session.get(server.url, { auth: ['user', `${SECRET}☃`] }),
    'auth of the wrong shape': (session, server) =>
      session.get(server.url, { auth: ['user', SECRET, 'x'] as unknown as [string, string] }),
    'status errors': async (session, server) => {
      server.handler = (_request, response) => response.writeHead(500).end();
      const response = await session.get(withSecret(server.url), { auth: ['user', SECRET] });
      response.raise_for_status();
    },
    'text that is no JSON': async (session, server) => {
      server.handler = (_request, response) => response.end(SECRET);
      return (await session.get(server.url)).json();
    },
  };

  test.each(Object.entries(failures))('1.13: by the exception for %s', async (_name, fail) => {
    await using server = await startHttpServer();
    const session = new Session();
    const error: unknown = await fail(session, server).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    expectNoSecret(error);
    await session.close();
  });

  test('1.7: by a prepared request that was made by hand', () => {
    const request = new PreparedRequest();
    request.prepare({
      method: 'POST',
      url: withSecret('http://host/'),
      auth: ['user', SECRET],
      data: { password: SECRET },
    });
    expectNoSecret(request);
  });
});
