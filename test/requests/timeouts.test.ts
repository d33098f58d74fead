import fc from 'fast-check';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { ValueError } from '../../src/builtins/index.js';
import { HTTPAdapter } from '../../src/requests/adapters/index.js';
import {
  ConnectionError,
  ConnectTimeout,
  ReadTimeout,
  Timeout,
} from '../../src/requests/exceptions/requests.js';
import type { TimeoutInput } from '../../src/requests/inputs.js';
import { exceptions, Timeout as Urllib3Timeout } from '../../src/requests/packages/urllib3.js';
import { resolveTimeout } from '../../src/requests/urllib3/timeout.js';
import { startFullBacklog } from '../helpers/servers/full-backlog.js';
import { startHttpServer } from '../helpers/servers/http-server.js';
import { startRawServer } from '../helpers/servers/raw-server.js';
import { failureOf } from '../helpers/failures.js';
import { prepare, send } from '../helpers/send.js';
import { ADAPTERS } from '../helpers/adapters.js';

describe.each(ADAPTERS)('%s', (_name, Adapter) => {
  const NO_ZERO = 'but the timeout cannot be set to a value less than or equal to 0.';
  const NO_NUMBER = 'but it must be an int, float or None.';
  const WRITE = 'write seconds, { timeout: 5 }, or [connect, read].';
  const INVALID =
    'Pass a (connect, read) timeout tuple, or a single float to set both timeouts to the same value.';

  describe('1.14: what a timeout may be', () => {
    test.each<[unknown, string]>([
      [0, `Attempted to set connect timeout to 0, ${NO_ZERO}`],
      [-1, `Attempted to set connect timeout to -1, ${NO_ZERO}`],
      [-0.5, `Attempted to set connect timeout to -0.5, ${NO_ZERO}`],
      [true, 'Timeout cannot be a boolean value. It must be an int, float or None.'],
      ['foo', `Timeout value connect was foo, ${NO_NUMBER} Got string; ${WRITE}`],
      ['5', `Timeout value connect was 5, ${NO_NUMBER} Got string; ${WRITE}`],
      [Number.NaN, `Timeout value connect was NaN, ${NO_NUMBER} Got number; ${WRITE}`],
      [{ a: 1 }, `Timeout value connect was { a: 1 }, ${NO_NUMBER} Got Object; ${WRITE}`],
      [[3, 4, 5], `Invalid timeout (3, 4, 5). ${INVALID}`],
      [[1], `Invalid timeout (1,). ${INVALID}`],
      [[], `Invalid timeout (). ${INVALID}`],
      [['foo', 1], `Invalid timeout ('foo', 1). ${INVALID}`],
      [[1, 0], `Invalid timeout (1, 0). ${INVALID}`],
      [[null, true], `Invalid timeout (None, True). ${INVALID}`],
    ])('%j is a ValueError', async (timeout, message) => {
      const refused = send(new Adapter(), 'http://127.0.0.1:1/', { timeout: timeout as TimeoutInput });
      const error = await failureOf(refused, ValueError);
      expect(error.message).toBe(message);
      expect(Object.getPrototypeOf(error)).toBe(ValueError.prototype);
    });

    test.each<[TimeoutInput | null | undefined]>([
      [null],
      [undefined],
      [5],
      [0.001 * 5000],
      [Infinity],
      [1e12],
      [[3, 4]],
      [[null, null]],
      [[1, null]],
      [new Urllib3Timeout({ connect: 1, read: 2 })],
      [new Urllib3Timeout(5)],
    ])('%o is accepted', async (timeout) => {
      await using server = await startHttpServer();
      const adapter = new Adapter();
      expect((await send(adapter, server.url, { timeout })).status_code).toBe(200);
      // The second one comes on a connection that is there.
      expect((await send(adapter, server.url, { timeout })).status_code).toBe(200);
      expect(server.connections).toBe(1);
      adapter.close();
    });

    test('any positive numbers are taken as they are', () => {
      const seconds = fc.double({ min: 0, minExcluded: true, noNaN: true });
      fc.assert(
        fc.property(seconds, seconds, (connect, read) => {
          const both = resolveTimeout([connect, read]);
          expect([both.connect_timeout, both.read_timeout]).toEqual([connect, read]);
          const one = resolveTimeout(connect);
          expect([one.connect_timeout, one.read_timeout]).toEqual([connect, connect]);
        }),
        { seed: 1 },
      );
    });
  });

  describe('1.14: connecting', () => {
    test('a server that does not accept is a ConnectTimeout: a ConnectionError and a Timeout', async () => {
      await using server = await startFullBacklog();
      const error = await failureOf(
        send(new Adapter(), server.url, { timeout: [0.1, null] }),
        ConnectTimeout,
      );
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toBeInstanceOf(Timeout);
      expect(error).not.toBeInstanceOf(ReadTimeout);
      const { port } = server;
      expect(error.message).toBe(
        `HTTPConnectionPool(host='127.0.0.1', port=${port}): Max retries exceeded with url: / (Caused by ` +
          `ConnectTimeoutError(<HTTPConnection(host='127.0.0.1', port=${port})>, ` +
          `'Connection to 127.0.0.1 timed out. (connect timeout=0.1)'))`,
      );
      expect(error.request?.url).toBe(`${server.url}/`);
    });

    test('the limit of connecting says nothing about a slow answer', async () => {
      await using server = await startHttpServer(async (_request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 150));
        response.end('late');
      });
      const adapter = new Adapter();
      const response = await send(adapter, server.url, { timeout: [0.05, null] });
      expect(String(await response.read())).toBe('late');
      // Nor does it on a connection that is there.
      expect((await send(adapter, server.url, { timeout: [0.05, null] })).status_code).toBe(200);
      adapter.close();
    });

    test('waiting for a slot of a blocking pool is not connecting', async () => {
      await using server = await startHttpServer(async (_request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        response.end('ok');
      });
      const adapter = new Adapter({ pool_maxsize: 1, pool_block: true });
      const responses = [1, 2, 3].map(() => send(adapter, server.url, { timeout: [0.05, 5] }));
      expect((await Promise.all(responses)).map((response) => response.status_code)).toEqual([200, 200, 200]);
      expect(server.connections).toBe(1);
      adapter.close();
    });

    test('TLS that is not answered is a ReadTimeout with the limit of connecting, as in Python', async () => {
      await using server = await startRawServer(() => undefined);
      const url = `https://127.0.0.1:${server.port}/`;
      const error = await failureOf(send(new Adapter(), url, { timeout: [0.1, 30] }), ReadTimeout);
      expect(error.message).toBe(
        `HTTPSConnectionPool(host='127.0.0.1', port=${server.port}): Read timed out. (read timeout=0.1)`,
      );
      await server.connections[0]?.waitForEnd();
    });
  });

  describe('1.14: reading', () => {
    test('there is no limit on the whole: a body may drip for longer than the timeout', async () => {
      await using server = await startHttpServer(async (_request, response) => {
        for (let i = 0; i < 6; i++) {
          response.write('x');
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
        response.end();
      });
      const response = await send(new Adapter(), server.url, { timeout: 1 });
      expect(String(await response.read())).toBe('xxxxxx');
    });

    test('a request that timed out does not keep its connection, and the next one is served', async () => {
      let first = true;
      await using server = await startHttpServer((_request, response) => {
        if (!first) response.end('ok');
        first = false;
      });
      const adapter = new Adapter();
      await failureOf(send(adapter, server.url, { timeout: [20, 0.05] }), ReadTimeout);
      expect((await send(adapter, server.url, { timeout: 5 })).status_code).toBe(200);
      expect(server.connections).toBe(2);
      adapter.close();
    });

    test('the limit of one request does not hold for the next on its connection', async () => {
      await using server = await startHttpServer(async (request, response) => {
        if (request.url === '/slow') await new Promise((resolve) => setTimeout(resolve, 1200));
        response.end('ok');
      });
      const adapter = new Adapter();
      await send(adapter, server.url, { timeout: 1 });
      expect((await send(adapter, `${server.url}/slow`)).status_code).toBe(200);
      expect(server.connections).toBe(1);
      adapter.close();
    });

    test('an idle connection is not closed by the limit of its last request', async () => {
      await using server = await startHttpServer();
      const adapter = new Adapter();
      await send(adapter, server.url, { timeout: 1 });
      await new Promise((resolve) => setTimeout(resolve, 1200));
      await send(adapter, server.url, { timeout: 1 });
      expect(server.connections).toBe(1);
      adapter.close();
    });

    test('a reader that takes its time is not a server that does', async () => {
      await using server = await startHttpServer((_request, response) => {
        response.end(Buffer.alloc(2_000_000, 'x'));
      });
      const response = await send(new Adapter(), server.url, { timeout: 1, stream: true });
      let length = 0;
      let pauses = 0;
      for await (const part of response.iter_content(100_000)) {
        length += part.length;
        if (pauses++ < 1) await new Promise((resolve) => setTimeout(resolve, 1200));
      }
      expect(length).toBe(2_000_000);
    });

    test('the clock does not run while nobody reads, although the server has stopped', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
        await new Promise((resolve) => setTimeout(resolve, 1200));
        connection.end('world');
      });
      const response = await send(new Adapter(), server.url, { timeout: 1, stream: true });
      const parts = response.iter_content(5);
      expect(String((await parts.next()).value)).toBe('hello');
      await server.connections[0]?.waitForEnd();
      expect(String((await parts.next()).value)).toBe('world');
    });

    test('a body that stops is a ConnectionError with the words of a timeout', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
      });
      const response = await send(new Adapter(), server.url, { timeout: [20, 1], stream: true });
      const parts = response.iter_content(5);
      await parts.next();
      const error = await failureOf(parts.next(), ConnectionError);
      expect(error.message).toMatch(/: Read timed out\.$/);
      expect(error).not.toBeInstanceOf(Timeout);
      await server.connections[0]?.waitForEnd();
    });
  });

  describe('1.14: sending', () => {
    test('a caller whose body is slow is not timed out', async () => {
      await using server = await startHttpServer();
      const slow = (async function* () {
        yield 'a';
        await new Promise((resolve) => setTimeout(resolve, 1200));
        yield 'b';
      })();
      const request = prepare(server.url, { method: 'POST', data: slow });
      const response = await send(new Adapter(), request, { timeout: 1 });
      expect(response.json()).toMatchObject({ body: 'ab' });
    });

    test('a server that does not read a large body is a ConnectionError', async () => {
      await using server = await startRawServer((connection) => {
        connection.socket.pause();
      });
      const body = Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(1_000_000);
        })(),
      );
      const request = prepare(server.url, { method: 'POST', data: body });
      const error = await failureOf(send(new Adapter(), request, { timeout: 0.15 }), ConnectionError);
      expect(error.message).toBe("('Connection aborted.', TimeoutError('timed out'))");
      expect(body.destroyed).toBe(true);
    });

    test('the limit of reading holds from an early answer on, although the body is not out', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
        await new Promise((resolve) => setTimeout(resolve, 1200));
        await connection.write('late');
      });
      const slow = (async function* () {
        yield 'a';
        await new Promise((resolve) => setTimeout(resolve, 1400));
        yield 'b';
      })();
      const request = prepare(server.url, { method: 'POST', data: slow });
      const response = await send(new Adapter(), request, { timeout: [1, 30] });
      expect(String(await response.read())).toBe('late');
    });

    test('the limit of reading begins when the body is out', async () => {
      await using server = await startRawServer(() => undefined);
      const request = prepare(server.url, { method: 'POST', data: 'x'.repeat(1000) });
      const error = await failureOf(send(new Adapter(), request, { timeout: [30, 0.1] }), ReadTimeout);
      expect(error.message).toMatch(/\(read timeout=0\.1\)$/);
    });
  });
});

