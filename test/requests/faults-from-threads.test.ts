/** What a request from a worker thread does with servers that answer early, cut their answers or fall silent, as one from here. */
import { existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FuturesSession, type ResponseFuture, WorkerPoolExecutor } from 'requests-futures';
import { type Data, HTTPAdapter, Retry, UndiciAdapter } from 'requests-futures/requests';
import { Changes } from '../helpers/changes.js';
import * as tasks from '../fixtures/tasks.mjs';
import { answering, type RawConnection, reply, startRawServer } from '../helpers/servers/raw-server.js';
import { Gate } from '../helpers/thread-gate.js';

const TABLE = '/proc/self/net/tcp';

/** Resolves when the kernel has the ends of all connections that a server on this port has ended; at once where that cannot be seen. */
async function endsArrived(port: number): Promise<void> {
  const place = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const waiting = new RegExp(`^ *\\d+: ${place} \\S+ 04 `, 'm'); // FIN_WAIT1
  while (existsSync(TABLE) && waiting.test(readFileSync(TABLE, 'utf8'))) await new Promise(setImmediate);
}

let executor: WorkerPoolExecutor;

beforeAll(() => {
  executor = new WorkerPoolExecutor({ max_workers: 2, threads: 1 });
});
afterAll(() => executor.shutdown());

