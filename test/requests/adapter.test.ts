import { once } from 'node:events';
import nodeFetch from 'node-fetch';
import { afterEach, describe, expect, test } from 'vitest';
import { AbortToken, NotImplementedError } from '../../src/builtins/index.js';
import {
  BaseAdapter,
  type FetchFunction,
  HTTPAdapter,
  type HTTPAdapterOptions,
} from '../../src/requests/adapters/index.js';
import {
  AbortError,
  ChunkedEncodingError,
  ConnectionError,
  ReadTimeout,
  ResponseTooLarge,
} from '../../src/requests/exceptions/requests.js';
import type { PreparedRequest } from '../../src/requests/models/prepared-request.js';
import type { Response } from '../../src/requests/models/response.js';
import { kContext, type SendOptions } from '../../src/requests/types.js';
import { Retry } from '../../src/requests/packages/urllib3.js';
import { echo, refusedPort, startHttpServer } from '../helpers/servers/http-server.js';
import { answering, reply, startRawServer } from '../helpers/servers/raw-server.js';
import { failureOf, watchUnhandled } from '../helpers/failures.js';
import { prepare, send } from '../helpers/send.js';
import { ADAPTERS } from '../helpers/adapters.js';

const adapters: HTTPAdapter[] = [];
function closedLater(adapter: HTTPAdapter): HTTPAdapter {
  adapters.push(adapter);
  return adapter;
}
afterEach(() => {
  for (const adapter of adapters.splice(0)) adapter.close();
});

