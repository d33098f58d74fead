import { expect, test } from 'vitest';
import { Session, UndiciAdapter } from '../../src/requests/index.js';
import { startRawServer } from '../helpers/servers/raw-server.js';

const head = (...lines: readonly string[]): string => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');

function sessionFor(): Session {
  const session = new Session();
  session.mount('http://', new UndiciAdapter({ connections: 1 }));
  return session;
}

test('1.12: responses that follow each other have each their own headers', async () => {
  const heads = [
    head('Content-Length: 0', 'X: 1 '),
    head('Content-Length: 0', 'X: 1 '),
    head('Content-Length: 0', 'X: 2'),
    head('Content-Length: 0', 'X: 1 '),
    head('Content-Length: 0', 'X: ü', 'x:'),
  ];
  await using server = await startRawServer(async (connection) => {
    for (const each of heads) {
      if ((await connection.readHead()) === '') return;
      await connection.write(each);
    }
  });
  await using session = sessionFor();
  const raw: (readonly string[] | undefined)[] = [];
  while (raw.length < heads.length) raw.push((await session.get(server.url)).raw?.rawHeaders);
  expect(raw.slice(0, 4)).toEqual(['1', '1', '2', '1'].map((x) => ['Content-Length', '0', 'X', x]));
  expect(raw[4]).toEqual(['Content-Length', '0', 'X', 'ü', 'x', '']);
  expect(server.connections).toHaveLength(1);
});

test('1.12: what is done to the headers of one response is not seen in those of another', async () => {
  await using server = await startRawServer(async (connection) => {
    while ((await connection.readHead()) !== '')
      await connection.write(head('Content-Length: 0', 'Set-Cookie: a=1'));
  });
  await using session = sessionFor();
  const first = await session.get(server.url);
  first.headers['X'] = '1';
  delete first.headers['Set-Cookie'];
  first.cookies.set('b', '2');
  const second = await session.get(server.url);
  expect(second.headers.items()).toEqual([
    ['Content-Length', '0'],
    ['Set-Cookie', 'a=1'],
  ]);
  expect(second.cookies.get_dict()).toEqual({ a: '1' });
});

test('1.12: headers that come in several packets are those of their response', async () => {
  const answers = ['1', '2'].map((x) => head('Content-Length: 0', `First: ${x}`, 'Last: same'));
  await using server = await startRawServer(async (connection) => {
    for (const answer of answers) {
      if ((await connection.readHead()) === '') return;
      connection.socket.setNoDelay(true);
      for (const part of answer.split(/(?=Last)/)) {
        await connection.write(part);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  });
  await using session = sessionFor();
  expect((await session.get(server.url)).headers['First']).toBe('1');
  expect((await session.get(server.url)).headers['First']).toBe('2');
});
