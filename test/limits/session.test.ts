import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  DeadlineExceeded,
  FuturesSession,
  type LimitsOptions,
  MaxDelayExceeded,
  REQUEST_CHANNEL,
  type RequestEvent,
  Retry,
  type ResponseFuture,
  Timeout,
  wait,
} from '../../src/index.js';
import { Limiter } from '../../src/limits/index.js';
import { ADAPTERS } from '../helpers/adapters.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

let server: HttpServer;
let other: HttpServer;
const sessions: FuturesSession[] = [];

beforeEach(async () => {
  server = await startHttpServer();
  other = await startHttpServer();
});

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close({ cancel_futures: true })));
  await Promise.all([server.close(), other.close()]);
});

describe.each(ADAPTERS)('over %s', (_name, Adapter) => {
  function make(limits: LimitsOptions | null, max_workers = 50): FuturesSession {
    const session = new FuturesSession({ max_workers, limits });
    session.mount('http://', new Adapter({ pool_maxsize: 100 }));
    sessions.push(session);
    return session;
  }

  const get = (session: FuturesSession, count: number, path = '/', to = server): ResponseFuture[] =>
    Array.from({ length: count }, () => session.get(`${to.url}${path}`));

  test('no window holds more requests than allowed, where they are written and as the server counts them', async () => {
    /** How many had been written when each arrived. */
    const arrivals: number[] = [];
    const written: number[] = [];
    server.handler = (_request, response) => {
      arrivals.push(written.length);
      response.end('ok');
    };
    const listener = (event: unknown): void => {
      const { type, time } = event as RequestEvent;
      if (type === 'connected') written.push(time);
    };
    subscribe(REQUEST_CHANNEL, listener);
    try {
      await wait(get(make({ per_second: 20, burst: 4 }), 30));
    } finally {
      unsubscribe(REQUEST_CHANNEL, listener);
    }
    expect([arrivals.length, written.length]).toEqual([30, 30]);
    const isHeld = (times: readonly number[]): boolean =>
      [
        [20, 1],
        [4, 0.2],
      ].every(([count = 0, period = 0]) =>
        times.every((at, i) => (times[i + count] ?? Infinity) - at > period - 0.01),
      );
    // The event comes just before the write, which is what counts; the time of arrival depends on the machine.
    expect(isHeld(written)).toBe(true);
    expect(arrivals.every((count, i) => count > i)).toBe(true);
  });

  test('a start counts from after its write, not from before', async () => {
    server.handler = (_request, response) => response.end('ok');
    const steps: string[] = [];
    const counted = vi.spyOn(Limiter.prototype, 'written').mockImplementation(function (this: Limiter, turn) {
      steps.push('counted');
      counted.mockRestore();
      this.written(turn);
    });
    const session = make(null);
    // On a new connection, the write would be noted when it is queued.
    await session.get(server.url);
    session.limits = { per_second: 5 };
    const write = vi.spyOn(Socket.prototype, '_write').mockImplementation(function (this: Socket, ...args) {
      steps.push('written');
      write.mockRestore();
      this._write(...args);
    });
    await session.get(server.url);
    expect(steps).toEqual(['written', 'counted']);
  });

  test('limit_per_host holds for each host, and one that does not answer holds up no other', async () => {
    const held: (() => void)[] = [];
    server.handler = (_request, response) => held.push(() => response.end());
    other.handler = (_request, response) => response.end();
    const session = make({ limit_per_host: 2 }, 4);
    const stuck = get(session, 10);
    const others = get(session, 50, '/', other);
    await wait(others);
    expect(held).toHaveLength(2);
    expect(session.limits.stats().hosts[server.url]).toMatchObject({ queued: 8, running: 2 });
    expect(stuck.slice(2).map((future) => future.cancel())).toEqual(Array(8).fill(true));
    for (const end of held) end();
    await wait(stuck);
  });

  test('a cancelled or aborted request is never sent, and takes no token', async () => {
    server.handler = (_request, response) => response.end();
    const session = make({ per_hour: 2 });
    const controller = new AbortController();
    const first = session.get(server.url);
    await first;
    const held = session.get(server.url);
    await held;
    const queued = session.get(server.url, { signal: controller.signal });
    const cancelled = session.get(server.url);
    controller.abort(new Error('enough'));
    expect(cancelled.cancel()).toBe(true);
    expect([queued.cancelled(), cancelled.cancelled()]).toEqual([true, true]);
    expect(session.limits.stats()).toMatchObject({ queued: 0, running: 0, started: 2 });
    expect(server.requests).toHaveLength(2);
  });

  test('429 with Retry-After pauses its host for all, then one probe goes first; the answer goes to its caller', async () => {
    let refusals = 1;
    let [under, most] = [0, 0];
    const order: string[] = [];
    server.handler = (request, response) => {
      order.push(request.url ?? '');
      under += 1;
      most = Math.max(most, under);
      const status = refusals > 0 ? 429 : 200;
      refusals -= 1;
      setTimeout(() => {
        under -= 1;
        response.writeHead(status, status === 429 ? { 'Retry-After': '1' } : {}).end();
      }, 20);
    };
    other.handler = (_request, response) => response.end();
    const session = make({ limit_per_host: 4 });
    const first = await session.get(`${server.url}/first`);
    expect(first.status_code).toBe(429);
    const since = performance.now();
    const rest = get(session, 6, '/rest');
    expect(session.limits.stats().hosts[server.url]?.paused_until).toBeGreaterThan(Date.now() / 1000);
    await session.get(other.url);
    expect(performance.now() - since).toBeLessThan(900);
    most = 0;
    const [done] = await wait(rest, { return_when: 'FIRST_COMPLETED' });
    expect(done.size).toBe(1);
    expect(most).toBe(1);
    await wait(rest);
    expect(most).toBeLessThanOrEqual(4);
  });

  test('a wait that is known to be longer than max_delay fails at once', async () => {
    server.handler = (_request, response) => response.writeHead(429, { 'Retry-After': '100' }).end();
    const session = make({ max_delay: 30 });
    await session.get(server.url);
    const error = await session.get(server.url).exception();
    expect(error).toBeInstanceOf(MaxDelayExceeded);
    expect(error).toBeInstanceOf(Timeout);
    expect((error as MaxDelayExceeded).retry_after).toBeGreaterThan(98);
    expect(server.requests).toHaveLength(1);
  });

  test('a retry takes a token of its own, and holds neither place nor worker while it pauses', async () => {
    let failures = 1;
    server.handler = (request, response) => {
      if (request.url === '/flaky' && failures-- > 0) response.writeHead(503, { 'Retry-After': '1' }).end();
      else response.end(request.url);
    };
    const session = make({ limit_per_host: 1 }, 1);
    const max_retries = new Retry({ total: 2, status_forcelist: [503] });
    const flaky = session.get(`${server.url}/flaky`, { max_retries });
    const quick = get(session, 3, '/quick');
    await wait(quick);
    expect(flaky.done()).toBe(false);
    expect((await flaky).text).toBe('/flaky');
    expect(session.limits.stats().started).toBe(5);
  });

  test('a redirect lets its place go, and waits for a turn at the next host', async () => {
    server.handler = (_request, response) =>
      response.writeHead(302, { Location: `${other.url}/there` }).end();
    other.handler = (_request, response) => response.end('there');
    const session = make({ per_second: 100, limit_per_host: 1 }, 2);
    const responses = await Promise.all(get(session, 5));
    expect(responses.map(({ text }) => text)).toEqual(Array(5).fill('there'));
    const { hosts, started } = session.limits.stats();
    expect([started, hosts[server.url]?.started, hosts[other.url]?.started]).toEqual([10, 5, 5]);
  });

  test('a stream holds its place until its body has ended or is closed', async () => {
    server.handler = (_request, response) => {
      response.write('first');
    };
    const session = make({ limit_per_host: 1 });
    const first = await session.get(server.url, { stream: true });
    const second = session.get(server.url, { stream: true });
    expect(session.limits.stats()).toMatchObject({ queued: 1, running: 1 });
    first.close();
    const response = await second;
    expect(session.limits.stats()).toMatchObject({ queued: 0, running: 1 });
    response.close();
    expect(session.limits.stats()).toMatchObject({ queued: 0, running: 0 });
  });

  test('waiting for a turn does not count towards the timeout', async () => {
    server.handler = (_request, response) => response.end('ok');
    const session = make({ per_second: 0.5 });
    const responses = await Promise.all(
      [1, 2].map(() => session.get(server.url, { timeout: 1.9, deadline: 1.9 })),
    );
    expect(responses.map(({ text }) => text)).toEqual(['ok', 'ok']);
  });

  test('adaptive: a host that resets connections is asked by fewer at once, and by more when it is well', async () => {
    let breaks = 4;
    server.handler = (request, response) => {
      if (breaks-- > 0) request.socket.destroy();
      else response.end('ok');
    };
    const session = make({ limit_per_host: 4, adaptive: true });
    const limit = (): number | null | undefined => session.limits.stats().hosts[server.url]?.limit;
    await wait(get(session, 4, '/broken'));
    expect(limit()).toBe(2);
    await wait(get(session, 20));
    expect(limit()).toBe(4);
  });

  test('what could not connect gives its token back', async () => {
    const session = make({ per_hour: 1 });
    const { url } = other;
    await other.close();
    expect((await session.get(url).exception())?.name).toBe('ConnectionError');
    expect((await session.get(url).exception())?.name).toBe('ConnectionError');
  });

  describe('deadline', () => {
    test('ends a body that drips', async () => {
      server.handler = (_request, response) => {
        const timer = setInterval(() => response.write('.'), 10);
        response.on('close', () => {
          clearInterval(timer);
        });
      };
      const session = make(null);
      const error = await session.get(server.url, { timeout: 5, deadline: 2 }).exception();
      expect(error).toBeInstanceOf(DeadlineExceeded);
      expect(error).toMatchObject({ phase: 'reading the body', deadline: 2 });
      expect((error as DeadlineExceeded).request?.url).toBe(`${server.url}/`);
      const response = await session.get(server.url, { stream: true, deadline: 2 });
      expect(await response.read().then(String, (reason: unknown) => reason)).toBeInstanceOf(
        DeadlineExceeded,
      );
    });

    test('ends a wait for the response, also between retries, and counts them together', async () => {
      server.handler = () => undefined;
      const session = make(null);
      session.deadline = 2;
      expect(await session.get(server.url).exception()).toMatchObject({ phase: 'waiting for the response' });
      server.handler = (_request, response) => response.writeHead(503, { 'Retry-After': '60' }).end();
      const max_retries = new Retry({ total: 3, status_forcelist: [503] });
      expect(await session.get(server.url, { max_retries }).exception()).toMatchObject({
        name: 'DeadlineExceeded',
        phase: 'pausing before a retry',
      });
    });

    test('does not count the wait for a worker, nor that for the first turn', async () => {
      server.handler = (_request, response) => setTimeout(() => response.end(), 800);
      const session = make({ limit: 1 }, 1);
      // Less than the wait of the last.
      session.deadline = 1.5;
      const responses = await Promise.all(get(session, 3));
      expect(responses).toHaveLength(3);
    });

    test('is over when the body is', async () => {
      server.handler = (_request, response) => response.end('all');
      const session = make(null);
      const response = await session.get(server.url, { stream: true, deadline: 60 });
      expect(await response.read().then(String)).toBe('all');
    });
  });

  test('close() waits for what waits for its turn, or cancels it', async () => {
    server.handler = (_request, response) => response.end('ok');
    const session = make({ per_second: 3 });
    const futures = get(session, 5);
    await session.close();
    expect(futures.map((future) => future.result_now().text)).toEqual(Array(5).fill('ok'));
    expect(() => session.get(server.url)).toThrow('cannot schedule new futures after shutdown');
    const other = make({ per_hour: 1 });
    const waiting = get(other, 5);
    await other.close({ cancel_futures: true });
    expect(waiting.slice(1).every((future) => future.cancelled())).toBe(true);
  });

  test('pause() holds back what has not begun, and close() resumes', async () => {
    server.handler = (_request, response) => response.end('ok');
    for (const limits of [null, { per_second: 100 }]) {
      const session = make(limits);
      session.pause();
      const future = session.get(server.url);
      await new Promise(setImmediate);
      expect(future.running()).toBe(false);
      await session.close();
      expect((await future).text).toBe('ok');
    }
  });

  test('limits may be set, changed and lifted while requests wait', async () => {
    server.handler = (_request, response) => response.end('ok');
    const session = make(null);
    session.limits = { per_hour: 1 };
    const futures = get(session, 3);
    await futures[0];
    session.limits.set_host(server.url, { per_hour: 2 });
    await futures[1];
    expect(futures[2]?.done()).toBe(false);
    session.limits = null;
    await futures[2];
    expect((await session.get(server.url)).text).toBe('ok');
    expect(() => {
      session.limits = { per_host: 5 } as object;
    }).toThrow('per_host');
    expect(() => {
      session.limits.set_host('nowhere', null);
    }).toThrow('set_host() takes a URL');
    expect(() => new FuturesSession({ limits: { burst: 3 } })).toThrow('burst needs a rate');
    expect(() => Object.assign(session.limits, { per_second: 5 })).toThrow(
      'limits.per_second cannot be assigned; write session.limits = { per_second: … }',
    );
  });

  test('a key of its own counts for the host, or for several', async () => {
    server.handler = (_request, response) => response.end('ok');
    const seen: string[] = [];
    const session = make({
      per_hour: 2,
      key: ({ method, url }) => {
        seen.push(`${method} ${url.pathname}`);
        return ['everyone', url.pathname];
      },
    });
    session.base_url = server.url;
    await wait([session.get('/a'), session.get('/b')]);
    const third = session.get('c', { params: { x: 1 } });
    expect(seen).toEqual(['GET /a', 'GET /b', 'GET /c']);
    expect(Object.keys(session.limits.stats().hosts).sort()).toEqual(['/a', '/b', '/c', 'everyone']);
    session.limits.set_key('everyone', {});
    expect((await third).text).toBe('ok');
    expect(() => {
      session.limits.set_host(server.url, {});
    }).toThrow('use set_key()');
    const failing = make({ key: () => 5 as never });
    expect(await failing.get(server.url).exception()).toMatchObject({
      message: expect.stringMatching(/key\(\) must return/) as string,
    });
  });

  test('events tell of waiting in line and of pauses', async () => {
    let failures = 1;
    server.handler = (_request, response) =>
      response.writeHead(failures-- > 0 ? 503 : 200, { 'Retry-After': '1' }).end();
    const events: RequestEvent[] = [];
    const listener = (event: unknown): void => void events.push(event as RequestEvent);
    subscribe(REQUEST_CHANNEL, listener);
    try {
      const session = make({ limit: 1 });
      const max_retries = new Retry({ total: 1, status_forcelist: [503] });
      await wait([session.get(server.url, { max_retries }), session.get(server.url)]);
    } finally {
      unsubscribe(REQUEST_CHANNEL, listener);
    }
    const types = (id: number | undefined): string[] =>
      events.filter((event) => event.id === id).map(({ type }) => type);
    const [first, second] = [events[0]?.id, events.find(({ type }) => type === 'queued')?.id];
    expect(types(first).join(' ')).toMatch(
      /^submitted started attempt .*headers .*paused resumed attempt .*settled$/,
    );
    expect(types(second).join(' ')).toMatch(/^submitted queued started attempt /);
    expect(events.find(({ type }) => type === 'paused')).toMatchObject({ reason: 'retry' });
  });
});
