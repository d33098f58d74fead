import { describe, expect, test } from 'vitest';
import {
  AbortError,
  as_completed,
  AsyncPoolExecutor,
  FuturesSession,
  Request,
  type RequestEvent,
  Session,
  wait,
  WorkerPoolExecutor,
} from 'requests-futures';
import * as requests from 'requests-futures/requests';
import { type Handler, refusedPort, startHttpServer } from '../helpers/servers/http-server.js';
import { failureOf } from '../helpers/failures.js';
import { StubAdapter } from '../helpers/stub-adapter.js';
import { Watch } from '../helpers/watch.js';

const answer: Handler = (_request, response) => response.end('hello');

/** `/3` redirects to `/2`, that to `/1`, that to `/0`. */
const countdown: Handler = ({ url = '' }, response) => {
  const left = Number(url.slice(1));
  if (left > 0) response.writeHead(302, { Location: `/${left - 1}` });
  response.end(`at ${left}`);
};

const times = (events: readonly RequestEvent[]): number[] => events.map(({ time }) => time);
const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

describe('a request of a FuturesSession', () => {
  test('tells of its submission, worker, attempt, connection, headers, body and end, in this order', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    const before = performance.now() / 1000;
    const executor = new AsyncPoolExecutor({ max_workers: 2, thread_name_prefix: 'lane' });
    await using session = new FuturesSession(executor);
    await session.get(`${server.url}/a?b=c`);
    expect(watch.types()).toEqual([
      'submitted',
      'started',
      'attempt',
      'connected',
      'headers',
      'body',
      'settled',
    ]);
    const { id } = watch.one('submitted');
    for (const event of watch.events) {
      expect(event).toMatchObject({ id, method: 'GET', url: `${server.url}/a?b=c`, hop: 0 });
      expect(event.attempt).toBe(event.type === 'submitted' || event.type === 'started' ? 0 : 1);
      expect(event.worker).toBe(event.type === 'submitted' ? null : 'lane_0');
      expect(structuredClone(event)).toEqual(event);
    }
    expect(times(watch.events)).toEqual(sorted(times(watch.events)));
    expect(watch.events[0]?.time).toBeGreaterThanOrEqual(before);
    expect(watch.events.at(-1)?.time).toBeLessThanOrEqual(performance.now() / 1000);
    expect(watch.one('body').bytes).toBe(5);
    expect(watch.one('settled')).toMatchObject({
      outcome: 'result',
      status: 200,
      error: null,
      message: null,
    });
    await executor.shutdown();
  });

  test('has its header lines as they went over the wire, and the status with those that came back', async () => {
    await using server = await startHttpServer((_request, response) => {
      response.writeHead(418, 'Short and stout', { 'X-Twice': ['a', 'b'] });
      response.end();
    });
    using watch = new Watch();
    await using session = new FuturesSession();
    await session.post(server.url, { data: 'tea', headers: { 'x-LIKE': 'milk' } });
    expect(watch.one('connected').request_headers).toEqual(server.requests[0]?.lines);
    expect(watch.one('attempt').request_headers).toContainEqual(['x-LIKE', 'milk']);
    const headers = watch.one('headers');
    expect(headers).toMatchObject({ status: 418, reason: 'Short and stout', version: 11, method: 'POST' });
    expect(headers.response_headers.slice(0, 2)).toEqual([
      ['X-Twice', 'a'],
      ['X-Twice', 'b'],
    ]);
    const { time } = watch.one('connected');
    expect(headers.sent).toBeGreaterThanOrEqual(time);
    expect(headers.sent).toBeLessThanOrEqual(headers.time);
  });

  test('has an id of its own, in every event', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    await using session = new FuturesSession({ max_workers: 3 });
    await wait(Array.from({ length: 20 }, (_, i) => session.get(`${server.url}/${i}`)));
    const ids = watch.all('submitted').map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) {
      expect(watch.types(id)).toEqual([
        'submitted',
        'started',
        'attempt',
        'connected',
        'headers',
        'body',
        'settled',
      ]);
      expect(new Set(watch.events.filter((event) => event.id === id).map(({ url }) => url)).size).toBe(1);
    }
    expect(new Set(watch.all('started').map(({ worker }) => worker)).size).toBe(3);
  });

  test('that waits for its slot is started when it has one, under the name of the worker', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    await using session = new FuturesSession({ max_workers: 1 });
    await Promise.all([session.get(`${server.url}/1`), session.get(`${server.url}/2`)]);
    const [first, second] = watch.all('submitted').map(({ id }) => id);
    const startOfSecond = watch.all('started').find(({ id }) => id === second);
    const bodyOfFirst = watch.all('body').find(({ id }) => id === first);
    expect(startOfSecond?.time).toBeGreaterThanOrEqual(bodyOfFirst?.time ?? Infinity);
    expect(startOfSecond?.worker).toBe(watch.all('started')[0]?.worker);
  });

  test('that is cancelled in the queue was submitted and settled, and nothing else', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    await using session = new FuturesSession({ max_workers: 1 });
    const first = session.get(server.url);
    const second = session.get(server.url);
    const id = watch.all('submitted')[1]?.id;
    expect(second.cancel()).toBe(true);
    expect(watch.types(id)).toEqual(['submitted', 'settled']);
    expect(watch.one('settled')).toMatchObject({ outcome: 'cancelled', status: null, error: null });
    await first;
  });

  test('whose signal was aborted before is settled at once', async () => {
    using watch = new Watch();
    await using session = new FuturesSession();
    const future = session.get('http://127.0.0.1:1/', { signal: AbortSignal.abort() });
    await failureOf(future);
    expect(watch.types()).toEqual(['submitted', 'settled']);
    expect(watch.one('settled').outcome).toBe('cancelled');
  });

  test('that is aborted on the wire fails with AbortError', async () => {
    await using server = await startHttpServer(() => undefined);
    using watch = new Watch();
    await using session = new FuturesSession();
    const future = session.get(server.url);
    await server.waitForRequests(1);
    future.abort();
    await failureOf(future, AbortError);
    expect(watch.types()).toEqual(['submitted', 'started', 'attempt', 'connected', 'failed', 'settled']);
    expect(watch.one('failed').error).toBe('AbortError');
    expect(watch.one('settled')).toMatchObject({ outcome: 'error', error: 'AbortError' });
  });

  test('that a closed executor refuses is settled with that error', async () => {
    using watch = new Watch();
    const session = new FuturesSession();
    await session.close();
    expect(() => session.get('http://127.0.0.1:1/')).toThrow('after shutdown');
    expect(watch.types()).toEqual(['submitted', 'settled']);
    expect(watch.one('settled')).toMatchObject({ outcome: 'error', error: 'RuntimeError' });
  });

  test('that cannot be prepared starts and is settled, whatever was given for a URL', async () => {
    using watch = new Watch();
    await using session = new FuturesSession();
    await failureOf(session.get('no-scheme'));
    await failureOf(session.get(Object.create(null) as URL));
    expect(watch.types()).toEqual(['submitted', 'started', 'settled', 'submitted', 'started', 'settled']);
    expect(watch.all('settled').map(({ error, url }) => [error, url])).toEqual([
      ['MissingSchema', 'no-scheme'],
      [expect.any(String), '<object>'],
    ]);
  });

  test('sent as a PreparedRequest tells the same', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    await using session = new FuturesSession();
    await session.send(new Request('PUT', server.url, { data: 'x' }).prepare());
    expect(watch.types()).toEqual([
      'submitted',
      'started',
      'attempt',
      'connected',
      'headers',
      'body',
      'settled',
    ]);
    expect(watch.one('submitted')).toMatchObject({ method: 'PUT', url: `${server.url}/` });
  });

  test('has the result of background_callback as its end', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    await using session = new FuturesSession();
    const options = { background_callback: (): number => 42 };
    await session.get(server.url, options);
    expect(watch.one('settled')).toMatchObject({ outcome: 'result', status: null });
  });

  test('sent through an inner session has that session’s events under its own id', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    await using inner = new Session();
    await using session = new FuturesSession({ session: inner });
    await session.get(server.url);
    expect(watch.types()).toEqual([
      'submitted',
      'started',
      'attempt',
      'connected',
      'headers',
      'body',
      'settled',
    ]);
    expect(new Set(watch.events.map(({ id }) => id)).size).toBe(1);
  });
});

