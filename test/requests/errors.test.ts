import { describe, expect, test } from 'vitest';
import type { RequestException } from '../../src/requests/exceptions/requests.js';
import {
  ChunkedEncodingError,
  ConnectionError,
  InvalidHeader,
  InvalidURL,
  ReadTimeout,
  Timeout,
} from '../../src/requests/exceptions/requests.js';
import * as urllib3 from '../../src/requests/exceptions/urllib3.js';
import { refusedPort } from '../helpers/servers/http-server.js';
import { type RawConnection, reply, startRawServer } from '../helpers/servers/raw-server.js';
import { failureOf, watchUnhandled } from '../helpers/failures.js';
import { prepare, send } from '../helpers/send.js';
import { ADAPTERS, idleSockets } from '../helpers/adapters.js';

describe.each(ADAPTERS)('%s', (_name, Adapter) => {
  interface Fault {
    /** What the server does once it has the head of the request. */
    readonly does: (connection: RawConnection) => unknown;
    readonly error: typeof RequestException;
    /** The whole message; POOL stands for the pool's text. */
    readonly message: string | RegExp;
    /** Whether it shows only when the body is read. */
    readonly inBody?: boolean;
    /** For a server that falls silent: the seconds to wait for it. */
    readonly silent?: number;
  }

  const ABORTED = "('Connection aborted.', ";
  const HANG_UP = `${ABORTED}RemoteDisconnected('Remote end closed connection without response'))`;
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';
  const incomplete = 'IncompleteRead(5 bytes read, 5 more expected)';

  const FAULTS: Readonly<Record<string, Fault>> = {
    'closes without a byte': {
      does: (c) => {
        c.end();
      },
      error: ConnectionError,
      message: HANG_UP,
    },
    'resets the connection': {
      does: (c) => {
        c.reset();
      },
      error: ConnectionError,
      message: `${ABORTED}ConnectionResetError(104, 'Connection reset by peer'))`,
    },
    'answers garbage': {
      does: (c) => {
        c.end('GARBAGE\r\n\r\n');
      },
      error: ConnectionError,
      message: `${ABORTED}BadStatusLine('GARBAGE\\r\\n'))`,
    },
    'answers a garbled header': {
      does: (c) => {
        c.end('HTTP/1.1 200 OK\r\nBad Header\r\n\r\n');
      },
      error: ConnectionError,
      message: /^\('Connection aborted\.', HTTPException\('.*header.*'\)\)$/i,
    },
    'closes in the middle of the head': {
      does: (c) => {
        c.end('HTTP/1.1 200 OK\r\nX: y\r\n');
      },
      error: ConnectionError,
      message: HANG_UP,
    },
    'never answers': {
      does: () => undefined,
      error: ReadTimeout,
      message: 'POOL: Read timed out. (read timeout=0.1)',
      silent: 0.1,
    },
    'stops in the middle of the head': {
      does: (c) => c.write('HTTP/1.1 200 OK\r\nX: y\r\n'),
      error: ReadTimeout,
      message: 'POOL: Read timed out. (read timeout=0.1)',
      silent: 0.1,
    },
    'sends two different lengths': {
      does: (c) => {
        c.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length:  6\r\n\r\nhello');
      },
      error: InvalidHeader,
      message: 'Content-Length contained multiple unmatching values (5, 6)',
    },
    'sends a body that is too short': {
      does: (c) => {
        c.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
      },
      error: ChunkedEncodingError,
      message: `('Connection broken: ${incomplete}', ${incomplete})`,
      inBody: true,
    },
    'sends a body that is too short, announcing that it closes': {
      does: (c) => {
        c.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhello');
      },
      error: ChunkedEncodingError,
      message: `('Connection broken: ${incomplete}', ${incomplete})`,
      inBody: true,
    },
    'ends a chunked body without its last chunk': {
      does: (c) => {
        c.end(chunked);
      },
      error: ChunkedEncodingError,
      message: 'Response ended prematurely',
      inBody: true,
    },
    'ends a chunked body in the middle of a chunk': {
      does: (c) => {
        c.end(`${chunked}5\r\nhel`);
      },
      error: ChunkedEncodingError,
      message: 'Response ended prematurely',
      inBody: true,
    },
    'sends a chunk whose length is no number': {
      does: async (c) => {
        await c.write(chunked);
        c.end('zz\r\nhello\r\n');
      },
      error: ChunkedEncodingError,
      message: /InvalidChunkLength\(got length b'zz\\r\\n', \d bytes read\)\)$/,
      inBody: true,
    },
    'resets the connection under the body': {
      does: async (c) => {
        await c.write(chunked);
        c.reset();
      },
      error: ChunkedEncodingError,
      // Where data came before it, some systems tell of a reset as of an orderly end.
      message:
        /^Response ended prematurely$|^\("Connection broken: ConnectionResetError\(104, 'Connection reset by peer'\)",/,
      inBody: true,
    },
    'stops sending the body': {
      does: (c) => c.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'),
      error: ConnectionError,
      message: 'POOL: Read timed out.',
      inBody: true,
      // Long enough for the head to arrive on a busy machine.
      silent: 1,
    },
  };

  describe.each(Object.entries(FAULTS))('1.13: a server that %s', (_name, fault) => {
    test.each([false, true])('with stream %s', async (stream) => {
      const unhandled = watchUnhandled();
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        await fault.does(connection);
      });
      const adapter = new Adapter();
      const request = prepare(`${server.url}/x`);
      let received = '';
      const exchange = async (): Promise<void> => {
        const response = await adapter.send(request, { stream, timeout: [10, fault.silent ?? 10] });
        if (!stream) await response.read();
        else for await (const part of response.iter_content(null)) received += String(part);
      };
      const error = await failureOf(exchange(), fault.error);
      expect(Object.getPrototypeOf(error)).toBe(fault.error.prototype);
      const pool = `HTTPConnectionPool(host='127.0.0.1', port=${server.port})`;
      expect(error.message.replace(pool, 'POOL')).toEqual(
        typeof fault.message === 'string' ? fault.message : expect.stringMatching(fault.message),
      );
      expect(error.request).toBe(request);
      expect(error.cause).toBeInstanceOf(urllib3.HTTPError);
      // How much of the body got through before the fault is a matter of timing.
      if (fault.inBody) expect('hellohel'.startsWith(received)).toBe(true);
      await unhandled.settle();
      expect(unhandled.errors).toEqual([]);
      expect(idleSockets(adapter)).toEqual([]);
      adapter.close();
    });
  });

  describe('1.13: connections that cannot be made', () => {
    test('refused', async () => {
      const port = await refusedPort();
      const adapter = new Adapter();
      const error = await failureOf(send(adapter, `http://127.0.0.1:${port}/x?y=1`), ConnectionError);
      expect(Object.getPrototypeOf(error)).toBe(ConnectionError.prototype);
      expect(error.message).toBe(
        `HTTPConnectionPool(host='127.0.0.1', port=${port}): Max retries exceeded with url: /x?y=1 (Caused by ` +
          `NewConnectionError("HTTPConnection(host='127.0.0.1', port=${port}): Failed to establish a new connection: ` +
          '[Errno 111] Connection refused"))',
      );
      expect(error.request?.url).toBe(`http://127.0.0.1:${port}/x?y=1`);
      expect(error).not.toBeInstanceOf(Timeout);
      const cause = error.cause as urllib3.MaxRetryError;
      expect(cause).toBeInstanceOf(urllib3.MaxRetryError);
      expect(cause.reason).toBeInstanceOf(urllib3.NewConnectionError);
      expect(cause.reason?.cause).toMatchObject({ code: 'ECONNREFUSED' });
    });

    test('no such host', async () => {
      const error = await failureOf(send(new Adapter(), 'http://no-such-host.invalid/'));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.message).toMatch(
        /^HTTPConnectionPool\(host='no-such-host\.invalid', port=80\): Max retries exceeded with url: \/ \(Caused by NameResolutionError\("HTTPConnection\(host='no-such-host\.invalid', port=80\): Failed to resolve 'no-such-host\.invalid' \(\[Errno -[23]\] .*\)"\)\)$/,
      );
      expect((error.cause as urllib3.MaxRetryError).reason).toBeInstanceOf(urllib3.NameResolutionError);
    });

    test('a mock or a lookup that refuses says why in its own words', async () => {
      const refusal = Object.assign(new Error('the tests have no network'), { code: 'ENETUNREACH' });
      const adapter = new Adapter({
        lookup: (_host, _options, callback) => {
          (callback as (error: Error) => void)(refusal);
        },
      });
      const error = await failureOf(send(adapter, 'http://mocked.invalid/'), ConnectionError);
      expect(error.message).toContain('[Errno 101] the tests have no network"))');
    });

    test('the process lives on after a thousand refused connections, none of them waited for', async () => {
      const unhandled = watchUnhandled();
      const port = await refusedPort();
      const adapter = new Adapter();
      const failures = Array.from({ length: 1000 }, () =>
        failureOf(send(adapter, `http://127.0.0.1:${port}/`)),
      );
      for (const error of await Promise.all(failures)) expect(error).toBeInstanceOf(ConnectionError);
      await unhandled.settle();
      expect(unhandled.errors).toEqual([]);
    });
  });

  describe('1.13: URLs that lead nowhere', () => {
    test('a scheme that is not HTTP is an InvalidURL', async () => {
      const request = prepare('http+ftp://socket/x');
      const error = await failureOf(send(new Adapter(), request));
      expect(error).toBeInstanceOf(InvalidURL);
      expect(error.message).toContain('Not supported URL scheme http+ftp');
    });

    test('a URL without a host is an InvalidURL', async () => {
      const request = prepare('http://h/');
      request.url = 'mailto:me';
      const error = await failureOf(send(new Adapter(), request), InvalidURL);
      expect(error.request).toBe(request);
    });
  });

  describe('a stream that is not read to its end', () => {
    test('1.12: closing it closes its connection, and nothing fails', async () => {
      const unhandled = watchUnhandled();
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nstart');
      });
      const adapter = new Adapter();
      const response = await adapter.send(prepare(server.url), { stream: true });
      response.close();
      await server.connections[0]?.waitForEnd();
      expect((await response.read()).length).toBe(0);
      await unhandled.settle();
      expect(unhandled.errors).toEqual([]);
    });

    test('a failure nobody reads does not end the process', async () => {
      const unhandled = watchUnhandled();
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nstart');
        connection.reset();
      });
      const adapter = new Adapter();
      const response = await adapter.send(prepare(server.url), { stream: true });
      await server.connections[0]?.waitForEnd();
      await unhandled.settle();
      expect(unhandled.errors).toEqual([]);
      expect(await failureOf(response.read())).toBeInstanceOf(ChunkedEncodingError);
    });
  });

  describe('3.27: what an exception carries', () => {
    test('its message names no credentials of the URL', async () => {
      const port = await refusedPort();
      const error = await failureOf(send(new Adapter(), `http://user:secret@127.0.0.1:${port}/x`));
      expect(error.message).not.toContain('secret');
      expect(JSON.stringify(error)).not.toContain('secret');
    });

    test("the args of urllib3's exceptions are those of Python", async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        connection.end();
      });
      const { cause } = await failureOf(send(new Adapter(), server.url));
      expect(cause).toBeInstanceOf(urllib3.ProtocolError);
      const { args } = cause as urllib3.ProtocolError;
      expect(args[0]).toBe('Connection aborted.');
      expect(args[1]).toMatchObject({ code: 'ECONNRESET' });
    });

    test('a response that came whole is no failure because its server goes away afterwards', async () => {
      await using server = await startRawServer(async (connection) => {
        await connection.readHead();
        await connection.write(reply('whole'));
        connection.reset();
      });
      const response = await new Adapter().send(prepare(server.url), { stream: true });
      await server.connections[0]?.waitForEnd();
      expect(String(await response.read())).toBe('whole');
    });
  });
});
