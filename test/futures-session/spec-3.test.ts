/** Rows of section 3 of the specification, Python's spelling in TypeScript, that no other file tells of. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RuntimeError } from '../../src/builtins/index.js';
import {
  as_completed,
  AsyncPoolExecutor,
  FIRST_COMPLETED,
  Future,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  TimeoutError,
  wait,
  WorkerPoolExecutor,
} from '../../src/concurrent-futures/index.js';
import { FuturesSession } from '../../src/futures-session/index.js';
import * as requests from '../../src/requests/index.js';
import { HTTPAdapter, RequestsCookieJar, type Response, Retry, Session } from '../../src/requests/index.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import { runNode } from '../helpers/child.js';

let server: HttpServer;
/** Answers of `/held` wait for it. */
let release: () => void;

beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.requests.length = 0;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.handler = async (request, response) => {
    if (request.url === '/held') await held;
    response.end(request.url);
  };
});

describe('3.1: every verb is awaited', () => {
  test.each(['get', 'options', 'head', 'post', 'put', 'patch', 'delete'] as const)(
    '3.1: %s',
    async (verb) => {
      await using session = new Session();
      await using futures = new FuturesSession();
      const options = { params: { a: 1 }, timeout: 3 };
      const future = futures[verb](server.url, options);
      const promises = [requests[verb](server.url, options), session[verb](server.url, options)];
      for (const promise of promises) expect(promise).toBeInstanceOf(Promise);
      expect(future).toBeInstanceOf(Future);
      for (const response of await Promise.all([...promises, future])) expect(response.status_code).toBe(200);
      expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
        Array(3).fill(`${verb.toUpperCase()} /?a=1`),
      );
    },
  );

  test('3.1: a FuturesSession is a Session', () => {
    expect(new FuturesSession()).toBeInstanceOf(Session);
  });

  test('3.35: delete is a member of the module and of a session', async () => {
    await requests.delete(server.url);
    await new Session().delete(server.url);
    expect(server.requests.map(({ method }) => method)).toEqual(['DELETE', 'DELETE']);
  });
});