describe('a request of a plain Session', () => {
  test('is started and settled, without worker or submission', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    await requests.get(server.url);
    expect(watch.types()).toEqual(['started', 'attempt', 'connected', 'headers', 'body', 'settled']);
    expect(new Set(watch.events.map(({ worker }) => worker))).toEqual(new Set([null]));
  });

  test('by send() and by get() inside of a hook is a request of its own', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    await using session = new Session();
    await session.get(server.url, {
      hooks: {
        response: async () => {
          await requests.get(server.url);
        },
      },
    });
    await session.send(new Request('GET', server.url).prepare());
    const ids = watch.all('started').map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids).toEqual(sorted(ids));
    for (const id of ids) expect(watch.types(id)).toContain('settled');
  });

  test('that is streamed is settled at its headers, and its body ends when it is read', async () => {
    await using server = await startHttpServer((_request, response) => response.end('x'.repeat(100_000)));
    using watch = new Watch();
    await using session = new Session();
    const response = await session.get(server.url, { stream: true });
    expect(watch.types()).toEqual(['started', 'attempt', 'connected', 'headers', 'settled']);
    await response.read();
    expect(watch.types().at(-1)).toBe('body');
    expect(watch.one('body').bytes).toBe(100_000);
  });

  test('counts the bytes of the wire, and those read before a response was closed', async () => {
    const zeros = (await import('node:zlib')).gzipSync(Buffer.alloc(100_000));
    await using server = await startHttpServer((_request, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(zeros);
    });
    using watch = new Watch();
    await using session = new Session();
    expect((await session.get(server.url)).content).toHaveLength(100_000);
    expect(watch.one('body').bytes).toBe(zeros.length);
    const response = await session.get(server.url, { stream: true });
    response.close();
    expect(watch.all('body')).toHaveLength(2);
  });
});

