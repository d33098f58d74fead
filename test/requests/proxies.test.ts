import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { AbortToken } from '../../src/builtins/index.js';
import type { HTTPAdapter } from '../../src/requests/adapters/index.js';
import {
  AbortError,
  ConnectionError,
  ConnectTimeout,
  InvalidProxyURL,
  InvalidURL,
  ProxyError,
  ReadTimeout,
  SSLError,
} from '../../src/requests/exceptions/requests.js';
import { kContext } from '../../src/requests/types.js';
import { loopbackCertificate, testAuthority } from '../helpers/servers/certificates.js';
import { startFullBacklog } from '../helpers/servers/full-backlog.js';
import { type Handler, refusedPort, startHttpServer } from '../helpers/servers/http-server.js';
import { startProxyServer } from '../helpers/servers/proxy-server.js';
import { answering, reply, startRawServer } from '../helpers/servers/raw-server.js';
import { failureOf, watchUnhandled } from '../helpers/failures.js';
import { prepare, send } from '../helpers/send.js';
import { startSocksServer } from '../helpers/servers/socks-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';
import { ADAPTERS } from '../helpers/adapters.js';

describe.each(ADAPTERS)('%s', (_name, Adapter) => {
  const directory = mkdtempSync(join(tmpdir(), 'requests-proxies-'));
  const verify = join(directory, 'ca.pem');
  writeFileSync(verify, testAuthority().cert);
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const adapters: HTTPAdapter[] = [];
  function newAdapter(options?: ConstructorParameters<typeof Adapter>[0]): HTTPAdapter {
    const adapter = new Adapter(options);
    adapters.push(adapter);
    return adapter;
  }
  afterEach(() => {
    for (const adapter of adapters.splice(0)) adapter.close();
  });

  describe('1.15: an HTTP proxy for plain requests', () => {
    test('is asked for the whole URL without fragment and credentials; Host is the host of the URL', async () => {
      await using proxy = await startRawServer(answering(reply('proxied')));
      const url = 'http://user:pass@example.test:80/a%20b?c#d';
      const response = await send(newAdapter(), prepare(url), { proxies: { http: proxy.url } });
      expect(String(await response.read())).toBe('proxied');
      expect(proxy.connections[0]?.text.split('\r\n').slice(0, 2)).toEqual([
        'GET http://example.test:80/a%20b?c HTTP/1.1',
        'Host: example.test:80',
      ]);
    });

    test('serves all hosts over the same connection', async () => {
      await using a = await startHttpServer();
      await using b = await startHttpServer();
      await using proxy = await startProxyServer();
      const adapter = newAdapter();
      for (const { url } of [a, b, a]) {
        const response = await send(adapter, `${url}/x`, { proxies: { http: proxy.url } });
        expect(response.headers['x-proxied']).toBe('yes');
      }
      expect(proxy.requests).toEqual([`GET ${a.url}/x`, `GET ${b.url}/x`, `GET ${a.url}/x`]);
      expect(proxy.connections).toBe(1);
    });

    test('is found by scheme and host, by scheme, by all; its own scheme may be left out', async () => {
      await using server = await startHttpServer();
      await using proxy = await startProxyServer();
      const place = `127.0.0.1:${proxy.port}`;
      for (const proxies of [
        { 'http://127.0.0.1': place },
        { http: place },
        { 'all://127.0.0.1': place },
        { all: place },
      ]) {
        await send(newAdapter(), server.url, { proxies });
      }
      for (const proxies of [{}, { https: place }, { http: null, all: place }, { http: '' }]) {
        await send(newAdapter(), server.url, { proxies });
      }
      expect(proxy.requests).toHaveLength(4);
    });

    test('is shown the credentials of its URL, decoded; the server is not', async () => {
      await using server = await startHttpServer();
      await using proxy = await startProxyServer({ credentials: 'us er:p@:s' });
      const url = `http://us%20er:p%40%3As@127.0.0.1:${proxy.port}`;
      const response = await send(newAdapter(), server.url, { proxies: { http: url } });
      expect(response.status_code).toBe(200);
      expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
      const refused = await send(newAdapter(), server.url, { proxies: { http: proxy.url } });
      expect(refused.status_code).toBe(407);
    });

    test('may itself speak TLS', async () => {
      await using server = await startHttpServer();
      await using proxy = await startProxyServer({ certificate: loopbackCertificate() });
      const options = { proxies: { http: proxy.url }, verify };
      expect((await send(newAdapter(), server.url, options)).headers['x-proxied']).toBe('yes');
      const error = await failureOf(send(newAdapter(), server.url, { ...options, verify: true }), ProxyError);
      expect(error.message).toContain(
        "(Caused by ProxyError('Unable to connect to proxy', SSLError(SSLCertVerificationError(",
      );
    });

    test('sends a GET with a body on', async () => {
      await using server = await startHttpServer();
      await using proxy = await startProxyServer();
      const response = await send(newAdapter(), prepare(server.url, { data: 'x' }), {
        proxies: { http: proxy.url },
      });
      expect(response.json()).toMatchObject({ method: 'GET', body: 'x' });
    });
  });

  describe('1.15: an HTTP proxy for TLS', () => {
    test('is asked for a tunnel, which is used again', async () => {
      await using server = await startTlsServer();
      await using proxy = await startProxyServer();
      const adapter = newAdapter();
      const options = { proxies: { https: proxy.url }, verify };
      for (let i = 0; i < 3; i++) {
        const response = await send(adapter, `${server.url}/x?y`, options);
        expect(response.json()).toMatchObject({
          url: '/x?y',
          headers: [
            ['Host', `127.0.0.1:${server.port}`],
            ['Accept-Encoding', 'identity'],
          ],
        });
      }
      expect(proxy.requests).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
      expect(server.connections).toBe(1);
      adapter.close();
      await server.waitForOpenConnections(0);
    });

    test('is shown its credentials with CONNECT, and the server never sees them', async () => {
      await using server = await startTlsServer();
      await using proxy = await startProxyServer({ credentials: 'u:p%' });
      const url = `http://u:p%25@127.0.0.1:${proxy.port}`;
      await send(newAdapter(), server.url, { proxies: { https: url }, verify });
      expect(proxy.headers[0]).toMatchObject({
        'proxy-authorization': expect.stringMatching(/^Basic /) as string,
      });
      expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    });

    test.each(['http', 'https'] as const)(
      '%s proxies: the certificate is that of the server behind',
      async (scheme) => {
        await using server = await startTlsServer();
        const certificate = scheme === 'https' ? { certificate: loopbackCertificate() } : {};
        await using proxy = await startProxyServer({
          ...certificate,
          tunnelTo: { host: '127.0.0.1', port: server.port },
        });
        const proxies = { https: proxy.url };
        expect((await send(newAdapter(), `https://localhost:1/`, { proxies, verify })).status_code).toBe(200);
        // The server has a certificate for localhost and 127.0.0.1, and the proxy leads there whoever is asked for.
        for (const host of ['other.test', '127.0.0.9']) {
          const error = await failureOf(
            send(newAdapter(), `https://${host}/`, { proxies, verify }),
            SSLError,
          );
          expect(error.message).toContain(`certificate is not valid for '${host}'`);
          expect(error).not.toBeInstanceOf(ProxyError);
        }
        expect(
          (await send(newAdapter(), 'https://other.test/', { proxies, verify: false })).status_code,
        ).toBe(200);
      },
    );

    test('that refuses is a ProxyError with its answer', async () => {
      await using proxy = await startProxyServer({ credentials: 'a:b' });
      const sent = send(newAdapter(), 'https://example.test/x', { proxies: { https: proxy.url } });
      const error = await failureOf(sent, ProxyError);
      expect(error.message).toBe(
        "HTTPSConnectionPool(host='example.test', port=443): Max retries exceeded with url: /x (Caused by " +
          "ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 407 Proxy Authentication Required')))",
      );
      expect(error.request?.url).toBe('https://example.test/x');
    });

    test.each([
      [
        'closes',
        (text: string) => text,
        "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
      ],
      ['answers garbage', () => 'GARBAGE\r\n\r\n', "('Connection aborted.', BadStatusLine())"],
    ])('that %s is a ConnectionError', async (_name, answer, message) => {
      await using proxy = await startRawServer(async (connection) => {
        await connection.readHead();
        connection.end(answer(''));
      });
      const sent = send(newAdapter(), 'https://example.test/', { proxies: { https: proxy.url } });
      expect((await failureOf(sent, ConnectionError)).message).toBe(message);
    });

    test('that says nothing is a ReadTimeout with the limit of connecting, and is let go of', async () => {
      await using proxy = await startRawServer(() => undefined);
      for (const scheme of ['http', 'https']) {
        const url = proxy.url.replace('http', scheme);
        const options = { proxies: { https: url }, timeout: [0.1, 30] as const };
        const error = await failureOf(send(newAdapter(), 'https://example.test/', options), ReadTimeout);
        expect(error.message).toBe(
          "HTTPSConnectionPool(host='example.test', port=443): Read timed out. (read timeout=0.1)",
        );
      }
      await Promise.all(proxy.connections.map((connection) => connection.waitForEnd()));
    });

    test('a request that is aborted meanwhile lets go of the proxy', async () => {
      const unhandled = watchUnhandled();
      await using proxy = await startRawServer(() => undefined);
      const token = new AbortToken();
      const options = { proxies: { https: proxy.url }, [kContext]: { token: token, trace: null } };
      const sent = failureOf(send(newAdapter(), 'https://example.test/', options), AbortError);
      await proxy.waitForConnections(1);
      token.abort();
      await sent;
      await proxy.connections[0]?.waitForEnd();
      await unhandled.settle();
      expect(unhandled.errors).toEqual([]);
    });
  });

  describe('1.13: proxies that cannot be reached', () => {
    test.each(['http', 'https'])('for %s it is a ProxyError', async (scheme) => {
      const port = await refusedPort();
      const sent = send(newAdapter(), `${scheme}://example.test/`, {
        proxies: { [scheme]: `http://127.0.0.1:${port}` },
      });
      const error = await failureOf(sent, ProxyError);
      const cls = scheme.toUpperCase();
      const pool = scheme === 'https' ? "host='example.test', port=443" : `host='127.0.0.1', port=${port}`;
      expect(error.message).toBe(
        `${cls}ConnectionPool(${pool}): Max retries exceeded with url: ${scheme === 'https' ? '/' : 'http://example.test/'} ` +
          `(Caused by ProxyError('Unable to connect to proxy', NewConnectionError("${cls}Connection(host='127.0.0.1', ` +
          `port=${port}): Failed to establish a new connection: [Errno 111] Connection refused")))`,
      );
    });

    test('one that does not accept in time is a ProxyError, too', async () => {
      await using proxy = await startFullBacklog();
      for (const scheme of ['http', 'https']) {
        const options = { proxies: { [scheme]: proxy.url }, timeout: 0.1 };
        const error = await failureOf(send(newAdapter(), `${scheme}://example.test/`, options), ProxyError);
        expect(error.message).toContain("'Connection to 127.0.0.1 timed out. (connect timeout=0.1)')))");
      }
    });

    test('one spoken to in TLS that knows none is named as such', async () => {
      await using server = await startHttpServer();
      const options = { proxies: { http: server.url.replace('http:', 'https:') } };
      const error = await failureOf(send(newAdapter(), 'http://example.test/', options), ProxyError);
      expect(error.message).toContain('Your proxy appears to only use HTTP and not HTTPS');
    });
  });

  describe('1.13: proxies that do not answer a plain request', () => {
    test.each([
      ['closes', 'end', "RemoteDisconnected('Remote end closed connection without response')"],
      ['resets', 'reset', "ConnectionResetError(104, 'Connection reset by peer')"],
    ] as const)(
      'one that %s is a ProxyError, on a new connection and on a kept one',
      async (_name, end, text) => {
        await using proxy = await startRawServer(async (connection) => {
          await connection.readHead();
          if (connection.number === 2) {
            await connection.write(reply('first'));
            await connection.readRequest();
          }
          connection[end]();
        });
        const adapter = newAdapter();
        const options = { proxies: { http: proxy.url } };
        const url = 'http://example.test/x';
        const message =
          `HTTPConnectionPool(host='127.0.0.1', port=${proxy.port}): Max retries exceeded with url: ${url} ` +
          `(Caused by ProxyError('Unable to connect to proxy', ${text}))`;
        expect((await failureOf(send(adapter, url, options), ProxyError)).message).toBe(message);
        expect((await send(adapter, url, options)).text).toBe('first');
        const post = prepare(url, { method: 'POST', data: 'x' });
        expect((await failureOf(send(adapter, post, options), ProxyError)).message).toBe(message);
      },
    );

    test('one that answers garbage is a ConnectionError', async () => {
      await using proxy = await startRawServer(answering('what\r\n\r\n'));
      const error = await failureOf(
        send(newAdapter(), 'http://example.test/', { proxies: { http: proxy.url } }),
        ConnectionError,
      );
      expect(error.message).toBe("('Connection aborted.', BadStatusLine('what\\r\\n'))");
      expect(error).not.toBeInstanceOf(ProxyError);
    });
  });

  describe("1.13: a proxy's URL that makes no sense", () => {
    test.each(['http:/bad', 'http://', 'http://:80'])('%s is an InvalidProxyURL', async (url) => {
      const error = await failureOf(
        send(newAdapter(), 'http://example.test/', { proxies: { http: url } }),
        InvalidProxyURL,
      );
      expect(error.message).toBe('Please check proxy URL. It is malformed and could be missing the host.');
      expect(error.request?.url).toBe('http://example.test/');
    });

    test.each(['ftp', 'socks6'])('%s:// is an InvalidURL', async (scheme) => {
      const sent = send(newAdapter(), 'http://example.test/', {
        proxies: { http: `${scheme}://u:secret@h:1` },
      });
      const error = await failureOf(sent, InvalidURL);
      expect(error.message).toBe(
        `Proxy URL had unsupported scheme ${scheme}, should use http:// or https://`,
      );
    });
  });

  describe('1.15: SOCKS', () => {
    test.each([
      ['socks4', 4, '127.0.0.1'],
      ['socks4a', 4, 'localhost'],
      ['socks5', 5, '127.0.0.1'],
      ['socks5h', 5, 'localhost'],
    ])('%s: the name is resolved where its URL says', async (scheme, version, host) => {
      await using server = await startHttpServer();
      await using secure = await startTlsServer();
      await using proxy = await startSocksServer({ names: { localhost: '127.0.0.1' } });
      const adapter = newAdapter();
      const options = { proxies: { all: `${scheme}://127.0.0.1:${proxy.port}` }, verify, timeout: 5 };
      for (const { port } of [server, server]) {
        const response = await send(adapter, `http://localhost:${port}/x`, options);
        expect(response.json()).toMatchObject({ url: '/x' });
      }
      for (let i = 0; i < 2; i++) await send(adapter, `https://localhost:${secure.port}/`, options);
      expect(proxy.requests.map((request) => [request.version, request.port])).toEqual([
        [version, server.port],
        [version, secure.port],
      ]);
      // Whether localhost is ::1 or 127.0.0.1 is the system's choice.
      if (host === 'localhost') expect(proxy.requests[0]?.host).toBe(host);
      else expect(proxy.requests[0]?.host).not.toBe('localhost');
    });

    test('with credentials, decoded', async () => {
      await using server = await startHttpServer();
      await using proxy = await startSocksServer({ credentials: ['u', 'p:@%'] });
      const url = (password: string): string => `socks5://u:${password}@127.0.0.1:${proxy.port}`;
      expect(
        (await send(newAdapter(), server.url, { proxies: { http: url('p%3A%40%25') } })).status_code,
      ).toBe(200);
      const error = await failureOf(
        send(newAdapter(), server.url, { proxies: { http: url('secret') } }),
        ConnectionError,
      );
      expect(error.message).toMatch(/^SOCKSHTTPConnectionPool\(.*NewConnectionError\("SOCKSConnection\(/);
      expect(error.message).not.toContain('secret');
    });

    test('one that refuses, or is not there, is a ConnectionError', async () => {
      await using proxy = await startSocksServer({ refuses: true });
      const port = await refusedPort();
      for (const place of [proxy.port, port]) {
        const options = { proxies: { all: `socks5://127.0.0.1:${place}` } };
        const error = await failureOf(send(newAdapter(), 'http://127.0.0.9/', options), ConnectionError);
        expect(error).not.toBeInstanceOf(ProxyError);
        expect(error.message).toContain('Failed to establish a new connection');
      }
    });

    test('a server behind it that wants a certificate of the client is an SSLError, and so is one that is not trusted', async () => {
      await using server = await startTlsServer(undefined, { requiresClientCertificate: true });
      await using proxy = await startSocksServer();
      const proxies = { all: `socks5://127.0.0.1:${proxy.port}` };
      const refused = await failureOf(send(newAdapter(), server.url, { proxies, verify }), SSLError);
      expect(refused.message).toMatch(/\[SSL: \w*ALERT_CERTIFICATE_REQUIRED\]/);
      const distrusted = await failureOf(send(newAdapter(), server.url, { proxies }), SSLError);
      expect(distrusted.message).toContain('CERTIFICATE_VERIFY_FAILED');
    });

    test('one that says nothing is a ConnectTimeout', async () => {
      await using proxy = await startSocksServer({ isSilent: true });
      const options = { proxies: { all: `socks5://127.0.0.1:${proxy.port}` }, timeout: 0.1 };
      const error = await failureOf(send(newAdapter(), 'https://127.0.0.9/', options), ConnectTimeout);
      expect(error.message).toMatch(
        /^SOCKSHTTPSConnectionPool\(host='127\.0\.0\.9', port=443\): Max retries/,
      );
    });

    test('the limit of connecting is none on the silence of a tunnel that stands, nor is there one of its own', async () => {
      const late: Handler = async (_request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 1300));
        response.end('late');
      };
      await using server = await startHttpServer(late);
      await using secure = await startTlsServer(late);
      await using proxy = await startSocksServer();
      await using slow = await startSocksServer({ delay: 1200 });
      const through = ({ port }: { port: number }): Record<string, string> => ({
        all: `socks5://127.0.0.1:${port}`,
      });
      const responses = await Promise.all([
        send(newAdapter(), secure.url, { proxies: through(proxy), timeout: [1, 5], verify }),
        send(newAdapter(), server.url, { proxies: through(slow) }),
      ]);
      for (const response of responses) expect(String(await response.read())).toBe('late');
    });
  });

  describe('1.15: the parts of proxies that a subclass may change', () => {
    test('proxy_headers, proxy_manager_for and request_url', async () => {
      await using server = await startHttpServer();
      await using proxy = await startProxyServer();
      class Tagged extends Adapter {
        override proxy_headers(url: string): Record<string, string> {
          return { ...super.proxy_headers(url), 'X-Tag': 'mine' };
        }
      }
      const adapter = new Tagged();
      await send(adapter, server.url, { proxies: { http: proxy.url } });
      expect(proxy.headers[0]?.['x-tag']).toBe('mine');
      expect(Object.keys(adapter.proxy_manager)).toEqual([proxy.url]);
      expect(adapter.proxy_manager_for(proxy.url)).toBe(adapter.proxy_manager[proxy.url]);
      const request = prepare('http://u:p@h.test/a?b#c');
      expect(adapter.request_url(request, { http: proxy.url })).toBe('http://h.test/a?b');
      expect(adapter.request_url(request, { http: 'socks5://h' })).toBe('/a?b');
      expect(adapter.request_url(request, null)).toBe('/a?b');
      expect(adapter.request_url(prepare('https://h.test/a'), { https: proxy.url })).toBe('/a');
      adapter.close();
    });
  });
});
