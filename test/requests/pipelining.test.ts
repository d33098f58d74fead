import net from 'node:net';
import { expect, test, vi } from 'vitest';
import { FuturesSession, type Response, UndiciAdapter } from '../../src/index.js';
import { startHttpServer } from '../helpers/servers/http-server.js';
import { type RawConnection, reply, startRawServer } from '../helpers/servers/raw-server.js';
import { answerFor } from '../fuzz/pipelined-answers.js';
import { randomOf } from '../fuzz/random.js';

test('requests that are made together go out together over a connection that pipelines', async () => {
  await using server = await startHttpServer();
  server.handler = (_request, response) => response.end('x');
  const write = vi.spyOn(net.Socket.prototype, 'write');
  await using session = new FuturesSession({ max_workers: 8 });
  session.mount('http://', new UndiciAdapter({ connections: 1, pipelining: 8 }));
  await session.get(server.url);
  write.mockClear();
  const responses = await Promise.all(Array.from({ length: 8 }, (_, i) => session.get(`${server.url}/${i}`)));
  expect(responses.map(({ text }) => text)).toEqual(Array.from({ length: 8 }, () => 'x'));
  const counts = write.mock.calls
    .map(([data]) => String(data).split('GET /').length - 1)
    .filter((count) => count > 0);
  // undici looks at an idle connection before it uses it, and sends what has come by then.
  expect(counts).toEqual([8]);
  expect(server.connections).toBe(1);
  write.mockRestore();
});

test('bodies keep their place among the heads that go out together', async () => {
  const received: string[] = [];
  await using server = await startRawServer(async (connection) => {
    for (;;) {
      const request = await connection.readRequest();
      if (request === '') return;
      received.push(`${request.split(' ')[0] ?? ''} ${request.split('\r\n\r\n')[1] ?? ''}`);
      await connection.write(reply('x'));
    }
  });
  await using session = new FuturesSession({ max_workers: 8 });
  session.mount('http://', new UndiciAdapter({ connections: 1, pipelining: 8 }));
  await session.get(server.url);
  received.length = 0;
  await Promise.all([
    session.get(server.url),
    session.put(server.url, { data: 'one' }),
    session.get(server.url),
    session.put(server.url, { data: Buffer.from('two') }),
    session.delete(server.url),
    session.post(server.url, { data: 'three' }),
    session.get(server.url),
  ]);
  expect(received.sort()).toEqual(['DELETE ', 'GET ', 'GET ', 'GET ', 'POST three', 'PUT one', 'PUT two']);
});

test('answers that come in one packet keep their own headers, also those without a body', async () => {
  const answers = new Map([
    ['/200', 'HTTP/1.1 200 OK\r\nX: of 200\r\nContent-Length: 1\r\n\r\nx'],
    ['/204', 'HTTP/1.1 204 No Content\r\nX: of 204\r\n\r\n'],
    ['/304', 'HTTP/1.1 304 Not Modified\r\nX: of 304\r\n\r\n'],
    ['/length', 'HTTP/1.1 304 Not Modified\r\nX: of length\r\nContent-Length: 7\r\n\r\n'],
  ]);
  const paths = ['/length', '/304', '/200', '/204', '/200', '/304'];
  await using server = await startRawServer(async (connection) => {
    await connection.readRequest();
    await connection.write(reply('x'));
    let packet = '';
    for (let count = 0; count < paths.length; count += 1)
      packet += answers.get((await connection.readRequest()).split(' ')[1] ?? '') ?? '';
    await connection.write(packet);
  });
  await using session = new FuturesSession({ max_workers: 8 });
  session.mount('http://', new UndiciAdapter({ connections: 1, pipelining: 8 }));
  await session.get(server.url);
  const responses = await Promise.all(paths.map((path) => session.get(server.url + path)));
  expect(responses.map(({ headers }) => `/${headers['X']?.slice(3) ?? ''}`)).toEqual(paths);
  expect(responses[0]?.headers['Content-Length']).toBe('7');
});

