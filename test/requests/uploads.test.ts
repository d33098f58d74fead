/** Uploads that are answered before they are read, that are never sent, and what becomes of their files and generators. */
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import type { Data, Files } from '../../src/requests/inputs.js';
import { HTTPDigestAuth } from '../../src/requests/auth/index.js';
import { Retry, Session } from '../../src/requests/index.js';
import { ADAPTERS, type AdapterClass } from '../helpers/adapters.js';
import { Changes } from '../helpers/changes.js';
import { refusedPort, startHttpServer } from '../helpers/servers/http-server.js';
import { type RawConnection, type RawServer, reply, startRawServer } from '../helpers/servers/raw-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';

const folder = mkdtempSync(join(tmpdir(), 'uploads-'));
const FILE = join(folder, 'large');
writeFileSync(FILE, 'first bytes');
const SIZE = 12 << 20;
truncateSync(FILE, SIZE);
const SMALL = join(folder, 'small');
writeFileSync(SMALL, 'small file');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A body that has no end by itself, and whether it was let go. */
interface Given {
  readonly body: { data: Data } | { files: Files };
  /** Resolves when what it is read from is closed. */
  closed(): Promise<unknown>;
}

const PIECE = Buffer.alloc(64 * 1024);

function endless(kind: 'async' | 'sync', path: (data: Data) => Given['body'] = (data) => ({ data })): Given {
  let isClosed = false;
  const changes = new Changes();
  const close = (): void => {
    isClosed = true;
    changes.changed();
  };
  // eslint-disable-next-line @typescript-eslint/require-await -- what is awaited is not the point
  async function* asynchronous(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield PIECE;
    } finally {
      close();
    }
  }
  function* synchronous(): Generator<Uint8Array> {
    try {
      for (;;) yield PIECE;
    } finally {
      close();
    }
  }
  return {
    body: path(kind === 'async' ? asynchronous() : synchronous()),
    closed: () => changes.until(() => isClosed),
  };
}

function ofStream(stream: Readable, body: Given['body']): Given {
  return { body, closed: () => (stream.closed ? Promise.resolve() : once(stream, 'close')) };
}

const BODIES: readonly [name: string, make: () => Given][] = [
  ['an async generator', () => endless('async')],
  ['a generator', () => endless('sync')],
  ['a generator in a multipart upload', () => endless('sync', (data) => ({ files: { f: data as never } }))],
  [
    'a file',
    () => {
      const stream = createReadStream(FILE);
      return ofStream(stream, { data: stream });
    },
  ],
  [
    'a file in a multipart upload',
    () => {
      const stream = createReadStream(FILE);
      return ofStream(stream, { files: { f: stream } });
    },
  ],
  [
    'the second file of a multipart upload',
    () => {
      const stream = createReadStream(SMALL);
      return ofStream(stream, { files: { first: createReadStream(FILE), second: stream } });
    },
  ],
  [
    'a stream',
    () => {
      const stream = new Readable({
        read() {
          this.push(PIECE);
        },
      });
      return ofStream(stream, { data: stream });
    },
  ],
  [
    'a stream that waits for its next piece',
    () => {
      const stream = new Readable({ read: () => undefined });
      stream.push('first');
      return ofStream(stream, { data: stream });
    },
  ],
  [
    'a web stream',
    () => {
      const changes = new Changes();
      let isClosed = false;
      const data = new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.enqueue(PIECE);
        },
        cancel() {
          isClosed = true;
          changes.changed();
        },
      });
      return { body: { data }, closed: () => changes.until(() => isClosed) };
    },
  ],
  ['a Blob', () => ({ body: { data: new Blob([Buffer.alloc(16 << 20)]) }, closed: () => Promise.resolve() })],
  ['text', () => ({ body: { data: 'x'.repeat(16 << 20) }, closed: () => Promise.resolve() })],
];