describe('credentials', () => {
  test('are in no event: not in URLs, headers or messages, of either direction', async () => {
    await using server = await startHttpServer((request, response) => {
      response.setHeader('Set-Cookie', ['sid=topsecret; Path=/; HttpOnly', 'other=topsecret']);
      if (request.url === '/') response.writeHead(302, { Location: 'http://me:topsecret@127.0.0.1:1/' });
      response.end();
    });
    using watch = new Watch();
    await using session = new FuturesSession();
    const [scheme, host] = server.url.split('//');
    await session.get(`${scheme ?? ''}//user:topsecret@${host ?? ''}/plain`, { cookies: { a: 'topsecret' } });
    const headers = {
      Authorization: 'topsecret',
      'Proxy-Authorization': 'Bearer topsecret',
      Cookie: 'a=topsecret; topsecret',
      'X-API-Key': 'topsecret',
    };
    await failureOf(session.get(server.url, { headers }));
    await failureOf(session.get('http://user:topsecret/@127.0.0.1:1/'));
    await failureOf(session.get('//user:topsecret@host/'));
    expect(watch.all('connected')).toHaveLength(2);
    expect(watch.all('failed').length).toBeGreaterThan(0);
    expect(JSON.stringify(watch.events)).not.toContain('topsecret');
    expect(watch.all('connected')[0]?.request_headers).toEqual(
      expect.arrayContaining([
        ['Authorization', 'Basic ***'],
        ['Cookie', 'a=***'],
      ]),
    );
    const sent = watch.all('connected')[1]?.request_headers;
    for (const line of [
      ['Authorization', '***'],
      ['Proxy-Authorization', 'Bearer ***'],
      ['Cookie', 'a=***; ***'],
      ['X-API-Key', '***'],
    ]) {
      expect(sent).toContainEqual(line);
    }
    const cookies = watch.all('headers')[0]?.response_headers.filter(([name]) => name === 'Set-Cookie');
    expect(cookies).toEqual([
      ['Set-Cookie', 'sid=***; Path=/; HttpOnly'],
      ['Set-Cookie', 'other=***'],
    ]);
  });

  test('do not make a URL with an @ in its path unreadable', async () => {
    await using server = await startHttpServer(answer);
    using watch = new Watch();
    await using session = new Session();
    await session.get(`${server.url}/@me?to=a@b`);
    expect(new Set(watch.events.map(({ url }) => url))).toEqual(new Set([`${server.url}/@me?to=a@b`]));
  });
});