test('pipelined requests get their own answers, wherever the packets begin', async () => {
  const random = randomOf(2026);
  let batch: ReturnType<typeof answerFor>[] = [];
  const serve = async (connection: RawConnection): Promise<void> => {
    connection.socket.setNoDelay(true);
    // A request that is sent again has lost its answer.
    if (connection.number > 1) connection.end();
    await connection.readRequest();
    await connection.write(reply('x'));
    for (;;) {
      for (let count = 0; count < Math.max(1, batch.length); count++) await connection.readRequest();
      if (connection.ended) return;
      let rest = batch.map(({ bytes }) => bytes).join('');
      while (rest !== '') {
        const size = random() < 0.4 ? rest.length : 1 + Math.floor(random() * 120);
        await connection.write(rest.slice(0, size));
        await new Promise(setImmediate);
        rest = rest.slice(size);
      }
    }
  };
  await using server = await startRawServer(serve);
  await using session = new FuturesSession({ max_workers: 8 });
  session.mount('http://', new UndiciAdapter({ connections: 1, pipelining: 8 }));
  await session.get(server.url);
  for (let round = 0; round < 150; round++) {
    const methods = Array.from({ length: 2 + Math.floor(random() * 6) }, () =>
      random() < 0.8 ? 'GET' : 'HEAD',
    );
    batch = methods.map((method, i) => answerFor(`${round}-${i}`, method, random));
    const responses = await Promise.all(methods.map((method) => session.request(method, server.url)));
    const got = responses.map(({ status_code: status, reason, raw, headers, text }) => ({
      status,
      reason,
      version: raw?.version,
      id: headers['X-Id'],
      framing: headers['Transfer-Encoding'] ?? headers['Content-Length'],
      text,
    }));
    expect(got).toEqual(batch.map(({ expected }) => expected));
  }
  expect(server.connections.length).toBe(1);
});

test.each([
  reply('stray'),
  `HTTP/1.1 100 Continue\r\n\r\n${reply('stray')}`,
  'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n',
  'HTTP/1.1 2',
  'H',
])('an answer too many is not that of a request that waits for its turn: %j', async (stray) => {
  await using server = await startRawServer(async (connection) => {
    if (connection.number === 1) {
      await connection.readRequest();
      await connection.write(reply('first'));
      for (let count = 0; count < 2; count++) await connection.readRequest();
      await connection.write([reply('1'), reply('2'), stray].join(''));
    }
    for (;;) {
      const request = await connection.readRequest();
      if (request === '') return;
      await connection.write(reply(/\d/.exec(request)?.[0] ?? ''));
    }
  });
  await using session = new FuturesSession({ max_workers: 8 });
  const adapter = new UndiciAdapter({ pool_maxsize: 1, pool_block: true, pipelining: 2 });
  session.mount('http://', adapter);
  await session.get(server.url);
  const responses = await Promise.all([1, 2, 3, 4].map((i) => session.get(`${server.url}/${i}`)));
  expect(responses.map(({ text }) => text)).toEqual(['1', '2', '3', '4']);
});

/** What becomes of the second of two requests, whose answer has `head`, behind a whole one in the same packet. */
async function secondOf(head: string): Promise<PromiseSettledResult<Response>> {
  await using server = await startRawServer(async (connection) => {
    await connection.readRequest();
    await connection.write(reply('x'));
    for (let count = 0; count < 2; count++) await connection.readRequest();
    await connection.write(`HTTP/1.1 200 OK\r\nX: first\r\nContent-Length: 1\r\n\r\nx${head}\r\n\r\n`);
  });
  await using session = new FuturesSession({ max_workers: 2 });
  session.mount('http://', new UndiciAdapter({ connections: 1, pipelining: 2 }));
  await session.get(server.url);
  const [, second] = await Promise.allSettled([session.get(server.url), session.get(server.url)]);
  return second;
}

test('a switch of protocols behind another answer is read by its own head', async () => {
  const second = await secondOf('HTTP/1.1 101 Switch\r\nX: second\r\nConnection: upgrade\r\nUpgrade: x');
  expect(second).toMatchObject({ value: { status_code: 101, reason: 'Switch', headers: { X: 'second' } } });
});

test.each([
  ['Bad Header\r\nContent-Length: 2', "('Connection aborted.', "],
  ['Content-Length: 2\r\nContent-Length: 3', 'Content-Length contained multiple unmatching values (2, 3)'],
])('a head that is refused behind another answer is the one in the message: %j', async (lines, message) => {
  const second = await secondOf(`HTTP/1.1 200 OK\r\n${lines}`);
  expect(second).toMatchObject({ reason: { message: expect.stringContaining(message) as string } });
});
