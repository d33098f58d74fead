/** Answers that are there when a write fails, as their server had read enough and closed the connection. */
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FuturesSession, WorkerPoolExecutor } from 'requests-futures';
import {
  HTTPAdapter as PackagedHTTPAdapter,
  UndiciAdapter as PackagedUndiciAdapter,
} from 'requests-futures/requests';
import { ConnectionError, ProxyError } from '../../src/requests/exceptions/requests.js';
import type { Data } from '../../src/requests/inputs.js';
import { Session } from '../../src/requests/index.js';
import { ADAPTERS, type AdapterClass } from '../helpers/adapters.js';
import { Changes } from '../helpers/changes.js';
import { failureOf } from '../helpers/failures.js';
import { loopbackCertificate } from '../helpers/servers/certificates.js';

const folder = mkdtempSync(join(tmpdir(), 'failed-writes-'));
const FILE = join(folder, 'large');
const SIZE = 5 << 20;
writeFileSync(FILE, Buffer.alloc(SIZE));

/** What waits in the kernel, all of it. */
const ANSWER = 'too large '.repeat(2000);

const flags = new Int32Array(new SharedArrayBuffer(8));
let server: Worker;
let port: number;
beforeAll(async () => {
  const { cert, key } = loopbackCertificate();
  const workerData = { flags, cert, key, body: ANSWER };
  server = new Worker(new URL('../fixtures/hasty-server.mjs', import.meta.url), { workerData });
  [port] = (await once(server, 'message')) as [number];
});
afterAll(async () => {
  await server.terminate();
  rmSync(folder, { recursive: true });
});

/** An upload that goes on writing when the server has answered and closed the connection, before anything of that is read. */
class Upload {
  readonly #changes = new Changes();
  #isClosed = false;

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      const head = once(server, 'message');
      yield Buffer.alloc(1 << 16);
      await head;
      Atomics.store(flags, 1, 0);
      Atomics.store(flags, 0, 1);
      Atomics.notify(flags, 0);
      Atomics.wait(flags, 1, 0, 10_000);
      for (;;) yield Buffer.alloc(1 << 16);
    } finally {
      this.#isClosed = true;
      this.#changes.changed();
    }
  }

  closed(): Promise<void> {
    return this.#changes.until(() => this.#isClosed);
  }
}

const WAYS: readonly [way: string, scheme: 'http' | 'https', throughProxy: boolean][] = [
  ['over HTTP', 'http', false],
  ['over TLS', 'https', false],
  ['through a proxy that forwards', 'http', true],
  ['through a tunnel', 'https', true],
];

describe.each(ADAPTERS)('%s', (_name, Adapter: AdapterClass) => {
  describe.each(WAYS)('%s', (_way, scheme, throughProxy) => {
    function newSession(): Session {
      const session = new Session();
      session.verify = false;
      session.mount('http://', new Adapter());
      session.mount('https://', new Adapter());
      const proxy = `http://127.0.0.1:${String(port)}`;
      if (throughProxy) session.proxies = { http: proxy, https: proxy };
      return session;
    }
    const urlOf = (path: string): string => `${scheme}://127.0.0.1:${String(port)}/${path}`;

    test.each([
      ['both sides have ended', 'end'],
      ['the connection is reset', 'reset'],
    ])('an answer is read when %s behind it, and the upload ends', async (_ending, how) => {
      await using session = newSession();
      const upload = new Upload();
      const response = await session.put(urlOf(`${how}?held`), { data: upload, timeout: 10 });
      expect([response.status_code, response.text]).toEqual([413, ANSWER]);
      await upload.closed();
    });

    test('an answer may be streamed, or closed without being read', async () => {
      await using session = newSession();
      for (const isRead of [true, false]) {
        const upload = new Upload();
        const response = await session.put(urlOf('end?held'), { data: upload, timeout: 10, stream: true });
        expect(response.status_code).toBe(413);
        if (isRead) expect(String(await response.read())).toBe(ANSWER);
        else response.close();
        await upload.closed();
      }
    });

    test('an upload that was aborted meanwhile ends', async () => {
      await using session = newSession();
      const controller = new AbortController();
      const upload = new Upload();
      const options = { data: upload, stream: true, signal: controller.signal };
      expect((await session.put(urlOf('end?held'), options)).status_code).toBe(413);
      controller.abort();
      await upload.closed();
    });

    test('without an answer the error is that of Python', async () => {
      await using session = newSession();
      const upload = new Upload();
      const error = await failureOf(session.put(urlOf('silent?held'), { data: upload, timeout: 10 }));
      expect(error).toBeInstanceOf(throughProxy && scheme === 'http' ? ProxyError : ConnectionError);
      expect(error.message).toMatch(/RemoteDisconnected/);
      await upload.closed();
    });

    test.each<[string, () => Data]>([
      ['bytes', () => Buffer.alloc(SIZE)],
      ['a file', () => createReadStream(FILE)],
      ['a stream', () => Readable.from([Buffer.alloc(SIZE), Buffer.alloc(SIZE)])],
    ])('many uploads of %s are all answered', async (_kind, make) => {
      await using session = newSession();
      for (let i = 0; i < 10; i++) {
        const data = make();
        const path = i % 2 === 0 ? 'end' : 'reset';
        const response = await session.put(urlOf(path), { data, timeout: 10 });
        expect([response.status_code, response.text]).toEqual([413, ANSWER]);
        if (data instanceof Readable && !data.closed) await once(data, 'close');
      }
    });
  });
});

describe.each([
  ['HTTPAdapter', PackagedHTTPAdapter],
  ['UndiciAdapter', PackagedUndiciAdapter],
] as const)('%s in a thread', (_name, Adapter) => {
  test('many uploads of bytes are all answered', async () => {
    await using executor = new WorkerPoolExecutor({ max_workers: 4, threads: 1 });
    await using session = new FuturesSession({ executor });
    session.mount('http://', new Adapter());
    const futures = Array.from({ length: 20 }, (_, i) =>
      session.put(`http://127.0.0.1:${String(port)}/${i % 2 === 0 ? 'end' : 'reset'}`, {
        data: Buffer.alloc(SIZE),
        timeout: 10,
      }),
    );
    for (const future of futures) {
      const response = await future;
      expect([response.status_code, response.text]).toEqual([413, ANSWER]);
    }
  });
});