describe('worker threads', () => {
  test('tell the thread that submitted, in its time, before the future settles', async () => {
    await using server = await startHttpServer(countdown);
    await using executor = new WorkerPoolExecutor({ max_workers: 4, threads: 2 });
    await using session = new FuturesSession(executor);
    await session.get(`${server.url}/0`);
    using watch = new Watch();
    for await (const future of as_completed([1, 1, 1].map((n) => session.get(`${server.url}/${n}`)))) {
      await future;
    }
    const ids = watch.all('submitted').map(({ id }) => id);
    expect(ids).toHaveLength(3);
    for (const id of ids) {
      expect(watch.types(id)).toEqual([
        'submitted',
        'started',
        ...['attempt', 'connected', 'headers', 'body'],
        ...['attempt', 'connected', 'headers', 'body'],
        'settled',
      ]);
      const moments = times(watch.events.filter((event) => event.id === id));
      expect(moments).toEqual(sorted(moments));
    }
    expect(watch.all('started')[0]?.worker).toMatch(/_\d+$/);
  });

  test('tell of failures as well', async () => {
    const port = await refusedPort();
    await using executor = new WorkerPoolExecutor({ max_workers: 1 });
    await using session = new FuturesSession(executor);
    using watch = new Watch();
    await failureOf(session.get(`http://127.0.0.1:${port}/`));
    expect(watch.types()).toEqual(['submitted', 'started', 'attempt', 'failed', 'settled']);
  });
});

describe('without subscribers', () => {
  /** The trace in the context that travels with an adapter's options. The package is the built one: its symbol is found by name. */
  function traceOf(options: object | undefined): unknown {
    const key = Object.getOwnPropertySymbols(options ?? {}).find(
      ({ description }) => description === 'requests.context',
    );
    expect(key, 'the symbol has another name').toBeDefined();
    return (options as Record<symbol, { readonly trace: unknown }>)[key as symbol]?.trace;
  }

  test('no trace is made, neither by a Session nor by a FuturesSession', async () => {
    for (const session of [new Session(), new FuturesSession()]) {
      const adapter = new StubAdapter();
      session.mount('stub://', adapter);
      await session.get('stub://x/');
      await session.send(new Request('GET', 'stub://x/').prepare());
      expect(adapter.options.map(traceOf)).toEqual([null, null]);
      const watch = new Watch();
      await session.get('stub://x/');
      watch[Symbol.dispose]();
      expect(traceOf(adapter.options[2])).not.toBeNull();
      await session.get('stub://x/');
      expect(traceOf(adapter.options[3])).toBeNull();
      await session.close();
    }
  });

  test('nothing is published of a request that was made before somebody subscribed', async () => {
    await using server = await startHttpServer(countdown);
    await using session = new FuturesSession();
    const future = session.get(`${server.url}/3`);
    await server.waitForRequests(1);
    using watch = new Watch();
    await future;
    expect(watch.events).toEqual([]);
  });
});