/** Answers the head of the first request and reads no more of it; later connections are answered in order. */
function startDeafServer(answer: string): Promise<RawServer> {
  return startRawServer(async (connection: RawConnection) => {
    if (connection.number > 1) {
      for (;;) {
        const request = await connection.readRequest();
        if (request === '') return;
        await connection.write(reply(request.split(' ', 1)[0]));
      }
    }
    await connection.readHead();
    connection.socket.pause();
    await connection.write(answer);
  });
}

/** The first connection is closed. */
async function gone({ connections: [first] }: RawServer): Promise<void> {
  first?.socket.resume();
  await first?.waitForEnd();
}

function sessionWith(Adapter: AdapterClass, options: ConstructorParameters<AdapterClass>[0] = {}): Session {
  const session = new Session();
  session.mount('http://', new Adapter(options));
  session.mount('https://', new Adapter(options));
  return session;
}

describe.each(ADAPTERS)('%s', (_adapter, Adapter) => {
  describe.each(BODIES)('an upload of %s', (_name, make) => {
    test('that is answered before it is read stops, and its connection serves no other request', async () => {
      await using server = await startDeafServer(reply('no', { status: '401 Unauthorized' }));
      await using session = sessionWith(Adapter, { pool_block: true, pool_maxsize: 1 });
      const given = make();
      const response = await session.post(server.url, { ...given.body, timeout: 5 });
      expect([response.status_code, response.text]).toEqual([401, 'no']);
      await given.closed();
      // The only place of the pool is free.
      expect((await session.get(server.url, { timeout: 5 })).text).toBe('GET');
      await gone(server);
    });

    test('whose answer is streamed stops when that is closed', async () => {
      await using server = await startDeafServer('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome');
      await using session = sessionWith(Adapter);
      const given = make();
      const response = await session.post(server.url, { ...given.body, timeout: 5, stream: true });
      response.close();
      await given.closed();
      await gone(server);
      expect(response.status_code).toBe(200);
    });

    test.each([
      ['that is refused a connection', async () => `http://127.0.0.1:${await refusedPort()}/`, {}],
      ['for a URL that is none', () => 'http://[', {}],
      ['for a scheme without an adapter', () => 'gopher://127.0.0.1/', {}],
      ['with a header that cannot be sent', () => 'http://127.0.0.1:9/', { headers: { 'X-A': 'a\nb' } }],
      ['with an option that does not exist', () => 'http://127.0.0.1:9/', { tiemout: 1 }],
      ['with a timeout that is none', () => 'http://127.0.0.1:9/', { timeout: -1 }],
      ['that was aborted before', () => 'http://127.0.0.1:9/', { signal: AbortSignal.abort() }],
    ])('%s is closed', async (_case, url, options) => {
      await using session = sessionWith(Adapter);
      const given = make();
      await expect(session.post(await url(), { ...given.body, ...options })).rejects.toThrow();
      if (_name.includes('generator')) return; // One that has not begun has no `finally` to run: see below.
      await given.closed();
    });
  });

  test('a generator that was not sent is over', async () => {
    await using session = sessionWith(Adapter);
    function* pieces(): Generator<string> {
      yield 'x';
    }
    const data = pieces();
    await expect(session.post('http://[', { data })).rejects.toThrow();
    expect(data.next().done).toBe(true);
    const files = pieces();
    await expect(session.post('gopher://x', { files: { f: files } })).rejects.toThrow();
    expect(files.next().done).toBe(true);
  });

  test('a generator is not touched before there is a connection, so that a retry sends all of it', async () => {
    const port = await refusedPort();
    await using session = sessionWith(Adapter, {
      max_retries: new Retry(1, { backoff_factor: 0 }),
    });
    const read: string[] = [];
    function* pieces(): Generator<string> {
      for (const piece of ['a', 'b']) {
        read.push(piece);
        yield piece;
      }
    }
    await expect(session.post(`http://127.0.0.1:${port}/`, { data: pieces() })).rejects.toThrow();
    expect(read).toEqual([]);
  });

  test.each([
    ['307 Temporary Redirect', 'POST', SIZE],
    ['303 See Other', 'GET', 0],
  ])('a file is sent to where an early %s leads', async (status, method, size) => {
    const answer = reply('', { status, headers: ['Location: /there'] });
    await using server = await startDeafServer(answer);
    await using session = sessionWith(Adapter);
    const response = await session.post(server.url, { data: createReadStream(FILE), timeout: 5 });
    expect([response.status_code, response.text]).toEqual([200, method]);
    const [head = '', body = ''] = (server.connections[1] as RawConnection).text.split('\r\n\r\n', 2);
    expect(head).toMatch(new RegExp(`^${method} /there HTTP`));
    expect(body.length).toBe(size);
  });

  test('a file is sent again after an early digest challenge', async () => {
    const challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"';
    await using server = await startDeafServer(
      reply('', { status: '401 Unauthorized', headers: [challenge] }),
    );
    await using session = sessionWith(Adapter);
    const auth = new HTTPDigestAuth('user', 'password');
    const response = await session.put(server.url, { data: createReadStream(FILE), auth, timeout: 5 });
    expect([response.status_code, response.text]).toEqual([200, 'PUT']);
    expect((server.connections[1] as RawConnection).text).toContain('Authorization: Digest username="user"');
    expect((server.connections[1] as RawConnection).received.length).toBeGreaterThan(SIZE);
  });

  test('a file is sent again after an early 503', async () => {
    await using server = await startDeafServer(reply('', { status: '503 Service Unavailable' }));
    await using session = sessionWith(Adapter, {
      max_retries: new Retry(1, { status_forcelist: [503], allowed_methods: ['POST'], backoff_factor: 0 }),
    });
    const response = await session.post(server.url, { data: createReadStream(FILE), timeout: 5 });
    expect(response.text).toBe('POST');
    expect((server.connections[1] as RawConnection).received.length).toBeGreaterThan(SIZE);
  });

  test('an answer that comes while the request is read does not stop it', async () => {
    await using server = await startHttpServer(
      (request, response) => {
        request.pipe(response);
      },
      { buffer: false },
    );
    await using session = sessionWith(Adapter);
    async function* pieces(): AsyncGenerator<string> {
      for (let i = 0; i < 50; i++) {
        yield `${String(i)};`.padEnd(2000, '.');
        await new Promise(setImmediate);
      }
    }
    const response = await session.post(server.url, { data: pieces(), timeout: 5 });
    expect(response.text).toHaveLength(100_000);
  });

  test.each([
    ['HTTP', startHttpServer],
    ['TLS', startTlsServer],
  ] as const)('connections of uploads that were read are kept, over %s', async (_scheme, start) => {
    await using server = await start((request, response) => response.end(String(request.body.length)));
    await using session = sessionWith(Adapter);
    session.verify = false;
    for (let i = 0; i < 5; i++) {
      const large = Buffer.alloc(1 << 20);
      for (const data of [large, Readable.from([large, large]), new Set(['a', 'b'])]) {
        await session.post(server.url, { data: data as Data });
      }
    }
    expect(server.requests.length).toBe(15);
    expect(server.connections).toBe(1);
  });

  test.each([
    ['a stream', (pieces: unknown[]) => ({ data: Readable.from(pieces) })],
    ['a list', (pieces: unknown[]) => ({ data: new Set(pieces) as never })],
    ['a web stream', (pieces: unknown[]) => ({ data: ReadableStream.from(pieces) as never })],
    ['a multipart upload', (pieces: unknown[]) => ({ files: { f: Readable.from(pieces) } })],
  ])('a piece of %s that is neither text nor bytes is a TypeError', async (_name, make) => {
    await using server = await startHttpServer();
    await using session = sessionWith(Adapter);
    for (const pieces of [[{ a: 1 }], ['text', 1], [Buffer.of(1), [1]]]) {
      const sent = session.post(server.url, make(pieces));
      await expect(sent).rejects.toThrow(/^a body must give text or bytes, not /);
    }
  });
});