describe.each(ADAPTERS)('%s', (name, Adapter) => {
  const newAdapter = (options?: ConstructorParameters<typeof Adapter>[0]): HTTPAdapter =>
    closedLater(new Adapter(options));

  describe('1.15: what an adapter is made with and does', () => {
    test('keeps what it was made with, and refuses what it does not know', () => {
      const adapter = new Adapter({
        pool_connections: 3,
        pool_maxsize: 4,
        pool_block: true,
        max_retries: 5,
      });
      expect(adapter).toMatchObject({
        _pool_connections: 3,
        _pool_maxsize: 4,
        _pool_block: true,
        config: {},
      });
      expect(adapter.poolmanager).toMatchObject({ num_pools: 3, maxsize: 4, block: true });
      expect(new Adapter()).toMatchObject({ _pool_connections: 10, _pool_maxsize: 10, _pool_block: false });
      expect(() => new Adapter({ retries: 3 } as object)).toThrow(
        `${name}() got an unexpected keyword argument 'retries'`,
      );
    });

    test('gives the response its request and itself', async () => {
      await using server = await startHttpServer();
      const adapter = newAdapter();
      const request = prepare(server.url);
      const response = await send(adapter, request);
      expect(response.request).toBe(request);
      expect(response.connection).toBe(adapter);
      expect(response.url).toBe(`${server.url}/`);
    });

    test('calls the steps that a subclass may override, with the settings of the request', async () => {
      await using server = await startHttpServer();
      const seen: SendOptions[] = [];
      class Signing extends Adapter {
        override add_headers(request: PreparedRequest, options: SendOptions): void {
          seen.push(options);
          request.headers['X-Signed'] = 'yes';
        }
        override build_response(...args: Parameters<HTTPAdapter['build_response']>): Response {
          return Object.assign(super.build_response(...args), { reason: 'Changed' });
        }
      }
      const adapter = new Signing();
      const options = { timeout: 5, stream: false };
      const response = await send(adapter, prepare(server.url), options);
      expect(seen).toEqual([options]);
      expect([response.reason, server.requests[0]?.headers['x-signed']]).toEqual(['Changed', 'yes']);
      adapter.close();
    });

    test('a subclass may add a default timeout, as many recipes do', async () => {
      await using server = await startRawServer(() => undefined);
      class Impatient extends Adapter {
        override send(request: PreparedRequest, options: SendOptions = {}): Promise<Response> {
          return super.send(request, { ...options, timeout: options.timeout ?? 0.05 });
        }
      }
      const adapter = new Impatient();
      await failureOf(send(adapter, server.url, { timeout: null }), ReadTimeout);
    });

    test('max_response_size is handed on', async () => {
      await using server = await startHttpServer((_request, response) => {
        response.end('x'.repeat(1000));
      });
      await failureOf(send(newAdapter(), server.url, { max_response_size: 999 }), ResponseTooLarge);
      expect(await (await send(newAdapter(), server.url, { max_response_size: 1000 })).read()).toHaveLength(
        1000,
      );
    });

    test('[::1] and localhost are reached', async () => {
      await using server = await startHttpServer(echo, { host: '::1' });
      const response = await send(newAdapter(), server.url);
      expect(response.json()).toMatchObject({
        headers: [
          ['Host', `[::1]:${server.port}`],
          ['Accept-Encoding', 'identity'],
        ],
      });
      await using other = await startHttpServer();
      expect((await send(newAdapter(), `http://localhost:${other.port}/`)).status_code).toBe(200);
    });

    test('hosts that the WHATWG URL class would rewrite are connected to as they are written', async () => {
      const adapter = newAdapter();
      const request = prepare('http://h.test/');
      request.url = 'http://[fe80::1%25lo]:81/x';
      const pool = adapter.get_connection_with_tls_context(request, true);
      expect([pool.host, pool.port]).toEqual(['fe80::1%lo', 81]);
      request.url = 'http://0x7f.1/x';
      expect(adapter.get_connection_with_tls_context(request, true).host).toBe('0x7f.1');
      await Promise.resolve();
    });
  });

  describe('abort', () => {
    test.each(['signal', 'token'])('by %s: before anything is sent', async (kind) => {
      await using server = await startHttpServer();
      const token = new AbortToken();
      token.abort('why');
      const options =
        kind === 'token'
          ? { [kContext]: { token: token, trace: null } }
          : { signal: AbortSignal.abort('why') };
      const request = prepare(server.url);
      const error = await failureOf(send(newAdapter(), request, options), AbortError);
      expect([error.cause, error.request]).toEqual(['why', request]);
      expect(server.connections).toBe(0);
    });

    test.each(['signal', 'token'])(
      'by %s: while waiting for the head, which closes the connection',
      async (kind) => {
        const unhandled = watchUnhandled();
        await using server = await startRawServer(() => undefined);
        const token = new AbortToken();
        const controller = new AbortController();
        const options =
          kind === 'token' ? { [kContext]: { token: token, trace: null } } : { signal: controller.signal };
        const sent = failureOf(send(newAdapter(), server.url, options), AbortError);
        await server.waitForConnections(1);
        await server.connections[0]?.readHead();
        if (kind === 'token') token.abort('why');
        else controller.abort('why');
        expect((await sent).cause).toBe('why');
        await server.connections[0]?.waitForEnd();
        await unhandled.settle();
        expect(unhandled.errors).toEqual([]);
      },
    );

    test.each([true, false])('under the body, stream %s', async (stream) => {
      const unhandled = watchUnhandled();
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
      });
      const controller = new AbortController();
      const response = await newAdapter().send(prepare(server.url), { stream, signal: controller.signal });
      const read = failureOf(response.read(), AbortError);
      controller.abort('why');
      expect((await read).cause).toBe('why');
      await server.connections[0]?.waitForEnd();
      await unhandled.settle();
      expect(unhandled.errors).toEqual([]);
    });

    test('while connecting, in the same turn, and while waiting for a slot', async () => {
      await using server = await startHttpServer(() => undefined);
      const adapter = newAdapter({ pool_maxsize: 1, pool_block: true });
      const first = new AbortToken();
      const second = new AbortToken();
      const one = failureOf(
        send(adapter, server.url, { [kContext]: { token: first, trace: null } }),
        AbortError,
      );
      const two = failureOf(
        send(adapter, server.url, { [kContext]: { token: second, trace: null } }),
        AbortError,
      );
      second.abort();
      await two;
      await server.waitForInFlight(1);
      first.abort();
      await one;
      server.handler = echo;
      expect((await send(adapter, server.url)).status_code).toBe(200);
      expect(server.requests).toHaveLength(2);
      const now = new AbortToken();
      const three = failureOf(
        send(newAdapter(), server.url, { [kContext]: { token: now, trace: null } }),
        AbortError,
      );
      now.abort();
      await three;
    });

    test('while a POST waits to hear of closed connections, which keeps it from being sent', async () => {
      await using server = await startHttpServer();
      const adapter = newAdapter();
      await send(adapter, server.url);
      const token = new AbortToken();
      const sent = failureOf(
        send(adapter, prepare(server.url, { method: 'POST' }), { [kContext]: { token: token, trace: null } }),
        AbortError,
      );
      token.abort();
      await sent;
      await send(adapter, server.url);
      expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
    });

    test('under an upload, which stops reading the body', async () => {
      await using server = await startRawServer(() => undefined);
      const { promise: closed, resolve: close } = withResolvers();
      const token = new AbortToken();
      const body = (async function* () {
        try {
          for (;;) {
            yield 'x'.repeat(1000);
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        } finally {
          close();
        }
      })();
      const request = prepare(server.url, { method: 'POST', data: body });
      const sent = failureOf(
        send(newAdapter(), request, { [kContext]: { token: token, trace: null } }),
        AbortError,
      );
      await server.waitForConnections(1);
      await server.connections[0]?.readHead();
      token.abort();
      await sent;
      await server.connections[0]?.waitForEnd();
      await closed;
    });

    test('after the end does nothing, and the connection lives on', async () => {
      await using server = await startHttpServer();
      const adapter = newAdapter();
      const controller = new AbortController();
      const response = await send(adapter, server.url, { signal: controller.signal });
      controller.abort();
      expect((await response.read()).length).toBeGreaterThan(0);
      await send(adapter, server.url);
      expect(server.connections).toBe(1);
    });
  });

  describe('an answer before the whole request is out', () => {
    test('is the response, and the body is not read on', async () => {
      const unhandled = watchUnhandled();
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        connection.end('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno');
      });
      const { promise: closed, resolve: close } = withResolvers();
      const endless = (async function* () {
        try {
          for (;;) {
            yield Buffer.alloc(10_000);
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        } finally {
          close();
        }
      })();
      const response = await send(newAdapter(), prepare(server.url, { method: 'POST', data: endless }), {
        timeout: 5,
      });
      expect([response.status_code, String(await response.read())]).toEqual([413, 'no']);
      await closed;
      await unhandled.settle();
      expect(unhandled.errors).toEqual([]);
    });

    test('in full leaves its connection to the next request once the body is out', async () => {
      await using server = await startHttpServer(
        (request, response) => {
          response.end('early');
          request.resume();
        },
        { buffer: false },
      );
      const adapter = newAdapter();
      const data = Buffer.alloc(5_000_000);
      for (let i = 0; i < 3; i++) {
        const response = await send(adapter, prepare(server.url, { method: 'PUT', data }));
        expect(String(await response.read())).toBe('early');
      }
    });
  });

  describe("Node's own view of what is sent", () => {
    test.runIf(name === 'HTTPAdapter')(
      'the response that tools see has its headers, which HTTPAdapter alone gives',
      async () => {
        const { subscribe, unsubscribe } = await import('node:diagnostics_channel');
        await using server = await startRawServer(answering(reply('ok', { headers: ['X-Tool: seen'] })));
        const responses: { headers: Record<string, unknown> }[] = [];
        const listen = (message: unknown): void => {
          responses.push((message as { response: { headers: Record<string, unknown> } }).response);
        };
        subscribe('http.client.response.finish', listen);
        await send(newAdapter(), server.url);
        unsubscribe('http.client.response.finish', listen);
        expect(responses[0]?.headers).toMatchObject({ 'x-tool': 'seen' });
      },
    );

    test('a request in flight is closed with its socket when the process of the server dies', async () => {
      await using server = await startHttpServer(() => undefined);
      const sent = failureOf(send(newAdapter(), server.url), ConnectionError);
      await server.waitForInFlight(1);
      const [socket] = server.sockets;
      server.closeConnections();
      if (socket && !socket.destroyed) await once(socket, 'close');
      await sent;
    });
  });

  function withResolvers(): { promise: Promise<void>; resolve: () => void } {
    let resolve = (): void => undefined;
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    return { promise, resolve };
  }
});

