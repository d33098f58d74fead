import { afterEach, describe, expect, test } from 'vitest';
import { type Logger, setLogger } from '../../src/builtins/index.js';
import { type HTTPAdapter, PoolManager } from '../../src/requests/adapters/index.js';
import { ConnectionError } from '../../src/requests/exceptions/requests.js';
import { echo, startHttpServer } from '../helpers/servers/http-server.js';
import { reply, startRawServer } from '../helpers/servers/raw-server.js';
import { failureOf, watchUnhandled } from '../helpers/failures.js';
import { prepare, send } from '../helpers/send.js';
import { noteWarnings } from '../helpers/warnings.js';
import { runNode } from '../helpers/child.js';
import { ADAPTERS, idleSockets, poolsOf, usedSockets } from '../helpers/adapters.js';

describe.each(ADAPTERS)('%s', (name, Adapter) => {
  const adapters: HTTPAdapter[] = [];
  function adapterWith(options?: ConstructorParameters<typeof Adapter>[0]): HTTPAdapter {
    const adapter = new Adapter(options);
    adapters.push(adapter);
    return adapter;
  }
  afterEach(() => {
    for (const adapter of adapters.splice(0)) adapter.close();
  });

  /** Collects what is logged until disposed of. */
  function captureLog(): Disposable & { readonly lines: string[] } {
    const lines: string[] = [];
    const logger: Logger = {
      log(level, name, message) {
        if (level !== 'debug') lines.push(`${level}:${name}:${message}`);
      },
    };
    const previous = setLogger(logger);
    return {
      lines,
      [Symbol.dispose]() {
        setLogger(previous);
      },
    };
  }

  describe('1.15: connections are kept', () => {
    test('requests in a row share one, the last used first', async () => {
      await using server = await startHttpServer();
      const adapter = adapterWith();
      for (let i = 0; i < 5; i++) await send(adapter, server.url);
      expect(server.connections).toBe(1);
      await Promise.all([1, 2, 3].map(() => send(adapter, server.url)));
      expect(server.connections).toBe(3);
      const before = server.requests.length;
      for (let i = 0; i < 3; i++) await send(adapter, server.url);
      expect(new Set(server.requests.slice(before).map((r) => r.connection_number)).size).toBe(1);
      const [pool] = poolsOf(adapter);
      expect([pool?.num_connections, pool?.num_requests, String(pool)]).toEqual([
        3,
        11,
        `HTTPConnectionPool(host='127.0.0.1', port=${server.port})`,
      ]);
    });

    test('an unread stream keeps its connection from being used again', async () => {
      await using server = await startHttpServer((_request, response) => {
        response.end('x'.repeat(1_000_000));
      });
      const adapter = adapterWith();
      const unread = await adapter.send(prepare(server.url), { stream: true });
      await send(adapter, server.url);
      expect(server.connections).toBe(2);
      await unread.read();
      await Promise.all([send(adapter, server.url), send(adapter, server.url)]);
      expect(server.connections).toBe(2);
    });

    test.each([70_000, 120_000, 135_000, 140_000, 150_000, 200_000])(
      'nothing of a stream of %i bytes is lost while nobody reads it',
      async (size) => {
        const body = Buffer.from(Array.from({ length: size }, (_, i) => i % 251));
        await using server = await startHttpServer((_request, response) => response.end(body));
        const adapter = adapterWith();
        const unread = await adapter.send(prepare(server.url), { stream: true, timeout: 5 });
        // Until nothing more comes in, as there is no room for it.
        for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        expect((await unread.read()).equals(body)).toBe(true);
      },
    );

    test('Connection: close is taken at its word', async () => {
      await using server = await startHttpServer((request, response) => {
        response.setHeader('Connection', 'close');
        echo(request, response);
      });
      const adapter = adapterWith();
      await send(adapter, server.url);
      await send(adapter, server.url);
      expect(server.connections).toBe(2);
      expect(idleSockets(adapter)).toHaveLength(0);
    });

    test('the same host by another spelling of its port is the same pool', async () => {
      const manager = new PoolManager();
      const pool = manager.connection_from_url('http://example.test/');
      expect(manager.connection_from_url('http://EXAMPLE.test:80/x')).toBe(pool);
      expect(manager.connection_from_host({ scheme: 'http', host: 'example.test', port: 80 })).toBe(pool);
      expect(manager.connection_from_url('https://example.test/')).not.toBe(pool);
      expect(manager.connection_from_url('http://example.test:81/')).not.toBe(pool);
      expect(manager.poolOfOrigin('http://example.test')).toBe(
        manager.poolOfOrigin('http://example.test:80'),
      );
      await Promise.resolve();
    });
  });

  describe('1.15: a connection that the server has closed is replaced silently', () => {
    test('when its end has been seen', async () => {
      await using server = await startHttpServer();
      const adapter = adapterWith();
      for (const method of ['GET', 'POST']) {
        await send(adapter, prepare(server.url, { method }));
        server.closeConnections();
        await server.waitForOpenConnections(0);
        await send(adapter, prepare(server.url, { method }));
      }
      expect(server.connections).toBe(3);
    });

    test.each(['GET', 'PUT', 'DELETE'])('when a %s finds out about it', async (method) => {
      // The server closes a connection when its second request comes, as one does whose limit for idling has just passed.
      await using server = await startRawServer(async (connection) => {
        await connection.readRequest();
        await connection.write(reply('ok'));
        await connection.readRequest();
        connection.reset();
      });
      const adapter = adapterWith();
      await Promise.all([send(adapter, server.url), send(adapter, server.url)]);
      const response = await send(
        adapter,
        prepare(server.url, { method, data: method === 'PUT' ? 'data' : null }),
      );
      expect(response.status_code).toBe(200);
      expect(server.connections).toHaveLength(3);
      // The other idle one was not tried.
      expect(server.connections.filter(({ text }) => text.split('HTTP/1.1').length > 2)).toHaveLength(1);
    });

    test('once: a server that closes each time is a ConnectionError', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readRequest();
        if (connection.number === 1) await connection.write(reply('ok'));
        else connection.end();
        await connection.readRequest();
        connection.end();
      });
      const adapter = adapterWith();
      await send(adapter, server.url);
      const error = await failureOf(send(adapter, server.url), ConnectionError);
      expect(error.message).toContain('RemoteDisconnected');
      expect(server.connections).toHaveLength(2);
    });

    test('a POST is not sent twice: the server may have acted on the first', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readRequest();
        await connection.write(reply('ok'));
        await connection.readRequest();
        connection.end();
      });
      const adapter = adapterWith();
      await send(adapter, prepare(server.url, { method: 'POST', data: 'a' }));
      await failureOf(send(adapter, prepare(server.url, { method: 'POST', data: 'b' })), ConnectionError);
      expect(server.connections).toHaveLength(1);
    });

    test('a POST is not sent on a connection whose end waits to be seen behind a busy program', async () => {
      await using server = await startHttpServer();
      const adapter = adapterWith();
      await send(adapter, server.url);
      const [socket] = idleSockets(adapter);
      for (const each of server.sockets) each.destroy();
      // The end is in the system's hands now; this program, busy until here, has not looked.
      const busyUntil = performance.now() + 30;
      while (performance.now() < busyUntil);
      const response = await send(adapter, prepare(server.url, { method: 'POST', data: 'x' }));
      expect(response.status_code).toBe(200);
      expect([socket?.destroyed, server.connections]).toEqual([true, 2]);
    });

    test('a PUT whose body is read once is not sent again without it', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readRequest();
        await connection.write(reply('ok'));
        await connection.readHead();
        connection.reset();
      });
      const adapter = adapterWith();
      await send(adapter, server.url);
      const once = (function* () {
        yield 'once';
      })();
      await failureOf(send(adapter, prepare(server.url, { method: 'PUT', data: once })), ConnectionError);
      expect(server.connections).toHaveLength(1);
    });

    test('a fresh connection that breaks is an error at once', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readRequest();
        connection.end();
      });
      await failureOf(send(adapterWith(), server.url), ConnectionError);
      expect(server.connections).toHaveLength(1);
    });

    test('1.15: a server that promises to keep a connection for ages makes Node warn of nothing', async () => {
      const warnings = noteWarnings();
      await using server = await startHttpServer((_request, response) => {
        response.setHeader('Keep-Alive', `timeout=${'9'.repeat(400)}`).end();
      });
      const adapter = adapterWith();
      for (let i = 0; i < 2; i++) await send(adapter, server.url);
      await new Promise((resolve) => setImmediate(resolve));
      expect([server.connections, warnings]).toEqual([1, []]);
    });

    test('a connection is closed a moment before the server said it would close it', async () => {
      await using server = await startHttpServer((_request, response) => {
        response.setHeader('Keep-Alive', 'timeout=1');
        response.end();
      });
      const adapter = adapterWith();
      await send(adapter, server.url);
      const [socket] = idleSockets(adapter);
      // undici keeps this clock itself.
      if (name === 'HTTPAdapter') expect(socket?.timeout).toBe(500);
      await new Promise((resolve) => socket?.once('close', resolve));
      expect(idleSockets(adapter)).toHaveLength(0);
    });
  });

  describe('1.15: pool_maxsize', () => {
    test('is how many idle connections are kept; others are discarded with a warning', async () => {
      using log = captureLog();
      await using server = await startHttpServer(async (request, response) => {
        await server.waitForInFlight(4);
        echo(request, response);
      });
      const adapter = adapterWith({ pool_maxsize: 2 });
      await Promise.all([1, 2, 3, 4].map(() => send(adapter, server.url)));
      await server.waitForOpenConnections(2);
      expect(server.connections).toBe(4);
      expect(idleSockets(adapter)).toHaveLength(2);
      const line =
        'warning:urllib3.connectionpool:Connection pool is full, discarding connection: 127.0.0.1. Connection pool size: 2';
      expect(log.lines).toEqual([line, line]);
    });

    test('with pool_block is how many there may be; other requests wait in their order', async () => {
      using log = captureLog();
      await using server = await startHttpServer(async (request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        echo(request, response);
      });
      const adapter = adapterWith({ pool_maxsize: 2, pool_block: true });
      const urls = Array.from({ length: 9 }, (_, i) => `${server.url}/${i}`);
      await Promise.all(urls.map((url) => send(adapter, url)));
      expect([server.connections, server.maxInFlight]).toEqual([2, 2]);
      expect(server.requests.map(({ url }) => Number(url.slice(1)))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      expect(log.lines).toEqual([]);
    });

    test('with pool_block the timeout of one request does not hold for the one that waited for its connection', async () => {
      await using server = await startHttpServer(async (request, response) => {
        if (request.url === '/slow') await new Promise((resolve) => setTimeout(resolve, 1200));
        echo(request, response);
      });
      const adapter = adapterWith({ pool_maxsize: 1, pool_block: true });
      const first = send(adapter, server.url, { timeout: 1 });
      const second = send(adapter, `${server.url}/slow`);
      expect((await first).status_code).toBe(200);
      expect((await second).status_code).toBe(200);
      expect(server.connections).toBe(1);
    });

    test('with pool_block a place becomes free when a connection breaks', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readRequest();
        if (connection.number === 1) connection.reset();
        else await connection.write(reply('ok'));
      });
      const adapter = adapterWith({ pool_maxsize: 1, pool_block: true });
      const [first, second] = [send(adapter, server.url), send(adapter, server.url)];
      await failureOf(first, ConnectionError);
      expect((await second).status_code).toBe(200);
    });

    test('without pool_block no request waits for another', async () => {
      await using server = await startHttpServer(async (request, response) => {
        await server.waitForInFlight(20);
        echo(request, response);
      });
      using log = captureLog();
      await Promise.all(Array.from({ length: 20 }, () => send(adapterWith(), server.url)));
      expect(server.maxInFlight).toBe(20);
      expect(log.lines).toEqual([]);
    });
  });

  describe('1.15: pool_connections', () => {
    test('is how many hosts are remembered; the one not used for longest goes, with its idle connections', async () => {
      await using a = await startHttpServer();
      await using b = await startHttpServer();
      await using c = await startHttpServer();
      const adapter = adapterWith({ pool_connections: 2 });
      await send(adapter, a.url);
      await send(adapter, b.url);
      await send(adapter, a.url);
      await send(adapter, c.url);
      await b.waitForOpenConnections(0);
      expect(poolsOf(adapter).map(({ port }) => port)).toEqual([a.port, c.port]);
      await send(adapter, a.url);
      await send(adapter, b.url);
      expect([a.connections, b.connections, c.connections]).toEqual([1, 2, 1]);
      await c.waitForOpenConnections(0);
    });

    test('a request that is under way when its pool goes is finished, its connection then closed', async () => {
      await using a = await startHttpServer(async (request, response) => {
        await b.waitForRequests(1);
        echo(request, response);
      });
      await using b = await startHttpServer();
      const adapter = adapterWith({ pool_connections: 1 });
      const first = send(adapter, a.url);
      await a.waitForRequests(1);
      await send(adapter, b.url);
      expect((await first).status_code).toBe(200);
      await a.waitForOpenConnections(0);
    });
  });

  describe('close', () => {
    test('1.3: closes idle connections, and the adapter can be used again', async () => {
      await using server = await startHttpServer();
      const adapter = adapterWith();
      await Promise.all([send(adapter, server.url), send(adapter, server.url)]);
      adapter.close();
      await server.waitForOpenConnections(0);
      expect(poolsOf(adapter)).toHaveLength(0);
      expect((await send(adapter, server.url)).status_code).toBe(200);
    });

    test('1.1: a stream stays readable after it, and then leaves no connection behind', async () => {
      await using server = await startHttpServer((_request, response) => {
        response.end('x'.repeat(500_000));
      });
      const adapter = adapterWith();
      const response = await adapter.send(prepare(server.url), { stream: true });
      adapter.close();
      expect(await response.read()).toHaveLength(500_000);
      await server.waitForOpenConnections(0);
    });
  });

  describe('what is left behind', () => {
    test('a thousand requests leave no listeners, timers or sockets but those of the pool', async () => {
      const unhandled = watchUnhandled();
      await using server = await startHttpServer();
      const adapter = adapterWith({ pool_maxsize: 5 });
      using log = captureLog();
      await send(adapter, server.url, { timeout: 5 });
      const [socket] = idleSockets(adapter);
      const listeners = (): Record<string, number> =>
        Object.fromEntries(
          (socket?.eventNames() ?? []).map((name) => [String(name), socket?.listenerCount(name) ?? 0]),
        );
      const before = listeners();
      for (let round = 0; round < 100; round++) {
        await Promise.all(
          Array.from({ length: 10 }, (_, i) =>
            send(adapter, prepare(server.url, { method: i % 2 ? 'GET' : 'POST', data: i % 2 ? null : 'x' }), {
              timeout: i % 3 === 0 ? null : 5,
            }),
          ),
        );
      }
      await server.waitForOpenConnections(5);
      expect(log.lines.length).toBeGreaterThan(0);
      expect(server.requests).toHaveLength(1001);
      expect(idleSockets(adapter)).toHaveLength(5);
      expect(usedSockets(adapter)).toHaveLength(0);
      expect(listeners()).toEqual(before);
      // The clock of an idle connection; that of UndiciAdapter is not its socket's.
      if (name === 'HTTPAdapter') for (const idle of idleSockets(adapter)) expect(idle.timeout).toBe(15_000);
      await unhandled.settle();
      expect(unhandled.errors).toEqual([]);
    });

    test('idle connections do not keep the process alive, requests under way do', async () => {
      await using server = await startHttpServer(async (request, response) => {
        if (request.url === '/slow') await new Promise((resolve) => setTimeout(resolve, 200));
        echo(request, response);
      });
      const script = `
      import { ${name} } from './src/requests/adapters/index.ts';
      import { PreparedRequest } from './src/requests/models/prepared-request.ts';
      const adapter = new ${name}();
      const send = async (url) => {
        const request = new PreparedRequest();
        request.prepare({ method: 'GET', url });
        const response = await adapter.send(request, { timeout: 20 });
        await response.read();
        console.log(response.status_code);
      };
      await send('${server.url}/');
      void send('${server.url}/slow');
    `;
      const args = ['--import', 'tsx', '--input-type=module', '-e', script];
      const { stdout } = await runNode(args);
      expect(stdout).toBe('200\n200\n');
    });
  });
});
