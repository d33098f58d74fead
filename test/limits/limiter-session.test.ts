import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MaxDelayExceeded } from '../../src/requests/index.js';
import {
  LimiterAdapter,
  LimiterMixin,
  LimiterSession,
  Retry,
  Session,
  SharedLimiter,
  WorkerPoolExecutor,
  FuturesSession,
} from './doors.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

let server: HttpServer;
beforeEach(async () => {
  server = await startHttpServer((_request, response) => response.end('ok'));
});
afterEach(async () => {
  await server.close();
});

const adapterSession = (options: ConstructorParameters<typeof LimiterAdapter>[0]): Session => {
  const session = new Session();
  session.mount('http://', new LimiterAdapter(options));
  return session;
};

describe.each([
  ['LimiterSession', (options: object) => new LimiterSession(options) as Session],
  ['LimiterAdapter', adapterSession],
  ['LimiterMixin', (options: object) => new (LimiterMixin(class Own extends Session {}))(options) as Session],
])('%s', (_name, make) => {
  test('sends no more than its rate allows, redirects included', async () => {
    const arrivals: number[] = [];
    server.handler = (request, response) => {
      arrivals.push(performance.now());
      if (request.url === '/first') response.writeHead(302, { Location: '/second' }).end();
      else response.end('ok');
    };
    await using session = make({ per_second: 4 });
    const responses = await Promise.all([1, 2, 3].map(() => session.get(`${server.url}/first`)));
    expect(responses.map(({ text }) => text)).toEqual(['ok', 'ok', 'ok']);
    expect(arrivals).toHaveLength(6);
    expect((arrivals[4] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(940);
  });

  test('fails at once where the wait is longer than max_delay, and can be aborted while it waits', async () => {
    await using session = make({ per_minute: 1, max_delay: 10 });
    await session.get(server.url);
    await expect(session.get(server.url)).rejects.toBeInstanceOf(MaxDelayExceeded);
    await using patient = make({ per_minute: 1 });
    await patient.get(server.url);
    await expect(patient.get(server.url, { signal: AbortSignal.timeout(20) })).rejects.toThrow('aborted');
    expect(server.requests).toHaveLength(2);
  });

  test('pauses on limit_statuses', async () => {
    let failures = 1;
    server.handler = (_request, response) =>
      response.writeHead(failures-- > 0 ? 503 : 200, { 'Retry-After': '1' }).end();
    await using session = make({ limit_statuses: [503] });
    expect((await session.get(server.url)).status_code).toBe(503);
    const since = performance.now();
    expect((await session.get(server.url)).status_code).toBe(200);
    expect(performance.now() - since).toBeGreaterThan(900);
  });

  test('refuses contradictions by name', () => {
    expect(() => make({ bucket_name: 'b', per_host: true })).toThrow('per_host and bucket_name contradict');
    expect(() => make({ limiter: new SharedLimiter({ per_second: 1 }), per_host: false })).toThrow(
      "'per_host'",
    );
    expect(() => make({ limiter: new SharedLimiter({}), per_second: 1 })).toThrow("'per_second'");
    expect(() => make({ per_secnd: 1 } as object)).toThrow("'per_secnd'");
    expect(() => make({ key: () => 'x' } as object)).toThrow("'key'");
    expect(() => make({ bucket_name: 5 } as object)).toThrow('bucket_name must be a string');
  });

  test('shares a limiter, and a bucket between hosts', async () => {
    const limiter = new SharedLimiter({ per_minute: 2, max_delay: 1 });
    await using one = make({ limiter, bucket_name: 'api' });
    await using two = make({ limiter, bucket_name: 'api' });
    await one.get(server.url);
    await two.get(server.url.replace('127.0.0.1', 'localhost'));
    await expect(one.get(server.url)).rejects.toBeInstanceOf(MaxDelayExceeded);
  });
});

test('each attempt of an adapter with retries takes a token', async () => {
  let failures = 2;
  server.handler = (_request, response) => response.writeHead(failures-- > 0 ? 500 : 200).end();
  const max_retries = new Retry({ total: 3, status_forcelist: [500] });
  await using session = adapterSession({ per_minute: 3, max_delay: 1, max_retries });
  expect((await session.get(server.url)).status_code).toBe(200);
  await expect(session.get(server.url)).rejects.toBeInstanceOf(MaxDelayExceeded);
});

test('a limited adapter is not sent to a thread, where its limits would be others', async () => {
  await using executor = new WorkerPoolExecutor({ max_workers: 1 });
  await using session = new FuturesSession({ executor });
  session.mount('http://', new LimiterAdapter({ per_second: 1 }));
  expect((await session.get(server.url).exception())?.message).toContain('cannot be sent to another thread');
});