describe('3.3 to 3.7: futures', () => {
  test('3.4: a failure that nobody reads neither warns nor ends the process', async () => {
    const { code, stderr } = await runNode([
      '--import',
      'tsx',
      'test/concurrent-futures/fixtures/unread-errors.ts',
    ]);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('3.5: as_completed hands out the futures themselves, in the order of completion', async () => {
    await using session = new FuturesSession();
    const held = Object.assign(session.get(`${server.url}/held`), { i: 0 });
    const quick = Object.assign(session.get(`${server.url}/quick`), { i: 1 });
    const order: number[] = [];
    for await (const future of as_completed([held, quick])) {
      expect(future).toBeInstanceOf(Future);
      order.push(future.i);
      release();
    }
    expect(order).toEqual([1, 0]);
  });

  test('3.6: wait gives two sets, as a pair and by name', async () => {
    await using session = new FuturesSession();
    const held = session.get(`${server.url}/held`);
    const quick = session.get(`${server.url}/quick`);
    const outcome = await wait([held, quick], { return_when: FIRST_COMPLETED });
    const [done, not_done] = outcome;
    expect([[...done], [...not_done]]).toEqual([[quick], [held]]);
    expect([outcome.done, outcome.not_done]).toEqual([done, not_done]);
    release();
  });

  test('3.7: a helper that is no async function can return a future, an async one gives the Response', async () => {
    await using session = new FuturesSession();
    const plain = (): Future<Response> => session.get(server.url);
    const unwrapping = async (): Promise<Response> => session.get(server.url);
    const wrapped = async (): Promise<[Future<Response>]> => Promise.resolve([session.get(server.url)]);
    expect(plain()).toBeInstanceOf(Future);
    expect(await unwrapping()).toBeInstanceOf(requests.Response);
    const [future] = await wrapped();
    expect(future).toBeInstanceOf(Future);
  });

  test('3.16: times are seconds', async () => {
    await using session = new FuturesSession();
    const future = session.get(`${server.url}/held`);
    vi.spyOn(performance, 'now').mockReturnValue(0);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    await expect(future.result(0.05)).rejects.toThrow(TimeoutError);
    expect(timers.mock.calls.map(([, delay]) => delay)).toContain(50);
    expect(future.running()).toBe(true);
    release();
    expect((await future.result(5)).text).toBe('/held');
    await expect(requests.get(server.url, { timeout: 30 })).resolves.toHaveProperty('ok', true);
    expect(new Retry({ backoff_factor: 0.1 }).backoff_factor).toBe(0.1);
  });
});

describe('3.10, 3.20, 3.21: values', () => {
  test('3.10: bytes are Buffers, and any kind of bytes is taken', async () => {
    server.handler = (request, response) => response.end(request.body);
    const bytes = Uint8Array.of(1, 2, 0xff);
    for (const data of [bytes, bytes.buffer, Buffer.from(bytes), bytes.subarray(0)]) {
      const { content } = await requests.post(server.url, { data });
      expect([Buffer.isBuffer(content), content.equals(bytes)]).toEqual([true, true]);
    }
  });

  test('3.20: every collection has a length', async () => {
    const response = await requests.get(server.url);
    expect(response.headers.length).toBe(Object.keys(response.headers).length);
    const jar = new RequestsCookieJar();
    jar.set('a', '1');
    expect([jar.length, response.cookies.length, response.history.length]).toEqual([1, 0, 0]);
  });

  test('3.21: what is falsy in Python has ok and length here, objects are always truthy', async () => {
    server.handler = (_request, response) => response.writeHead(404).end();
    const response = await requests.get(server.url);
    expect([response.ok, Boolean(response), new Session().cookies.length]).toEqual([false, true, 0]);
  });
});

describe('3.22 to 3.25: sessions and executors', () => {
  test('3.22: leaving an `await using` block waits for everything, close() as well', async () => {
    const futures: Future<Response>[] = [];
    {
      await using session = new FuturesSession({ max_workers: 1 });
      futures.push(session.get(`${server.url}/held`), session.get(`${server.url}/queued`));
      release();
    }
    expect(futures.map((future) => future.done())).toEqual([true, true]);
  });

  test('3.23: close({ cancel_futures }) leaves without what is queued; without the option nothing is lost', async () => {
    const session = new FuturesSession({ max_workers: 1 });
    const running = session.get(`${server.url}/held`);
    const queued = session.get(`${server.url}/queued`);
    const closed = session.close({ cancel_futures: true });
    expect([queued.cancelled(), running.cancelled()]).toEqual([true, false]);
    release();
    await closed;
    expect([running.done(), server.requests.length]).toEqual([true, 1]);
  });

  test('3.24: classes are made with new and an options object, executors from a number, too', async () => {
    expect(new HTTPAdapter({ max_retries: 3 }).max_retries.total).toBe(3);
    for (const executor of [new ThreadPoolExecutor(10), new ThreadPoolExecutor({ max_workers: 10 })]) {
      expect(executor.max_workers).toBe(10);
      await executor.shutdown();
    }
    expect(() => Reflect.apply(Session as unknown as () => unknown, undefined, [])).toThrow(TypeError);
  });

  test('3.25: the names of Python are those of the pools', async () => {
    expect(ThreadPoolExecutor).toBe(AsyncPoolExecutor);
    expect(ProcessPoolExecutor).toBe(WorkerPoolExecutor);
    await using executor = new ThreadPoolExecutor(2);
    await using session = new FuturesSession({ executor });
    expect((await session.get(server.url)).ok).toBe(true);
  });

  test('3.38: background_callback warns once in the life of the process', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await using session = new FuturesSession();
    for (let i = 0; i < 3; i++) await session.get(server.url, { background_callback: () => undefined });
    await new FuturesSession().get(server.url, { background_callback: () => undefined });
    expect(warned.mock.calls).toEqual([
      [
        '`background_callback` is deprecated and will be removed in 1.0, use `hooks` instead',
        'DeprecationWarning',
      ],
    ]);
  });

  test('3.41: after close() a request throws from the call, all else is on the future', async () => {
    const session = new FuturesSession();
    const failing = session.get('no scheme');
    await expect(failing.exception()).resolves.toHaveProperty('name', 'MissingSchema');
    await session.close();
    expect(() => session.get(server.url)).toThrow(RuntimeError);
    expect(() => session.get(server.url)).toThrow('cannot schedule new futures after shutdown');
  });
});