describe.each([
  ['HTTPAdapter', HTTPAdapter],
  ['UndiciAdapter', UndiciAdapter],
] as const)('%s', (_name, Adapter) => {
  function sessionWith(options: ConstructorParameters<typeof Adapter>[0] = {}): FuturesSession {
    const session = new FuturesSession({ executor });
    session.trust_env = false;
    session.mount('http://', new Adapter(options));
    return session;
  }

  test.each([
    ['a stream', (pieces: unknown[]) => ({ data: Readable.from(pieces) })],
    ['a web stream', (pieces: unknown[]) => ({ data: ReadableStream.from(pieces) as never })],
    ['a multipart upload', (pieces: unknown[]) => ({ files: { f: Readable.from(pieces) } })],
  ])('a piece of %s that is neither text nor bytes is a TypeError', async (_kind, make) => {
    await using server = await startRawServer(async (connection) => {
      await connection.readRequest();
    });
    await using session = sessionWith();
    for (const pieces of [[{ a: 1 }], ['text', 1]]) {
      const error = await session.post(server.url, { ...make(pieces), timeout: 5 }).exception();
      expect(error).toBeInstanceOf(TypeError);
      expect(error?.message).toMatch(/^a body must give text or bytes, not /);
    }
  });

  test('an answer comes with the retries that were left, and the attempts before', async () => {
    const bad = reply('', { status: '503 Service Unavailable' });
    await using server = await startRawServer(answering(bad, reply('x'), reply('y'), reply('z')));
    const max_retries = new Retry({ total: 3, status_forcelist: [503] });
    await using session = sessionWith({ max_retries });
    const { raw } = await session.get(server.url);
    expect([raw?.retries?.total, raw?.retries?.history.map(({ status }) => status)]).toEqual([2, [503]]);
    expect((await session.get(server.url)).raw?.retries?.total).toBe(3);
    expect((await session.get(server.url, { max_retries: 1 })).raw?.retries?.total).toBe(1);
  });

  test.each(['a generator', 'a stream', 'a multipart upload'])(
    'an upload of %s that is answered before it is read stops and is closed, and the next request is answered',
    async (kind) => {
      await using server = await startRawServer(async (connection: RawConnection) => {
        const head = await connection.readHead();
        if (head.startsWith('GET')) return connection.write(reply('next'));
        connection.socket.pause();
        return connection.write(reply('no', { status: '401 Unauthorized' }));
      });
      await using session = sessionWith({ pool_block: true, pool_maxsize: 1 });
      const changes = new Changes();
      let isClosed = false;
      // eslint-disable-next-line @typescript-eslint/require-await -- what is awaited is not the point
      async function* endless(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield Buffer.alloc(64 * 1024);
        } finally {
          isClosed = true;
          changes.changed();
        }
      }
      const body =
        kind === 'a generator'
          ? { data: endless() }
          : kind === 'a stream'
            ? { data: Readable.from(endless()) }
            : { files: { f: Readable.from(endless()) } };
      const response = await session.post(server.url, { ...body, timeout: 5 });
      expect([response.status_code, response.text]).toEqual([401, 'no']);
      await changes.until(() => isClosed);
      expect((await session.get(server.url, { timeout: 5 })).text).toBe('next');
    },
  );

  test('the signal ends a second attempt that is not answered', async () => {
    const controller = new AbortController();
    await using server = await startRawServer(async (connection) => {
      await connection.readRequest();
      await connection.write(reply('', { status: '503 Service Unavailable' }));
      if ((await connection.readRequest()) !== '') controller.abort();
    });
    await using session = sessionWith({
      max_retries: new Retry(3, { status_forcelist: [503], backoff_factor: 0 }),
    });
    const future = session.get(server.url, { signal: controller.signal, timeout: 15 });
    expect((await future.exception())?.name).toBe('AbortError');
    await server.connections[0]?.waitForEnd();
  });

  const HEAD = 'HTTP/1.1 302 Found\r\nLocation: /next\r\n';
  test.each<[string, string, 'keep' | 'end']>([
    ['is cut', `${HEAD}Content-Length: 10\r\n\r\nhello`, 'end'],
    ['has a bad chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\nbad`, 'keep'],
    ['is no gzip', `${HEAD}Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello`, 'keep'],
  ])('1.6: a redirect whose own body %s is followed', async (_case, redirect, end) => {
    await using server = await startRawServer(async (connection) => {
      for (;;) {
        const request = await connection.readRequest();
        if (request === '') return;
        const isFirst = !request.startsWith('GET /next');
        await connection.write(isFirst ? redirect : reply('there'));
        if (isFirst && end === 'end') connection.end();
      }
    });
    await using session = sessionWith();
    const response = await session.get(server.url, { timeout: 5 });
    expect(response.text).toBe('there');
    expect(response.history.map(({ status_code }) => status_code)).toEqual([302]);
    expect(await session.get(server.url, { allow_redirects: false }).exception()).toBeInstanceOf(Error);
  });

  test('a proxy that forwards gets its credentials once, also after a redirect', async () => {
    const received: string[] = [];
    await using proxy = await startRawServer(async (connection) => {
      for (;;) {
        const request = await connection.readRequest();
        if (request === '') return;
        received.push(request);
        const isFirst = received.length === 1;
        await connection.write(isFirst ? `${HEAD}Content-Length: 0\r\n\r\n` : reply('there'));
      }
    });
    await using session = sessionWith();
    const proxies = { http: `http://user:pw@127.0.0.1:${proxy.port}` };
    const response = await session.get('http://server.invalid/', { proxies, timeout: 5 });
    expect(response.text).toBe('there');
    expect(received.map((request) => request.match(/^proxy-authorization: .*$/gim))).toEqual([
      ['Proxy-Authorization: Basic dXNlcjpwdw=='],
      ['Proxy-Authorization: Basic dXNlcjpwdw=='],
    ]);
  });

  test.each<[string, (pieces: string[]) => Data]>([
    [
      'a generator',
      function* (pieces) {
        yield* pieces;
      },
    ],
    ['an async generator', (pieces) => Readable.from(pieces)[Symbol.asyncIterator]()],
    ['a stream', (pieces) => Readable.from(pieces)],
    ['a web stream', (pieces) => ReadableStream.from(pieces)],
  ])('each piece of %s is a chunk of its own', async (_kind, make) => {
    let received = '';
    await using server = await startRawServer(async (connection) => {
      received = await connection.readRequest();
      await connection.write(reply('read'));
    });
    await using session = sessionWith();
    const pieces = ['a', 'bc', 'ü', 'd'.repeat(20)];
    const data = make(['', ...pieces, '']);
    expect((await session.post(server.url, { data, timeout: 5 })).text).toBe('read');
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(
      `1\r\na\r\n2\r\nbc\r\n2\r\n\xc3\xbc\r\n14\r\n${'d'.repeat(20)}\r\n0\r\n\r\n`,
    );
  });

  test('POSTs of many workers are sent on no connection that was closed while their thread computed', async () => {
    await using server = await startRawServer(async (connection) => {
      for (;;) {
        const request = await connection.readRequest();
        if (request === '') return;
        await connection.write(reply(/^POST \/(\d+)/.exec(request)?.[1]));
      }
    });
    await using many = new WorkerPoolExecutor({ max_workers: 11, threads: 1 });
    await using session = new FuturesSession({ executor: many });
    session.mount('http://', new Adapter());
    const ids = Array.from({ length: 10 }, (_, i) => String(i));
    const post = (): ResponseFuture[] =>
      ids.map((id) => session.post(`${server.url}/${id}`, { data: id, timeout: 5 }));
    for (let round = 1; round <= 3; round += 1) {
      await Promise.all(post());
      const gate = new Gate();
      const computing = many.submit(tasks.block, gate.memory);
      await gate.begun(1);
      const futures = post();
      const open = server.connections.filter(({ ended }) => !ended);
      await Promise.all(open.map(({ socket }) => new Promise<void>((resolve) => socket.end(resolve))));
      await endsArrived(server.port);
      gate.open();
      await computing;
      expect(await Promise.all(futures.map(async (future) => (await future).text))).toEqual(ids);
    }
  });
});

test('an UndiciAdapter that sends by the global dispatcher sends by that of the thread', async () => {
  await using server = await startRawServer(async (connection) => {
    await connection.readRequest();
    await connection.write(reply('here'));
  });
  await using session = new FuturesSession({ executor });
  session.mount('http://', new UndiciAdapter({ dispatcher: 'global' }));
  expect((await session.get(server.url, { timeout: 5 })).text).toBe('here');
});
