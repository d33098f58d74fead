/* eslint-disable @typescript-eslint/unbound-method -- a session's verbs are bound, which is shown here */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AbortError,
  as_completed,
  AsyncPoolExecutor,
  CancelledError,
  type ExecutorLike,
  Future,
  type FuturesRequestOptions,
  FuturesSession,
  HTTPAdapter,
  MissingSchema,
  PreparedRequest,
  Request,
  RequestException,
  Response,
  type ResponseFuture,
  Session,
  wait,
  WorkerPoolExecutor,
} from 'requests-futures';
import { exceptions, ValueError, RuntimeError } from 'requests-futures/requests';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';
import {
  addData,
  asyncData,
  readStreamInHook,
  replaceWithNumber,
  returnNothing,
  statusOf,
  throwInCallback,
  throwInHook,
} from '../fixtures/slot-functions.mjs';

/** The executors that must behave alike; each is made anew for each test. */
const executors: [name: string, make: (max_workers: number) => AsyncPoolExecutor | WorkerPoolExecutor][] = [
  ['AsyncPoolExecutor', (max_workers) => new AsyncPoolExecutor({ max_workers })],
  ['WorkerPoolExecutor', (max_workers) => new WorkerPoolExecutor({ max_workers, threads: 2 })],
];

interface Echo {
  url: string;
  headers: Record<string, string>;
  body: string;
}

let server: HttpServer;

beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.requests.length = 0;
  server.maxInFlight = 0;
  server.handler = (request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: request.body.toString('latin1'),
      }),
    );
  };
});

