import net from 'node:net';
import { expect, test, vi } from 'vitest';
import { FuturesSession, UndiciAdapter } from '../../src/index.js';
import { startHttpServer } from '../helpers/servers/http-server.js';
import { reply, startRawServer } from '../helpers/servers/raw-server.js';

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
