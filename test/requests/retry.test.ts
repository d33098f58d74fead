import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AbortToken, setLogger } from '../../src/builtins/index.js';
import type { HTTPAdapter } from '../../src/requests/adapters/index.js';
import { type HTTPAdapterOptions } from '../../src/requests/adapters/index.js';
import {
  AbortError,
  ConnectionError,
  ConnectTimeout,
  InvalidHeader,
  ReadTimeout,
  RetryError,
  SSLError,
  UnrewindableBodyError,
} from '../../src/requests/exceptions/requests.js';
import { kContext } from '../../src/requests/types.js';
import { exceptions, HTTPResponse, Retry } from '../../src/requests/packages/urllib3.js';
import { startFullBacklog } from '../helpers/servers/full-backlog.js';
import { type Handler, refusedPort, startHttpServer } from '../helpers/servers/http-server.js';
import { reply, startRawServer } from '../helpers/servers/raw-server.js';
import { failureOf } from '../helpers/failures.js';
import { prepare, send } from '../helpers/send.js';
import { ADAPTERS } from '../helpers/adapters.js';

function answer(
  status: number,
  headers: Record<string, string | null> = {},
): { status: number; headers: Map<string, string | null> } {
  return { status, headers: new Map(Object.entries(headers)) };
}

describe.each(ADAPTERS)('%s', (_name, Adapter) => {
  const log: string[] = [];
  beforeEach(() => {
    log.length = 0;
    setLogger({
      log(level, name, message) {
        // Each request writes two debug lines.
        if (level !== 'debug') log.push(`${name}: ${message}`);
      },
    });
  });
  const adapters: HTTPAdapter[] = [];
  afterEach(() => {
    setLogger(null);
    for (const adapter of adapters.splice(0)) adapter.close();
  });

  function retrying(max_retries: HTTPAdapterOptions['max_retries']): HTTPAdapter {
    const adapter = new Adapter({ max_retries });
    adapters.push(adapter);
    return adapter;
  }

  /** Answers with the statuses one after the other, the last one again and again. */
  function statuses(...list: number[]): Handler {
    let next = 0;
    return (_request, response) => {
      response.statusCode = list[Math.min(next, list.length - 1)] ?? 200;
      next += 1;
      response.end(`answer ${next}`);
    };
  }

  describe('1.15: max_retries', () => {
    test('0 and false are Retry(0, read=False), a number is Retry(n), a Retry is itself', () => {
      const shown = (value: HTTPAdapterOptions['max_retries']): string =>
        String(new Adapter({ max_retries: value }).max_retries);
      const none = 'Retry(total=0, connect=None, read=False, redirect=None, status=None)';
      expect([shown(undefined), shown(0), shown(false)]).toEqual([none, none, none]);
      expect(shown(3)).toBe('Retry(total=3, connect=None, read=None, redirect=None, status=None)');
      expect(shown(null)).toBe('Retry(total=3, connect=None, read=None, redirect=None, status=None)');
      const retry = new Retry({ total: 7 });
      expect(new Adapter({ max_retries: retry }).max_retries).toBe(retry);
    });

    test('0 never retries, and leaves exceptions as they are', async () => {
      await using server = await startRawServer((connection) => {
        connection.socket.destroy();
      });
      const error = await failureOf(send(retrying(0), server.url), ConnectionError);
      expect(error.message).toMatch(/^\('Connection aborted\.', /);
      expect(server.connections).toHaveLength(1);
    });

    test('n gives n more attempts after broken connections', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readRequest();
        if (connection.number < 3) connection.end();
        else await connection.write(reply('third'));
      });
      const response = await send(retrying(2), server.url);
      expect(String(await response.read())).toBe('third');
      expect(log).toEqual([
        "urllib3.connectionpool: Retrying (Retry(total=1, connect=None, read=None, redirect=None, status=None)) after connection broken by 'ProtocolError('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))': /",
        "urllib3.connectionpool: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'ProtocolError('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))': /",
      ]);
    });

    test('n never retries a POST whose connection broke, nor a status', async () => {
      await using broken = await startRawServer(async (connection) => {
        await connection.readRequest();
        connection.end();
      });
      const error = await failureOf(
        send(retrying(3), prepare(broken.url, { method: 'POST', data: 'x' })),
        ConnectionError,
      );
      expect(error.message).toMatch(/^\('Connection aborted\.', RemoteDisconnected/);
      expect(broken.connections).toHaveLength(1);
      await using server = await startHttpServer(statuses(503));
      expect((await send(retrying(3), server.url)).status_code).toBe(503);
      expect(server.requests).toHaveLength(1);
    });

    test('n retries a POST that could not be connected', async () => {
      const port = await refusedPort();
      const request = prepare(`http://127.0.0.1:${port}/`, { method: 'POST', data: 'x' });
      const error = await failureOf(send(retrying(3), request), ConnectionError);
      expect(error.message).toMatch(/Max retries exceeded with url: \/ \(Caused by NewConnectionError/);
      expect(log).toHaveLength(3);
    });

    test('Retry(false) fails with the error of urllib3 itself', async () => {
      const port = await refusedPort();
      const error = await failureOf(send(retrying(new Retry(false)), `http://127.0.0.1:${port}/`));
      expect(error).toBeInstanceOf(exceptions.NewConnectionError);
    });
  });

  describe('1.15: what exhausted retries end in', () => {
    test('a read timeout of a GET is a ConnectionError once a Retry is in charge, even one of 0', async () => {
      await using server = await startRawServer(() => undefined);
      const options = { timeout: [20, 0.05] as [number, number] };
      const error = await failureOf(send(retrying(new Retry(0)), server.url, options), ConnectionError);
      expect(error.message).toMatch(
        /Max retries exceeded with url: \/ \(Caused by ReadTimeoutError\("HTTPConnectionPool\(/,
      );
      const post = send(retrying(new Retry(2)), prepare(server.url, { method: 'POST' }), options);
      await failureOf(post, ReadTimeout);
      expect(server.connections).toHaveLength(2);
    });

    test('a connect timeout is a ConnectTimeout, however often it was tried', async () => {
      await using server = await startFullBacklog();
      await failureOf(send(retrying(1), server.url, { timeout: [0.05, 1] }), ConnectTimeout);
      expect(log).toHaveLength(1);
    });

    test('TLS is an SSLError', async () => {
      await using server = await startHttpServer();
      const error = await failureOf(send(retrying(1), `https://127.0.0.1:${server.port}/`), SSLError);
      expect(error.message).toContain(
        "(Caused by SSLError(SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number')))",
      );
      expect(log).toHaveLength(1);
    });

    test('statuses are a RetryError, with the last answer read so that its connection can be used again', async () => {
      await using server = await startHttpServer(statuses(503));
      const adapter = retrying(new Retry({ total: 2, status_forcelist: [503] }));
      const error = await failureOf(send(adapter, `${server.url}/x`), RetryError);
      expect(error.message).toBe(
        `HTTPConnectionPool(host='127.0.0.1', port=${server.port}): Max retries exceeded with url: /x ` +
          "(Caused by ResponseError('too many 503 error responses'))",
      );
      expect(error.request?.url).toBe(`${server.url}/x`);
      expect([server.requests.length, server.connections]).toEqual([3, 1]);
    });

    test('raise_on_status=false: the last answer is returned', async () => {
      await using server = await startHttpServer(statuses(500));
      const retry = new Retry({ total: 1, status_forcelist: [500], raise_on_status: false });
      const response = await send(retrying(retry), server.url);
      expect([response.status_code, String(await response.read())]).toEqual([500, 'answer 2']);
    });
  });

  describe('1.15: statuses', () => {
    test('those of the forcelist are asked again, up to a good one', async () => {
      await using server = await startHttpServer(statuses(500, 502, 200));
      const response = await send(
        retrying(new Retry({ total: 5, status_forcelist: [500, 502] })),
        server.url,
      );
      expect([response.status_code, server.requests.length, server.connections]).toEqual([200, 3, 1]);
    });

    test('response.raw.retries has what was left of them, and the attempts before', async () => {
      await using server = await startHttpServer(statuses(500, 502, 200));
      const adapter = retrying(new Retry({ total: 5, status_forcelist: [500, 502] }));
      const { raw } = await send(adapter, `${server.url}/x`);
      expect(raw?.retries?.total).toBe(3);
      expect(raw?.retries?.history).toMatchObject([
        { method: 'GET', url: '/x', status: 500 },
        { method: 'GET', url: '/x', status: 502 },
      ]);
      const next = await send(adapter, server.url);
      expect(next.raw?.retries).toBe(adapter.max_retries);
      expect(new HTTPResponse().retries).toBeNull();
    });

    test('not for POST unless it is allowed; null allows all', async () => {
      await using server = await startHttpServer(statuses(500, 200, 500, 200));
      const forced = { total: 5, status_forcelist: [500] };
      const post = prepare(server.url, { method: 'POST', data: 'again' });
      expect((await send(retrying(new Retry(forced)), post)).status_code).toBe(500);
      expect(
        (await send(retrying(new Retry({ ...forced, allowed_methods: ['POST'] })), post)).status_code,
      ).toBe(200);
      expect((await send(retrying(new Retry({ ...forced, allowed_methods: null })), post)).status_code).toBe(
        200,
      );
      expect(server.requests.map(({ body }) => String(body))).toEqual(['again', 'again', 'again', 'again']);
    });

    test('413, 429 and 503 with Retry-After are asked again without a forcelist, and returned when exhausted', async () => {
      let count = 0;
      await using server = await startHttpServer((request, response) => {
        count += 1;
        response.writeHead(Number(request.url?.slice(1)), { 'Retry-After': '0' }).end(String(count));
      });
      for (const status of [413, 429, 503]) {
        count = 0;
        expect((await send(retrying(new Retry(2)), `${server.url}/${status}`)).status_code).toBe(status);
        expect(count).toBe(3);
      }
      count = 0;
      expect((await send(retrying(new Retry(2)), `${server.url}/500`)).status_code).toBe(500);
      expect(count).toBe(1);
      const careless = new Retry({ total: 2, respect_retry_after_header: false });
      expect((await send(retrying(careless), `${server.url}/503`)).status_code).toBe(503);
      expect(count).toBe(2);
    });

    test('the default adapter does not look at Retry-After', async () => {
      await using server = await startHttpServer((_request, response) => {
        response.writeHead(503, { 'Retry-After': '100' }).end();
      });
      expect((await send(retrying(0), server.url)).status_code).toBe(503);
    });

    test('a Retry-After that is neither number nor date is an InvalidHeader', async () => {
      await using server = await startHttpServer((_request, response) => {
        response.writeHead(503, { 'Retry-After': 'soon' }).end();
      });
      const error = await failureOf(send(retrying(new Retry(2)), server.url), InvalidHeader);
      expect(error.message).toBe('Invalid Retry-After header: soon');
    });

    test('a subclass decides with is_retry and increment', async () => {
      class Choosy extends Retry {
        override is_retry(_method: string, status: number): boolean {
          return status === 201;
        }
      }
      await using server = await startHttpServer(statuses(201, 201, 200));
      const retry = new Choosy({ total: 5 });
      expect((await send(retrying(retry), server.url)).status_code).toBe(200);
      expect(server.requests).toHaveLength(3);
      expect(retry.increment('GET', '/')).toBeInstanceOf(Choosy);
    });
  });

  describe('1.15: the body of a request that is sent again', () => {
    const forced = new Retry({ total: 1, status_forcelist: [500], allowed_methods: null });

    test('text and bytes are sent again, a generator goes on where it stood', async () => {
      await using server = await startHttpServer(statuses(500, 200, 500, 200));
      await send(retrying(forced), prepare(server.url, { method: 'POST', data: Buffer.from('bytes') }));
      const generator = (function* () {
        yield 'once';
      })();
      await send(retrying(forced), prepare(server.url, { method: 'POST', data: generator }));
      expect(server.requests.map(({ body }) => String(body))).toEqual(['bytes', 'bytes', 'once', '']);
    });

    test('a file is sent again from where it stood, after a broken connection, too', async () => {
      const path = join(mkdtempSync(join(tmpdir(), 'requests-retry-')), 'file');
      writeFileSync(path, 'content of the file');
      await using server = await startRawServer(async (connection) => {
        await connection.readRequest();
        if (connection.number === 1) connection.end();
        else await connection.write(reply('ok'));
      });
      const request = prepare(server.url, { method: 'POST', data: createReadStream(path, { start: 8 }) });
      const retry = new Retry({ total: 1, allowed_methods: null });
      expect((await send(retrying(retry), request)).status_code).toBe(200);
      for (const { text } of server.connections) expect(text.endsWith('\r\n\r\nof the file')).toBe(true);
      rmSync(dirname(path), { recursive: true });
    });

    test('a stream that cannot be rewound is an UnrewindableBodyError', async () => {
      await using server = await startHttpServer(statuses(500, 200));
      const request = prepare(server.url, { method: 'POST', data: Readable.from(['once']) });
      const error = await failureOf(send(retrying(forced), request), UnrewindableBodyError);
      expect(error.request).toBe(request);
      expect(server.requests).toHaveLength(1);
    });
  });

  describe('1.15: pauses', () => {
    test('none before the first retry, then factor * 2 ** (n - 1), at most backoff_max', () => {
      const times = (retry: Retry, n: number): number[] => {
        const list: number[] = [];
        for (let i = 0; i < n; i++) {
          retry = retry.increment('GET', '/', { response: answer(500) });
          list.push(retry.get_backoff_time());
        }
        return list;
      };
      expect(times(new Retry({ total: 9, backoff_factor: 0.2 }), 4)).toEqual([0, 0.4, 0.8, 1.6]);
      expect(times(new Retry({ total: 9, backoff_factor: 100, backoff_max: 150 }), 3)).toEqual([0, 150, 150]);
      expect(new Retry({ total: 12, backoff_factor: 1 }).get_backoff_time()).toBe(0);
      vi.spyOn(Math, 'random').mockReturnValue(0.5);
      expect(times(new Retry({ total: 9, backoff_factor: 1, backoff_jitter: 4 }), 2)).toEqual([0, 4]);
      vi.restoreAllMocks();
    });

    test('are made', async () => {
      await using server = await startHttpServer(statuses(500, 500, 200));
      vi.spyOn(performance, 'now').mockReturnValue(0);
      const timers = vi.spyOn(globalThis, 'setTimeout');
      await send(
        retrying(new Retry({ total: 3, status_forcelist: [500], backoff_factor: 0.05 })),
        server.url,
      );
      // None before the first retry, twice the factor before the second.
      expect(timers.mock.calls.filter(([, delay]) => delay === 100)).toHaveLength(1);
    });

    test('are as long as Retry-After says, in seconds or as a date', () => {
      const retry = new Retry();
      const after = (value: string | null): number | null =>
        retry.get_retry_after(answer(503, { 'Retry-After': value }));
      expect([after(null), after('0'), after(' 12 '), after('99999999')]).toEqual([null, 0, 12, 21_600]);
      vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
      expect(after('Thu, 01 Jan 2026 00:00:30 GMT')).toBe(30);
      expect(after('Thursday, 01-Jan-26 00:01:00 GMT')).toBe(60);
      expect(after('Thu, 01 Jan 2026 01:00:10 +0100')).toBe(10);
      expect(after('Thu, 01 Jan 2015 00:00:00 GMT')).toBe(0);
      vi.useRealTimers();
      for (const bad of ['soon', '-1', '1.5', 'June', '']) {
        expect(() => after(bad), bad).toThrow(exceptions.InvalidHeader);
      }
    });

    test('end at once when the request is aborted', async () => {
      await using server = await startHttpServer((_request, response) => {
        response.writeHead(503, { 'Retry-After': '60' }).end();
      });
      const token = new AbortToken();
      const sent = send(retrying(new Retry(2)), server.url, { [kContext]: { token: token, trace: null } });
      await server.waitForRequests(1);
      // The answer is read and the pause begins.
      setTimeout(() => {
        token.abort('enough');
      }, 30);
      const error = await failureOf(sent, AbortError);
      expect(error.cause).toBe('enough');
      expect(server.requests).toHaveLength(1);
    });
  });
});

describe("urllib3's Retry", () => {
  test('takes its total as a number, or all as options; unknown ones are refused', () => {
    expect(new Retry().total).toBe(10);
    expect(new Retry(4, { connect: 2 })).toMatchObject({ total: 4, connect: 2, read: null });
    expect(new Retry(null).total).toBeNull();
    expect(() => new Retry({ method_whitelist: ['GET'] } as object)).toThrow(
      "Retry() got an unexpected keyword argument 'method_whitelist'",
    );
  });

  test('has the defaults of Python', () => {
    const retry = new Retry();
    expect([...(retry.allowed_methods ?? [])].sort()).toEqual([
      'DELETE',
      'GET',
      'HEAD',
      'OPTIONS',
      'PUT',
      'TRACE',
    ]);
    expect(retry).toMatchObject({
      backoff_factor: 0,
      backoff_max: 120,
      backoff_jitter: 0,
      raise_on_redirect: true,
      raise_on_status: true,
      respect_retry_after_header: true,
      retry_after_max: 21_600,
      history: [],
    });
    expect([...retry.remove_headers_on_redirect].sort()).toEqual([
      'authorization',
      'cookie',
      'proxy-authorization',
    ]);
    expect(new Retry({ redirect: false })).toMatchObject({ redirect: 0, raise_on_redirect: false });
    expect(new Retry(false)).toMatchObject({ total: false, redirect: 0, raise_on_redirect: false });
    expect(Retry.DEFAULT.total).toBe(3);
    expect(Retry.from_int(null)).toBe(Retry.DEFAULT);
    expect(Retry.from_int(null, true, 5).total).toBe(5);
    expect(Retry.from_int(2, false)).toMatchObject({ total: 2, redirect: 0 });
  });

  test('never changes: increment gives another one with smaller counters and a longer history', () => {
    const retry = new Retry({ total: 5, connect: 1, read: 2, status: 3, other: 4 });
    const refused = new exceptions.NewConnectionError('c', 'refused');
    const connect = retry.increment('GET', '/a', { error: refused });
    expect(connect).toMatchObject({ total: 4, connect: 0, read: 2, status: 3, other: 4 });
    const read = connect.increment('GET', '/b', { error: new exceptions.ProtocolError('broken') });
    expect(read).toMatchObject({ total: 3, connect: 0, read: 1, status: 3, other: 4 });
    const status = read.increment('GET', '/c', { response: answer(500) });
    expect(status).toMatchObject({ total: 2, status: 2, other: 4 });
    const other = status.increment('GET', '/d', { error: new exceptions.SSLError('bad') });
    expect(other).toMatchObject({ total: 1, other: 3 });
    expect(other.history.map(({ url, status: code }) => [url, code])).toEqual([
      ['/a', null],
      ['/b', null],
      ['/c', 500],
      ['/d', null],
    ]);
    expect(other.history[0]?.error).toBe(refused);
    expect([retry.total, retry.history.length]).toEqual([5, 0]);
    expect(() => connect.increment('GET', '/', { error: refused, pool: 'P' })).toThrow(
      exceptions.MaxRetryError,
    );
  });

  test('a proxy that cannot be reached counts as a failure to connect', () => {
    const refused = new exceptions.NewConnectionError('c', 'refused');
    const error = new exceptions.ProxyError('Unable to connect to proxy', refused);
    expect(new Retry({ total: 5, connect: 3 }).increment('POST', '/', { error })).toMatchObject({
      connect: 2,
    });
  });

  test('read=false and connect=false fail with the error itself', () => {
    const broken = new exceptions.ProtocolError('broken');
    expect(() => new Retry({ read: false }).increment('GET', '/', { error: broken })).toThrow(broken);
    const refused = new exceptions.NewConnectionError('c', 'refused');
    expect(() => new Retry({ connect: false }).increment('GET', '/', { error: refused })).toThrow(refused);
  });

  test('counts redirects apart', () => {
    const redirect = answer(302, { Location: '/next' });
    const retry = new Retry({ total: 5, redirect: 0 });
    expect(() => retry.increment('GET', '/', { response: redirect })).toThrow(/too many redirects/);
    const next = new Retry({ redirect: 2 }).increment('GET', '/', { response: redirect });
    expect(next.redirect).toBe(1);
    expect(next.history[0]?.redirect_location).toBe('/next');
    expect(next.increment('GET', '/', { response: answer(500) }).get_backoff_time()).toBe(0);
  });

  test('new() and inspect', () => {
    const retry = new Retry({ total: 5, status_forcelist: [500] });
    expect(retry.new({ total: 1 })).toMatchObject({ total: 1, status_forcelist: new Set([500]) });
    expect(inspect(retry)).toBe('Retry(total=5, connect=None, read=None, redirect=None, status=None)');
  });
});
