/** Answers whose bytes are not what their heads say: what has come is handed out, and what is missing is an error. */
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import * as doors from 'requests-futures/requests';
import { ChunkedEncodingError, ConnectionError } from '../../src/requests/exceptions/requests.js';
import { Session } from '../../src/requests/index.js';
import { ADAPTERS } from '../helpers/adapters.js';
import { failureOf } from '../helpers/failures.js';
import { send } from '../helpers/send.js';
import { loopbackCertificate } from '../helpers/servers/certificates.js';
import { answering, type RawConnection, reply, startRawServer } from '../helpers/servers/raw-server.js';

type End = 'keep' | 'end' | 'reset';

const gzip = gzipSync('hello');
const LONG = 'x'.repeat(65_531) + 'hello';

/** Answers once with `pieces`, each in a packet of its own, and then does what `end` says. */
function once(pieces: readonly (string | Buffer)[], end: End) {
  return async (connection: RawConnection): Promise<void> => {
    await connection.readRequest();
    for (const piece of pieces) {
      await connection.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (end === 'end') connection.end();
    if (end === 'reset') connection.reset();
  };
}

describe.each(ADAPTERS)('%s', (_name, Adapter) => {
  const adapter = new Adapter();
  afterEach(() => {
    adapter.close();
  });

  const length = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const chunked = (body: string): string => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;

  describe.each([false, true])('stream: %s', (stream) => {
    test.each<[string, string, (string | Buffer)[]]>([
      ['a length that counts less than was sent', 'hello', [`${length('hello')} \n`]],
      ['a long one', LONG, [`${length(LONG)} \n`]],
      ['chunks with something behind the last', 'hello', [chunked('5\r\nhello\r\n0\r\n\r\n \n')]],
      [
        'chunks with an answer behind the last',
        'hello',
        [chunked('5\r\nhello\r\n0\r\n\r\n') + reply('stray')],
      ],
      ['two answers in two packets', 'hello', [length('hello'), reply('stray')]],
      [
        'gzip',
        'hello',
        [
          Buffer.concat([
            Buffer.from(
              `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${gzip.length}\r\n\r\n`,
            ),
            gzip,
            Buffer.from(' \n'),
          ]),
        ],
      ],
    ])('what follows a complete body does not take it away: %s', async (_case, body, pieces) => {
      await using server = await startRawServer(once(pieces, 'keep'));
      const response = await send(adapter, server.url, { stream });
      if (stream) await new Promise((resolve) => setTimeout(resolve, 30));
      expect((await response.read()).toString()).toBe(body);
    });

    test('a reset behind a complete body does not take it away', async () => {
      await using server = await startRawServer(once([length('hello')], 'reset'));
      const response = await send(adapter, server.url, { stream });
      if (stream) await server.connections[0]?.waitForEnd();
      expect((await response.read()).toString()).toBe('hello');
    });

    const RESET = "ConnectionResetError(104, 'Connection reset by peer')";
    const BAD_CHUNK = /InvalidChunkLength\(got length b'zz\\r\\n'/;

    test.each<[string, string[], End, string | RegExp]>([
      ['a bad chunk behind a good one', [chunked('5\r\nhello\r\nzz\r\nbad')], 'keep', BAD_CHUNK],
      ['a bad chunk in a packet of its own', [chunked('5\r\nhello\r\n'), 'zz\r\nbad'], 'keep', BAD_CHUNK],
      [
        'an end before Content-Length',
        ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'],
        'end',
        'IncompleteRead(5 bytes read, 5 more expected)',
      ],
      ['a reset before it', ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'], 'reset', RESET],
      [
        'a reset where the end of the connection is that of the body',
        ['HTTP/1.1 200 OK\r\n\r\nhello'],
        'reset',
        RESET,
      ],
      ['the same with HTTP/1.0', ['HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello'], 'reset', RESET],
      ['chunks without the last one', [chunked('5\r\nhello\r\n')], 'end', 'Response ended prematurely'],
      [
        'the same where the connection is to be closed',
        ['HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
        'end',
        'Response ended prematurely',
      ],
    ])('what has come is handed out before the error: %s', async (_case, pieces, end, message) => {
      await using server = await startRawServer(once(pieces, end));
      if (!stream) {
        const error = await failureOf(send(adapter, server.url), ChunkedEncodingError);
        expect(error.message).toMatch(message);
        return;
      }
      const response = await send(adapter, server.url, { stream });
      // It may have failed before it is read.
      await new Promise((resolve) => setTimeout(resolve, 40));
      let body = '';
      const reading = (async () => {
        for await (const piece of response.iter_content(null)) body += piece.toString();
      })();
      expect((await failureOf(reading, ChunkedEncodingError)).message).toMatch(message);
      expect(body).toBe('hello');
    });
  });

  test.each([
    ['204', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', 'GET'],
    ['204 in chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n', 'GET'],
    ['304', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n', 'GET'],
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'HEAD'],
  ])(
    '1.21: an answer without a body that speaks of one leaves its connection open: %s',
    async (_case, head, method) => {
      await using server = await startRawServer(answering(head, reply('next')));
      await using session = new Session();
      session.mount('http://', adapter);
      const response = await session.request(method, server.url);
      expect(response.content).toHaveLength(0);
      expect([...response.headers.items()].flat().join(': ')).toMatch(
        /^(content-length: 5|transfer-encoding: chunked)$/i,
      );
      expect((await session.get(server.url)).text).toBe('next');
      expect(server.connections).toHaveLength(1);
    },
  );

  test.each([
    ['where only the end of the connection is that of the body', 'HTTP/1.1 200 OK\r\n\r\nhello'],
    ['before Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'],
  ])('a reset under TLS is an error %s', async (_case, bytes) => {
    const { cert, key } = loopbackCertificate();
    const context = createSecureContext({ cert, key });
    await using server = await startRawServer(() => undefined);
    const connections: Socket[] = [];
    server.server.removeAllListeners('connection').on('connection', (socket: Socket) => {
      connections.push(socket);
      const secure = new TLSSocket(socket, { isServer: true, secureContext: context });
      secure.on('error', () => undefined).once('data', () => void secure.write(bytes));
    });
    const url = server.url.replace('http:', 'https:');
    // Not before the head has come: what is still to be decrypted when a reset comes, is lost.
    const response = await send(adapter, url, { verify: false, stream: true });
    for (const socket of connections) socket.resetAndDestroy();
    const error = await failureOf(response.read(), ChunkedEncodingError);
    expect(error.message).toContain("ConnectionResetError(104, 'Connection reset by peer')");
  });

  const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
  test.each<[string, (string | Buffer)[]]>([
    ['102 before 100', [`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${FINAL}`]],
    ['100, 102 and 100', [`HTTP/1.1 100 C\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 100 C\r\n\r\n${FINAL}`]],
    ['103 with headers', [`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${FINAL}`]],
    ...Array.from({ length: 24 }, (_, at): [string, string[]] => {
      const interim = 'HTTP/1.1 100 Continue\r\n\r\n';
      return [`100 cut after ${at + 1} bytes`, [interim.slice(0, at + 1), interim.slice(at + 1) + FINAL]];
    }),
    ['byte by byte', Array.from(`HTTP/1.1 100 Continue\r\n\r\n${FINAL}`)],
    ['a status line byte by byte', Array.from(FINAL)],
  ])('1.21: informational heads are skipped however they arrive: %s', async (_case, pieces) => {
    await using server = await startRawServer(once(pieces, 'keep'));
    const response = await send(adapter, server.url);
    expect([response.status_code, response.text]).toEqual([200, 'hello']);
  });

  test.each(['000', '099'])('a status of %s is a bad status line', async (status) => {
    await using server = await startRawServer(
      answering(`HTTP/1.1 ${status} OK\r\nContent-Length: 5\r\n\r\nhello`),
    );
    const error = await failureOf(send(adapter, server.url), ConnectionError);
    expect(error.message).toBe(`('Connection aborted.', BadStatusLine('HTTP/1.1 ${status} OK\\r\\n'))`);
    await server.connections[0]?.waitForEnd();
  });
});

describe.each(ADAPTERS)('in a worker thread, over %s', (name) => {
  const RESET = "Connection broken: ConnectionResetError(104, 'Connection reset by peer')";
  const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';

  test.each<[string, string, End, string]>([
    ['what follows a complete body', `${LENGTH}hello \n`, 'keep', 'hello'],
    ['an end before Content-Length', `${LENGTH}hel`, 'end', 'IncompleteRead(3 bytes read, 2 more expected)'],
    [
      'a reset where only the end of the connection is that of the body',
      'HTTP/1.1 200 OK\r\n\r\nhello',
      'reset',
      RESET,
    ],
    ['a status of 000', 'HTTP/1.1 000 OK\r\n\r\n', 'keep', "BadStatusLine('HTTP/1.1 000 OK\\r\\n')"],
    ['a 204 with a length', 'HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n', 'keep', ''],
    [
      '102 and 100 before the answer',
      `HTTP/1.1 102 P\r\n\r\nHTTP/1.1 100 C\r\n\r\n${LENGTH}hello`,
      'keep',
      'hello',
    ],
  ])('the outcome is the same: %s', async (_case, bytes, end, outcome) => {
    await using server = await startRawServer(once([bytes], end));
    await using executor = new WorkerPoolExecutor({ max_workers: 1, threads: 1 });
    await using session = new FuturesSession({ executor });
    session.mount('http://', new doors[name as 'HTTPAdapter' | 'UndiciAdapter']());
    const future = session.get(server.url, { timeout: 5 });
    const error = await future.exception();
    if (error === null) expect((await future).text).toBe(outcome);
    else {
      expect(error).toBeInstanceOf(doors.RequestException);
      expect(error.message).toContain(outcome);
    }
  });
});