describe("urllib3's Timeout", () => {
  test('has its limits, and the total bounds both', () => {
    const timeout = new Urllib3Timeout({ total: 5, connect: 2, read: 7 });
    expect([timeout.total, timeout.connect_timeout]).toEqual([5, 2]);
    expect(new Urllib3Timeout({ total: 1, connect: 2 }).connect_timeout).toBe(1);
    expect(new Urllib3Timeout(3).connect_timeout).toBe(3);
    expect(timeout.read_timeout).toBe(7);
    vi.spyOn(performance, 'now').mockReturnValueOnce(1000).mockReturnValue(3000);
    timeout.start_connect();
    expect(timeout.read_timeout).toBe(3);
    expect(timeout.clone().read_timeout).toBe(7);
    expect(Urllib3Timeout.from_float(4).read_timeout).toBe(4);
  });

  test('has a clock that is started once, and asked only then', () => {
    const timeout = new Urllib3Timeout({ total: 5 });
    expect(() => timeout.read_timeout).toThrow(exceptions.TimeoutStateError);
    vi.spyOn(performance, 'now').mockReturnValueOnce(1000).mockReturnValue(3000);
    timeout.start_connect();
    expect(timeout.get_connect_duration()).toBe(2);
    expect(() => timeout.start_connect()).toThrow('Timeout timer has already been started.');
  });

  test('shows its limits', () => {
    expect(inspect(new Urllib3Timeout({ connect: 2, read: 0.5 }))).toBe(
      'Timeout(connect=2, read=0.5, total=None)',
    );
  });

  test('names the part that is wrong, and the option that it does not know', () => {
    expect(() => new Urllib3Timeout({ read: 0 })).toThrow('Attempted to set read timeout to 0');
    expect(() => new Urllib3Timeout({ total: -1 })).toThrow('Attempted to set total timeout to -1');
    expect(() => new Urllib3Timeout({ Read: 1 } as object)).toThrow(TypeError);
  });

  test('its total counts connecting and waiting together', async () => {
    await using server = await startRawServer(() => undefined);
    const timeout = new Urllib3Timeout({ total: 0.1 });
    const adapter = new HTTPAdapter();
    await failureOf(send(adapter, server.url, { timeout }), ReadTimeout);
    // The clock of the caller's own object was not started.
    expect(timeout.start_connect()).toBeGreaterThan(0);
  });
});
