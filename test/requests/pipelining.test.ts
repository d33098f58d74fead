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
