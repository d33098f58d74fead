import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  as_completed,
  ConnectionError,
  FuturesSession,
  HTTPAdapter,
  HTTPError,
  Request,
  Retry,
} from 'requests-futures';
import { BullMQExecutor, BullMQWorker } from 'requests-futures/bullmq';
import * as tasks from './fixtures/tasks.mjs';
import { hasRedis, newQueue, startWorker, TestRedis } from './redis.js';

describe.skipIf(!hasRedis)('a FuturesSession over a BullMQExecutor', () => {
  const redis = new TestRedis();
  let server: Server;
  let base = '';
  let failures = 0;
  const connections = new Set<number | undefined>();
  const paths: string[] = [];

  beforeAll(async () => {
    await redis.start();
    server = createServer((request, response) => {
      connections.add(request.socket.remotePort);
      const { pathname } = new URL(request.url ?? '/', 'http://x');
      paths.push(pathname);
      if (pathname === '/cookie') response.setHeader('Set-Cookie', 'flavour=oat; Path=/');
      else if (pathname === '/redirect') response.writeHead(302, { Location: '/json' });
      else if (pathname === '/flaky' && (failures += 1) % 3 !== 0) response.writeHead(503);
      else if (pathname === '/missing') response.writeHead(404);
      else if (pathname === '/reset') {
        request.socket.destroy();
        return;
      }
      if (request.method === 'POST') request.pipe(response);
      else response.end(JSON.stringify({ path: pathname, cookie: request.headers.cookie ?? null }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await redis.remove();
  });

  /** A session whose requests are sent by another process. */
  async function farSession(): Promise<{ session: FuturesSession; pid: number | undefined }> {
    const queue = newQueue();
    const worker = await startWorker(redis.url, queue);
    const executor = new BullMQExecutor({ queue, connection: redis.url });
    const session = new FuturesSession({ executor });
    onTestFinished(async () => {
      await session.close();
      await executor.shutdown({ wait: false, cancel_futures: true });
    });
    return { session, pid: worker.child.pid };
  }

  test('sends requests from the workers, with keep-alive, and brings whole responses back', async () => {
    const { session } = await farSession();
    connections.clear();
    for (let i = 0; i < 5; i += 1) {
      const response = await session.get(`${base}/json`, { params: { i } });
      expect(response.status_code).toBe(200);
      expect(response.json()).toMatchObject({ path: '/json' });
      expect(response.request.url).toBe(`${base}/json?i=${i}`);
      expect(response.elapsed.total_seconds()).toBeGreaterThan(0);
    }
    expect(connections.size).toBe(1);
  });

  test('follows redirects, posts bytes, and serves as_completed', async () => {
    const { session } = await farSession();
    const redirected = await session.get(`${base}/redirect`);
    expect(redirected.history.map(({ status_code }) => status_code)).toEqual([302]);
    const bytes = Buffer.from([0, 1, 2, 255]);
    const posted = await session.post(`${base}/post`, { data: bytes });
    expect(Buffer.from(posted.content)).toEqual(bytes);
    const futures = [1, 2, 3].map((n) => session.get(`${base}/${n}`));
    const seen = [];
    for await (const future of as_completed(futures)) seen.push((await future).json());
    expect(seen).toHaveLength(3);
  });

  test('runs hooks in the worker', async () => {
    const { session, pid } = await farSession();
    session.hooks.response = tasks.mark;
    const response = (await session.get(`${base}/json`)) as { marked?: number };
    expect(response.marked).toBe(pid);
    expect(() => session.get(`${base}/json`, { hooks: { response: () => undefined } })).toThrow(
      'Cannot pickle function',
    );
  });

  test('brings cookies home, and sends them with the next request', async () => {
    const { session } = await farSession();
    await session.get(`${base}/cookie`);
    expect(session.cookies.get('flavour')).toBe('oat');
    expect((await session.get(`${base}/json`)).json()).toMatchObject({ cookie: 'flavour=oat' });
  });

  test('retries as the adapter says, and brings errors back with class, cause and request', async () => {
    const { session } = await farSession();
    session.mount(
      'http://',
      new HTTPAdapter({ max_retries: new Retry({ total: 3, status_forcelist: [503], backoff_factor: 0 }) }),
    );
    failures = 0;
    expect((await session.get(`${base}/flaky`)).status_code).toBe(200);
    const missing = await session.get(`${base}/missing`);
    expect(() => {
      missing.raise_for_status();
    }).toThrow(HTTPError);
    const { session: plain } = await farSession();
    const future = plain.get(`${base}/reset`);
    const error = await future.exception();
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as ConnectionError).request?.url).toBe(`${base}/reset`);
    expect(error?.cause).toBeDefined();
    expect(future.request?.url).toBe(`${base}/reset`);
  });

  test('refuses streams clearly, in both directions', async () => {
    const { session } = await farSession();
    await expect(session.post(`${base}/post`, { data: Readable.from(['x']) })).rejects.toThrow(
      'streams do not cross',
    );
    // At the call, before anything is sent.
    const sent = paths.length;
    const prepared = new Request('POST', `${base}/json`).prepare();
    expect(() => session.post(`${base}/json`, { stream: true })).toThrow('streams do not cross');
    expect(() => session.send(prepared, { stream: true })).toThrow('streams do not cross');
    session.stream = true;
    expect(() => session.post(`${base}/json`)).toThrow('streams do not cross');
    expect(() => session.send(prepared)).toThrow('streams do not cross');
    const read = await session.get(`${base}/json`, { hooks: { response: tasks.readAll } });
    expect(read.json()).toMatchObject({ path: '/json' });
    session.stream = false;
    expect(paths.slice(sent)).toEqual(['/json']);
    // The worker goes on.
    expect((await session.get(`${base}/json`)).status_code).toBe(200);
  });

  test('brings cookies home from worker threads, too', async () => {
    const queue = newQueue();
    const worker = new BullMQWorker({
      queue,
      connection: redis.url,
      functions: [tasks],
      threads: 1,
      max_workers: 2,
      grace: 0,
    });
    onTestFinished(() => worker.close());
    await using executor = new BullMQExecutor({ queue, connection: redis.url });
    await using session = new FuturesSession({ executor });
    session.hooks.response = tasks.mark;
    const response = await session.get(`${base}/cookie`);
    expect(response).toHaveProperty('marked');
    expect(session.cookies.get('flavour')).toBe('oat');
  });
});