describe.each(executors)('FuturesSession over %s', (_name, makeExecutor) => {
  let executor: AsyncPoolExecutor | WorkerPoolExecutor;
  let session: FuturesSession;

  function open(max_workers = 4): FuturesSession {
    executor = makeExecutor(max_workers);
    session = new FuturesSession({ executor });
    return session;
  }

  async function close(): Promise<void> {
    await session.close();
    await executor.shutdown();
  }

  test('2.1: each verb returns a Future at once, and its result is the Response', async () => {
    open();
    for (const verb of ['get', 'options', 'post', 'put', 'patch', 'delete'] as const) {
      const future = session[verb](`${server.url}/${verb}`);
      expect(future).toBeInstanceOf(Future);
      expect(future.done()).toBe(false);
      const response = await future.result();
      expect(response).toBeInstanceOf(Response);
      expect(response.status_code).toBe(200);
      expect(response.json()).toMatchObject({ method: verb.toUpperCase(), url: `/${verb}` });
    }
    const head = await session.head(`${server.url}/head`);
    expect([head.status_code, head.content.length]).toEqual([200, 0]);
    await close();
  });

  test('2.1, 3.3: awaiting the future itself gives the Response as well', async () => {
    open();
    const response = await session.get(`${server.url}/x`);
    expect(response.url).toBe(`${server.url}/x`);
    await close();
  });

  test('2.1: whatever fails after the argument list is the outcome of that future alone', async () => {
    open();
    const bad = session.get('no-scheme/x');
    const unknown = session.get(`${server.url}/`, { tiemout: 3 } as object);
    const good = session.get(`${server.url}/good`);
    await expect(bad.result()).rejects.toBeInstanceOf(MissingSchema);
    await expect(unknown.result()).rejects.toThrow(/unexpected keyword argument 'tiemout'/);
    expect((await good).status_code).toBe(200);
    await close();
  });

  test('2.1: an unread failure is silent', async () => {
    open();
    const future = session.get('http://127.0.0.1:1/');
    await wait([future]);
    expect(future.exception_now()).toBeInstanceOf(RequestException);
    await close();
  });

  test('3.27: the future and its exception carry the request', async () => {
    open();
    const good = session.get(`${server.url}/a`);
    const refused = session.get('http://127.0.0.1:1/b');
    await wait([good, refused]);
    expect(good.request?.url).toBe(`${server.url}/a`);
    expect(refused.request?.url).toBe('http://127.0.0.1:1/b');
    const error = refused.exception_now() as RequestException;
    expect(error.request?.url).toBe('http://127.0.0.1:1/b');
    await close();
  });

  test('2.1: with one worker, requests are sent one after the other in the order of submitting', async () => {
    open(1);
    const futures = [0, 1, 2, 3, 4].map((i) => session.get(`${server.url}/${i}`));
    await wait(futures);
    expect(server.requests.map((request) => request.url)).toEqual(['/0', '/1', '/2', '/3', '/4']);
    expect(server.maxInFlight).toBe(1);
    await close();
  });

  test('85: no more than max_workers requests are on the wire at once', async () => {
    open(3);
    const releases: (() => void)[] = [];
    server.handler = (_request, response) => {
      releases.push(() => response.end('ok'));
    };
    const futures = Array.from({ length: 9 }, () => session.get(server.url));
    for (let done = 0; done < 9; done += 1) {
      await server.waitForRequests(Math.min(done + 3, 9));
      releases[done]?.();
      await as_completed(futures.slice(done)).next();
    }
    await wait(futures);
    expect(server.maxInFlight).toBe(3);
    await close();
  });

  test('2.1: a session reads its state when the request starts: a cookie of an earlier answer is sent', async () => {
    open(1);
    server.handler = (request, response) => {
      if (request.url === '/set') response.setHeader('Set-Cookie', 'token=abc; Path=/');
      response.end(request.headers.cookie ?? 'none');
    };
    const [first, second] = [session.get(`${server.url}/set`), session.get(`${server.url}/read`)];
    expect((await first).text).toBe('none');
    expect((await second).text).toBe('token=abc');
    expect(session.cookies['token']).toBe('abc');
    await close();
  });

  test('3.39: arguments are captured at the call', async () => {
    open(1);
    const options = {
      params: { a: '1' },
      headers: { 'X-A': 'before' },
      json: { list: [1, { deep: true }] },
    };
    const blocker = session.get(server.url);
    const future = session.post(`${server.url}/p`, options);
    options.params.a = '2';
    options.headers['X-A'] = 'after';
    options.json.list.push(9);
    await blocker;
    const sent = (await future).json<Echo>();
    expect(sent.url).toBe('/p?a=1');
    expect(sent.headers['x-a']).toBe('before');
    expect(sent.body).toBe('{"list":[1,{"deep":true}]}');
    await close();
  });

  test('3.39: whatever prepares the request in the place of the session is given json as a value', async () => {
    const seen: unknown[] = [];
    class Preparing extends FuturesSession {
      override prepare_request(request: Request): PreparedRequest {
        seen.push(request.json);
        return super.prepare_request(request);
      }
    }
    await using session = new Preparing();
    const json = { a: [1, undefined], b: undefined };
    const future = session.post(server.url, { json });
    json.a.push(2);
    expect((await future).json()).toMatchObject({ body: '{"a":[1,null]}' });
    expect(seen).toStrictEqual([{ a: [1, undefined], b: undefined }]);

    await using plain = new FuturesSession();
    const late = plain.post(server.url, { json: { a: [1] } });
    plain.prepare_request = (request) => {
      seen.push(request.json);
      return Preparing.prototype.prepare_request.call(plain, request);
    };
    expect((await late).json()).toMatchObject({ body: '{"a":[1]}' });
    expect(seen.slice(1)).toStrictEqual([{ a: [1] }, { a: [1] }]);

    const inner = {
      request: (_method: string, _url: unknown, options?: { json?: unknown }) => {
        seen.push(options?.json);
        return Promise.resolve(new Response());
      },
    };
    await using outer = new FuturesSession({ session: inner });
    await outer.post(server.url, { json: { c: 3 } });
    expect(seen.at(-1)).toStrictEqual({ c: 3 });
  });

  test('3.39: a getter in json runs once, at the call', async () => {
    open(1);
    let count = 0;
    const json = {
      first: 0,
      list: [
        {
          get counted(): number {
            count += 1;
            return count === 1 ? 1 : Number.NaN;
          },
        },
      ],
    };
    const blocker = session.get(server.url);
    const future = session.post(server.url, { json });
    expect(count).toBe(1);
    await blocker;
    expect((await future).json<Echo>().body).toBe('{"first":0,"list":[{"counted":1}]}');
    count = 0;
    await using plain = new Session();
    expect((await plain.post(server.url, { json })).json<Echo>().body).toContain('{"counted":1}');
    expect(count).toBe(1);
    await close();
  });

  test('3.39: json that cannot be encoded fails its own future and no call', async () => {
    await using session = new FuturesSession();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const json of [Number.NaN, { a: Number.NaN }, circular, { a: [Infinity] }]) {
      await expect(session.post(server.url, { json })).rejects.toThrow(exceptions.InvalidJSONError);
    }
    expect((await session.post(server.url, { json: null })).json()).toMatchObject({ body: '' });
  });

  test('3.40: send() is queued and follows redirects without queueing again', async () => {
    open(1);
    server.handler = (request, response) => {
      if (request.url === '/from') response.writeHead(302, { Location: '/to' });
      response.end('end');
    };
    const prepared = new Request('GET', `${server.url}/from`).prepare();
    const future = session.send(prepared);
    expect(future).toBeInstanceOf(Future);
    const response = await future.result();
    expect(response.url).toBe(`${server.url}/to`);
    expect(response.history.map((hop) => hop.status_code)).toEqual([302]);
    await close();
  });

  test('1.6: a request with redirects needs one slot only', async () => {
    open(1);
    server.handler = (request, response) => {
      const n = Number((request.url ?? '').slice(1));
      if (n > 0) response.writeHead(302, { Location: `/${n - 1}` });
      response.end(String(n));
    };
    const response = await session.get(`${server.url}/5`).result();
    expect(response.text).toBe('0');
    expect(response.history).toHaveLength(5);
    await close();
  });

  test('1.18: hooks read the body synchronously and may attach to the response', async () => {
    open();
    const response = await session.get(`${server.url}/h`, { hooks: { response: addData } }).result();
    expect((response as Response & { data: { url: string } }).data.url).toBe('/h');
    await close();
  });

  test('3.29: an async hook is awaited before the future resolves', async () => {
    open();
    session.hooks.response = asyncData;
    const response = await session.get(`${server.url}/h`).result();
    expect((response as Response & { data: number }).data).toBe(response.text.length);
    await close();
  });

  test('DESIGN: only a Response replaces a Response; anything else is a TypeError that shows the mend', async () => {
    open();
    const future = session.get(server.url, {
      hooks: { response: replaceWithNumber as unknown as () => undefined },
    });
    await expect(future.result()).rejects.toThrow(TypeError);
    await expect(future.result()).rejects.toThrow(/\{.*\}/);
    await close();
  });

  test('1.13: what a hook throws is the outcome, unwrapped', async () => {
    open();
    const future = session.get(server.url, { hooks: { response: throwInHook } });
    await expect(future.result()).rejects.toThrow(RangeError);
    await expect(future.result()).rejects.toThrow('the hook failed');
    await close();
  });

  test('2.1: what background_callback returns, if truthy, is the result', async () => {
    open();
    const replaced = session.get(server.url, { background_callback: statusOf });
    expect(await replaced.result()).toEqual({ status: 200 });
    const kept = await session.get(server.url, { background_callback: returnNothing }).result();
    expect(kept).toBeInstanceOf(Response);
    expect((kept as Response & { data: string }).data).toBe('seen');
    const failing = session.get(server.url, { background_callback: throwInCallback });
    await expect(failing.result()).rejects.toThrow('the callback failed');
    await close();
  });

  test('1.20: with stream, the future resolves at the headers and the body is read by the caller', async () => {
    open();
    let finish: () => void = () => undefined;
    server.handler = (_request, response) => {
      response.write('first;');
      finish = () => response.end('second');
    };
    const response = await session.get(server.url, { stream: true }).result();
    expect(() => response.content).toThrow(/response\.read\(\)/);
    finish();
    expect((await response.read()).toString()).toBe('first;second');
    await close();
  });

  test('DESIGN: with stream, a hook sees an unread body and may await read()', async () => {
    open();
    server.handler = (_request, response) => response.end('0123456789');
    const response = await session.get(server.url, { stream: true, hooks: { response: readStreamInHook } });
    expect((response as Response & { data: number }).data).toBe(10);
    expect(response.text).toBe('0123456789');
    await close();
  });

  test('cancel: a queued request is never sent, and its result is a CancelledError', async () => {
    open(1);
    let release: () => void = () => undefined;
    server.handler = (_request, response) => {
      release = () => response.end();
    };
    const running = session.get(`${server.url}/running`);
    const queued = session.get(`${server.url}/queued`);
    await server.waitForRequests(1);
    expect(running.cancel()).toBe(false);
    expect(queued.cancel()).toBe(true);
    await expect(queued.result()).rejects.toBeInstanceOf(CancelledError);
    release();
    await running;
    await executor.idle();
    expect(server.requests.map((request) => request.url)).toEqual(['/running']);
    await close();
  });

  test('abort: a running request ends in AbortError with the reason as its cause, its neighbours go on', async () => {
    open(2);
    const answers = new Map<string, () => void>();
    server.handler = (request, response) => {
      answers.set(request.url ?? '', () => response.end('done'));
    };
    const doomed = session.get(`${server.url}/doomed`);
    const other = session.get(`${server.url}/other`);
    await server.waitForInFlight(2);
    const reason = new Error('no longer needed');
    expect(doomed.abort(reason)).toBe(true);
    const error = (await doomed.exception()) as AbortError;
    expect(error).toBeInstanceOf(AbortError);
    expect(error.cause).toMatchObject({ message: 'no longer needed' });
    expect(error.request?.url).toBe(`${server.url}/doomed`);
    answers.get('/other')?.();
    expect((await other).text).toBe('done');
    expect(doomed.abort()).toBe(false);
    await close();
  });

  test('signal: aborted before submit, while queued, while running, after the end', async () => {
    open(1);
    const answers: (() => void)[] = [];
    server.handler = (_request, response) => answers.push(() => response.end('x'));

    const before = session.get(`${server.url}/before`, { signal: AbortSignal.abort(new Error('early')) });
    expect(before.cancelled()).toBe(true);

    const running = new AbortController();
    const queued = new AbortController();
    const onWire = session.get(`${server.url}/wire`, { signal: running.signal });
    const inQueue = session.get(`${server.url}/queue`, { signal: queued.signal });
    await server.waitForRequests(1);
    queued.abort(new Error('queued no more'));
    expect(inQueue.cancelled()).toBe(true);
    expect(executor.queued).toBe(0);
    running.abort(new Error('stop'));
    await expect(onWire.result()).rejects.toBeInstanceOf(AbortError);

    const late = new AbortController();
    const finished = session.get(`${server.url}/late`, { signal: late.signal });
    await server.waitForRequests(2);
    answers[1]?.();
    await finished;
    late.abort();
    expect((await finished).text).toBe('x');
    expect(server.requests.map((request) => request.url)).toEqual(['/wire', '/late']);
    await close();
  });

  test('2.1: an executor that was handed over is left running by close()', async () => {
    open();
    await session.close();
    expect((await session.get(server.url)).status_code).toBe(200);
    await executor.shutdown();
    expect(() => session.get(server.url)).toThrow(RuntimeError);
  });

  test('DESIGN: a verb can be passed around, and takes its URL as a keyword', async () => {
    open();
    const { get } = session;
    expect((await get({ url: `${server.url}/kw`, timeout: 5 })).json()).toMatchObject({ url: '/kw' });
    const response = await session.request({ method: 'PUT', url: `${server.url}/kw` });
    expect(response.json()).toMatchObject({ method: 'PUT' });
    await close();
  });
});

