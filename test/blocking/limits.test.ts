import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  BrokenProcessPool,
  DeadlineExceeded,
  Executor,
  Future,
  FuturesSession,
  MaxDelayExceeded,
  type PreparedRequest,
  ProcessPoolExecutor,
  requests,
  Session,
  ThreadPoolExecutor,
} from 'requests-futures/blocking';
import * as tasks from '../fixtures/tasks.mjs';
import { FarServer } from './server.js';

let server: FarServer;

beforeAll(async () => {
  server = await FarServer.start();
});

afterAll(() => server.close());

beforeEach(() => {
  server.log();
});

const slow = (ms: number, n: number | string = ''): string => `${server.url}/slow?ms=${ms}&n=${n}`;

describe('the limits of a FuturesSession', () => {
  test('hold for its requests, and can be changed, lifted and looked at', () => {
    using session = new FuturesSession({ limits: { limit: 2 } });
    const send = (ms = 30): void => {
      for (const future of [1, 2, 3, 4].map((n) => session.get(slow(ms, n)))) future.result();
    };
    send();
    expect(server.log().most).toBe(2);
    session.limits.set_host(server.url, { limit: 1 });
    send();
    expect(server.log().most).toBe(1);
    session.limits.set_host(server.url, null);
    session.limits = null;
    send(500);
    expect(server.log().most).toBe(4);
    expect(session.limits.stats()).toMatchObject({ running: 0, queued: 0 });
    expect(() => Object.assign(session.limits, { limit: 5 })).toThrow('limits.limit cannot be assigned');
  });

  test('are kept when the session has been closed, and with it what the gateway knew', () => {
    using executor = new ThreadPoolExecutor(4);
    using session = new FuturesSession(executor, { limits: { limit: 3 } });
    session.limits.set_host(server.url, { limit: 1 });
    session.get(slow(1)).result();
    session.close();
    server.log();
    for (const future of [1, 2, 3].map((n) => session.get(slow(20, n)))) future.result();
    expect(server.log().most).toBe(1);
  });

  test('fail at once what would wait for too long', () => {
    using session = new FuturesSession({ limits: { per_minute: 1, max_delay: 1 } });
    session.get(`${server.url}/echo`).result();
    expect(session.get(`${server.url}/echo`).exception()).toBeInstanceOf(MaxDelayExceeded);
  });

  test('let what waits for its turn end before close() returns', () => {
    const session = new FuturesSession({ limits: { limit: 1 } });
    const futures = [1, 2, 3].map((n) => session.get(slow(20, n)));
    session.close();
    expect(futures.map((future) => future.result_now().text)).toEqual(['slow 1', 'slow 2', 'slow 3']);
    expect(() => session.get(slow(1))).toThrow('cannot schedule new futures after shutdown');
  });

  test('are refused with a key, an unknown name, or an executor that the gateway does not run', () => {
    const key = { key: () => 'a' } as never;
    expect(() => new FuturesSession({ limits: key })).toThrow("'key' would have to run in this thread");
    expect(() => new FuturesSession({ limits: { per_week: 1 } as never })).toThrow('per_week');
    class Own extends Executor {
      override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<R> {
        const future = new Future<R>();
        future.set_result(fn(...args));
        return future;
      }
    }
    expect(() => new FuturesSession(new Own(), { limits: { limit: 1 } })).toThrow(TypeError);
    expect(() => {
      new FuturesSession(new Own()).pause();
    }).toThrow('pause() works with the executors of this package');
  });
});

test('a FuturesSession holds requests back while it is paused, and close() lets them go', () => {
  const session = new FuturesSession({ max_workers: 2 });
  session.pause();
  const first = session.get(slow(1, 1));
  expect(() => first.result(0.1)).toThrow('');
  session.resume();
  expect(first.result().text).toBe('slow 1');
  session.pause();
  const second = session.get(slow(1, 2));
  session.close();
  expect(second.result_now().text).toBe('slow 2');
});

test('an executor can be paused, and given more and fewer workers', () => {
  using executor = new ThreadPoolExecutor(1);
  executor.pause();
  // The server answers when all three are there.
  const futures = [1, 2, 3].map(() => executor.submit(requests.get, `${server.url}/together?n=3`));
  expect(executor.queued).toBe(3);
  executor.max_workers = 3;
  executor.resume();
  executor.idle();
  expect(futures.every((future) => future.done())).toBe(true);
  expect(server.log().most).toBe(3);
  expect(executor.max_workers).toBe(3);
  expect(executor.running).toBe(0);
  expect(() => {
    executor.max_workers = 0;
  }).toThrow('max_workers must be greater than 0');
});

test('a ProcessPoolExecutor can be killed while it runs', () => {
  const executor = new ProcessPoolExecutor(1);
  const future = executor.submit(tasks.spin, new SharedArrayBuffer(8));
  executor.kill_workers();
  expect(future.exception()).toBeInstanceOf(BrokenProcessPool);
  expect(() => executor.submit(tasks.add, 1, 2)).toThrow('cannot schedule new futures after shutdown');
});

describe.each([
  ['a plain session', null],
  ['one with credentials of its own', (request: PreparedRequest): PreparedRequest => request],
])('%s', (_name, auth) => {
  test('appends URLs to its base_url', () => {
    using session = new Session();
    session.auth = auth;
    session.base_url = server.url;
    expect(session.get('/slow?ms=1&n=base').text).toBe('slow base');
    using futures = new FuturesSession();
    futures.auth = auth;
    futures.base_url = server.url;
    expect(futures.get('slow?ms=1&n=base').result().text).toBe('slow base');
    session.base_url = futures.base_url = session.deadline = futures.deadline = futures.limits = undefined;
    expect([session.get(slow(1)).status_code, futures.get(slow(1)).result().status_code]).toEqual([200, 200]);
  });

  test('holds its requests to a deadline', () => {
    using session = new Session();
    session.auth = auth;
    expect(() => session.get(slow(2000), { deadline: 0.1 })).toThrow(DeadlineExceeded);
    session.deadline = 0.1;
    expect(() => session.get(slow(2000))).toThrow(DeadlineExceeded);
    using futures = new FuturesSession();
    futures.auth = auth;
    futures.deadline = 0.1;
    expect(futures.get(slow(2000)).exception()).toBeInstanceOf(DeadlineExceeded);
  });
});