describe('1.15: BaseAdapter', () => {
  class Empty extends BaseAdapter {}

  test('leaves both of its methods to others', async () => {
    expect(await failureOf(new Empty().send(prepare('http://h/')))).toBeInstanceOf(NotImplementedError);
    expect(() => new Empty().close()).toThrow(NotImplementedError);
  });
});

describe('1.15: a fetch function in the place of node-fetch, which HTTPAdapter alone takes', () => {
  const newAdapter = (options?: HTTPAdapterOptions): HTTPAdapter => closedLater(new HTTPAdapter(options));
  const fetches: [string, FetchFunction][] = [
    ['the global fetch', globalThis.fetch as FetchFunction],
    // Its own types know a narrower body than those of the platform.
    ['node-fetch itself', nodeFetch as unknown as FetchFunction],
  ];

  describe.each(fetches)('%s', (_name, fetch) => {
    test('sends method, headers and body, and hands redirects over', async () => {
      await using server = await startHttpServer();
      const adapter = newAdapter({ fetch });
      const request = prepare(`${server.url}/p?q`, { method: 'POST', data: 'body', headers: { 'X-A': 'b' } });
      const response = await send(adapter, request);
      expect(response.json()).toMatchObject({ method: 'POST', url: '/p?q', body: 'body' });
      expect(server.requests[0]?.headers['x-a']).toBe('b');
      expect(response.headers['content-type']).toBe('application/json');
      server.handler = (_request, answer) => {
        answer.writeHead(200, { 'Content-Length': '3' }).end('abc');
      };
      expect((await send(adapter, server.url)).headers['content-length']).toBe('3');
      server.handler = (_request, answer) => {
        answer.writeHead(302, { Location: '/x', 'Set-Cookie': ['a=1', 'b=2'] }).end();
      };
      const redirect = await send(adapter, `${server.url}/r`);
      expect([redirect.status_code, redirect.headers['location']]).toEqual([302, '/x']);
    });

    test('sends a generator', async () => {
      await using server = await startHttpServer();
      const parts = (function* () {
        yield 'a';
        yield 'b';
      })();
      const request = prepare(server.url, { method: 'POST', data: parts });
      expect((await send(newAdapter({ fetch }), request)).json()).toMatchObject({ body: 'ab' });
    });

    test('a compressed body that it has decoded is not decoded again', async () => {
      const { gzipSync } = await import('node:zlib');
      await using server = await startHttpServer((_request, response) => {
        response.setHeader('Content-Encoding', 'gzip');
        response.end(gzipSync('decoded'));
      });
      const request = prepare(server.url, { headers: { 'Accept-Encoding': 'gzip' } });
      const response = await send(newAdapter({ fetch }), request);
      expect(String(await response.read())).toBe('decoded');
      expect(response.headers['content-encoding']).toBeUndefined();
    });

    test('its failures, timeouts and aborts are those of requests', async () => {
      const unhandled = watchUnhandled();
      const port = await refusedPort();
      const refused = await failureOf(
        send(newAdapter({ fetch }), `http://127.0.0.1:${port}/`),
        ConnectionError,
      );
      expect(refused.message).toContain('ConnectionRefusedError(111');
      await using silent = await startRawServer(() => undefined);
      await failureOf(send(newAdapter({ fetch }), silent.url, { timeout: 0.05 }), ReadTimeout);
      const controller = new AbortController();
      const aborted = failureOf(
        send(newAdapter({ fetch }), silent.url, { signal: controller.signal }),
        AbortError,
      );
      await silent.waitForConnections(2);
      controller.abort('why');
      expect((await aborted).cause).toBe('why');
      await using stalls = await startRawServer(async (connection) => {
        await connection.readHead();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
      });
      const late = await failureOf(send(newAdapter({ fetch }), stalls.url, { timeout: 1 }), ConnectionError);
      expect(late.message).toContain('Read timed out.');
      await using short = await startRawServer(async (connection) => {
        await connection.readHead();
        connection.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
      });
      await failureOf(send(newAdapter({ fetch }), short.url), ChunkedEncodingError);
      await unhandled.settle();
      expect(unhandled.errors).toEqual([]);
    });

    test('retries as a Retry says', async () => {
      let count = 0;
      await using server = await startHttpServer((_request, response) => {
        count += 1;
        response.statusCode = count < 3 ? 500 : 200;
        response.end();
      });
      const max_retries = new Retry({ total: 3, status_forcelist: [500] });
      expect((await send(newAdapter({ fetch, max_retries }), server.url)).status_code).toBe(200);
    });
  });

  test('what it cannot do is refused, not left out', async () => {
    const adapter = newAdapter({ fetch: globalThis.fetch as FetchFunction });
    const cases: [PreparedRequest, SendOptions][] = [
      [prepare('http://h.test/', { data: 'x' }), {}],
      [prepare('http://h.test/'), { proxies: { http: 'http://proxy.test' } }],
      [prepare('https://h.test/'), { verify: false }],
      [prepare('https://h.test/'), { cert: '/some/file' }],
    ];
    for (const [request, options] of cases) {
      await failureOf(send(adapter, request, options), NotImplementedError);
    }
  });
});