describe('FuturesSession', () => {
  test('2.1: max_workers 0 is a ValueError, null a TypeError, an unknown option a TypeError that names it', () => {
    expect(() => new FuturesSession({ max_workers: 0 })).toThrow(ValueError);
    expect(() => new FuturesSession({ max_workers: 0 })).toThrow('max_workers must be greater than 0');
    expect(() => new FuturesSession({ max_workers: null as unknown as number })).toThrow(TypeError);
    expect(() => new FuturesSession({ workers: 3 } as object)).toThrow(
      /unexpected keyword argument 'workers'/,
    );
    expect(() => new FuturesSession({ executor: {} as ExecutorLike })).toThrow(/submit\(\)/);
  });

  test.each([
    ['a Buffer', (memory: ArrayBuffer) => Buffer.from(memory)],
    ['a Uint8Array', (memory: ArrayBuffer) => new Uint8Array(memory)],
    ['an ArrayBuffer', (memory: ArrayBuffer) => memory],
  ])(
    '3.39: %s may be filled anew for the next request, and is copied once for the same bytes',
    async (_, make) => {
      await using session = new FuturesSession({ max_workers: 1 });
      for (const size of [5, 100_000]) {
        const memory = new Uint8Array(size).fill(0x61);
        const data = make(memory.buffer);
        const post = (): ResponseFuture => session.post(server.url, { data });
        const futures = [post(), post()];
        memory.fill(0x62);
        futures.push(post());
        const sent = await Promise.all(futures);
        expect(sent.map((response) => response.json<Echo>().body)).toEqual(
          ['a', 'a', 'b'].map((letter) => letter.repeat(size)),
        );
        const [first, second, third] = sent.map(({ request }) => (request.body as Buffer).buffer);
        expect([second === first, third === first]).toEqual(size > 5 ? [true, false] : expect.anything());
      }
    },
  );

  test('a plain object that iterates is sent as a stream, as by a Session', async () => {
    await using session = new FuturesSession();
    const once = {
      *[Symbol.iterator]() {
        yield 'x';
        yield 'y';
      },
    };
    const awaited = {
      async *[Symbol.asyncIterator]() {
        yield await Promise.resolve('xy');
      },
    };
    for (const data of [once, awaited]) {
      expect((await session.post(server.url, { data })).json()).toMatchObject({ body: 'xy' });
    }
  });

  test('2.1: without an executor there is one of 8 workers, which close() shuts down', async () => {
    const session = new FuturesSession();
    expect(session.executor).toMatchObject({ max_workers: 8 });
    expect((await session.get(server.url)).status_code).toBe(200);
    await session.close();
    expect(() => session.get(server.url)).toThrow('cannot schedule new futures after shutdown');
  });

  test('DESIGN: a first argument that has submit is the executor', async () => {
    const executor = new AsyncPoolExecutor({ max_workers: 2 });
    const session = new FuturesSession(executor);
    expect(session.executor).toBe(executor);
    await session.get(server.url);
    await executor.shutdown();
  });

  const pool = (session: FuturesSession): unknown[] =>
    ['https://x/', 'http://x/'].map((url) => {
      const adapter = session.get_adapter(url);
      return adapter instanceof HTTPAdapter && [adapter._pool_connections, adapter._pool_maxsize];
    });

  test.each([
    ['8 workers keep the default pools', {}, [10, 10]],
    ['10 workers keep the default pools', { max_workers: 10 }, [10, 10]],
    ['11 workers get pools of 11', { max_workers: 11 }, [11, 11]],
    ['adapter_kwargs win key by key', { max_workers: 50, adapter_kwargs: { pool_maxsize: 3 } }, [50, 3]],
    ['adapter_kwargs alone are used', { adapter_kwargs: { pool_connections: 2 } }, [2, 10]],
  ])('2.1, pool sizing: %s', async (_title, options, expected) => {
    await using session = new FuturesSession(options);
    expect(pool(session)).toEqual([expected, expected]);
    expect(session.get_adapter('https://x/')).not.toBe(session.get_adapter('http://x/'));
  });

  test('2.1: an executor of the caller leaves the pools alone, whatever max_workers says', async () => {
    const executor = new AsyncPoolExecutor({ max_workers: 50 });
    const session = new FuturesSession({ executor, max_workers: 50 });
    expect(pool(session)).toEqual([
      [10, 10],
      [10, 10],
    ]);
    await executor.shutdown();
  });

  test('2.1: of an inner session only request() is used, looked up at the call, and close() leaves it open', async () => {
    const inner = new Session();
    inner.headers = { 'X-Inner': 'yes' };
    await using session = new FuturesSession({ session: inner, max_workers: 2 });
    session.headers = { 'X-Outer': 'yes' };
    const sent = (await session.get(server.url)).json<Echo>();
    expect(sent.headers['x-inner']).toBe('yes');
    expect(sent.headers).not.toHaveProperty('x-outer');
    const calls: string[] = [];
    const original = inner.request;
    inner.request = (method: string, url: string, options?: object) => {
      calls.push(method);
      return original(method, url, options);
    };
    await session.post(server.url, { data: 'x' });
    await session.close();
    expect(calls).toEqual(['POST']);
    expect((await inner.get(server.url)).status_code).toBe(200);
    await inner.close();
  });

  test('3.2: a call that could not be understood throws from the call and shows the mend', async () => {
    await using session = new FuturesSession();
    expect(() => session.get(server.url, 'a=1' as unknown as object)).toThrow(/\{ params: … \}/);
    expect(() => session.post(server.url, Buffer.from('x') as unknown as object)).toThrow(/\{ data: … \}/);
    expect(() => [server.url].map(session.get as (url: string, options: unknown) => unknown)).toThrow(
      /urls\.map\(\(url\) => session\.get\(url\)\)/,
    );
    expect(() => session.get(undefined as unknown as string)).toThrow(/missing 1 required argument: 'url'/);
  });

  test('DESIGN: an executor of the caller needs only submit(), and may return a Future or a promise', async () => {
    const withFuture = new FuturesSession({
      executor: {
        submit(fn, ...args) {
          const future = new Future<never>();
          future.set_running_or_notify_cancel();
          Promise.resolve(fn(...args)).then(
            (value) => {
              future.set_result(value as never);
            },
            (error: unknown) => {
              future.set_exception(error);
            },
          );
          return future;
        },
      },
    });
    const withPromise = new FuturesSession({
      executor: { submit: async (fn, ...args) => await fn(...args) },
    });
    for (const session of [withFuture, withPromise]) {
      const future = session.get(`${server.url}/own`);
      expect(future).toBeInstanceOf(Future);
      expect((await future.result()).status_code).toBe(200);
      expect(future.request?.url).toBe(`${server.url}/own`);
      await session.close();
    }
    const wrong = new FuturesSession({ executor: { submit: () => 5 } as unknown as ExecutorLike });
    expect(() => wrong.get(server.url)).toThrow(/must return a Future or a promise, not number/);
  });

  test('abort also reaches a request in an executor of the caller', async () => {
    server.handler = () => undefined;
    for (const start of ['now', 'later'] as const) {
      const session = new FuturesSession({
        executor: {
          async submit(fn, ...args) {
            if (start === 'later') await Promise.resolve();
            return await fn(...args);
          },
        },
      });
      const arrived = server.requests.length + 1;
      const future = session.get(`${server.url}/${start}`);
      await server.waitForRequests(arrived);
      expect(future.abort('enough')).toBe(true);
      await expect(future.result()).rejects.toBeInstanceOf(AbortError);
      await session.close();
    }
  });

  test('2.2 (#43 #48 #99): leaving the block waits for everything; cancel_futures drops what is queued', async () => {
    const futures: Future[] = [];
    {
      await using session = new FuturesSession({ max_workers: 2 });
      for (let i = 0; i < 6; i += 1) futures.push(session.get(`${server.url}/${i}`));
    }
    expect(futures.every((future) => future.done() && !future.cancelled())).toBe(true);

    const answers: (() => void)[] = [];
    server.handler = (_request, response) => answers.push(() => response.end());
    const session = new FuturesSession({ max_workers: 1 });
    const running = session.get(server.url);
    const queued = session.get(server.url);
    await server.waitForInFlight(1);
    const closing = session.close({ cancel_futures: true });
    expect(queued.cancelled()).toBe(true);
    expect(running.done()).toBe(false);
    answers[0]?.();
    await closing;
    expect(running.done()).toBe(true);
  });

  test('close({ wait: false }) returns at once, and what was queued is still sent', async () => {
    const session = new FuturesSession({ max_workers: 1 });
    const futures = [session.get(`${server.url}/1`), session.get(`${server.url}/2`)];
    await session.close({ wait: false });
    expect(futures.some((future) => future.done())).toBe(false);
    const { done } = await wait(futures);
    expect([...done].every((future) => future.exception_now() === null)).toBe(true);
  });

  test('a subclass may override request(), and every verb uses it', async () => {
    class Based extends FuturesSession {
      override request(method: string, path: string, options?: FuturesRequestOptions | null) {
        return super.request(method, `${server.url}${path}`, options);
      }
    }
    await using session = new Based({ max_workers: 2 });
    expect((await session.get('/based')).json()).toMatchObject({ url: '/based' });
  });

  test('3.28: what is attached to a future stays on it through as_completed', async () => {
    await using session = new FuturesSession();
    const futures = [0, 1, 2].map((i) => Object.assign(session.get(`${server.url}/${i}`), { i }));
    const seen: number[] = [];
    for await (const future of as_completed(futures)) seen.push(future.i);
    expect(seen.sort()).toEqual([0, 1, 2]);
  });

  test('3.40: prepared requests can be made by the session and sent through it', async () => {
    await using session = new FuturesSession();
    session.headers = { 'X-S': '1' };
    const prepared = session.prepare_request(new Request('POST', server.url, { json: { a: 1 } }));
    expect(prepared).toBeInstanceOf(PreparedRequest);
    const future = session.send(prepared);
    expect(future.request).toBe(prepared);
    expect((await future).json()).toMatchObject({ method: 'POST', body: '{"a":1}' });
  });
});
