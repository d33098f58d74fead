import { expect, test } from 'vitest';
import { DeadlineExceeded, FuturesSession, Retry, wait, WorkerPoolExecutor } from 'requests-futures';
import { startHttpServer } from '../helpers/servers/http-server.js';

test('limits hold for worker threads: a token is reserved until the head of the answer, a place until the end', async () => {
  const arrivals: number[] = [];
  await using server = await startHttpServer((_request, response) => {
    arrivals.push(performance.now());
    setTimeout(() => response.end('ok'), 10);
  });
  await using executor = new WorkerPoolExecutor({ max_workers: 8, threads: 2 });
  await using session = new FuturesSession({ executor, limits: { per_second: 6, limit_per_host: 3 } });
  const futures = Array.from({ length: 14 }, () => session.get(server.url));
  expect(futures.filter((future) => future.running())).toHaveLength(3);
  expect(futures[13]?.cancel()).toBe(true);
  await wait(futures);
  expect(arrivals).toHaveLength(13);
  expect(server.maxInFlight).toBeLessThanOrEqual(3);
  for (const [i, at] of arrivals.entries()) {
    const later = arrivals[i + 6];
    if (later !== undefined) expect(later - at).toBeGreaterThan(940);
  }
});

test('a 429 that a thread has seen pauses its host here', async () => {
  await using server = await startHttpServer((_request, response) =>
    response.writeHead(429, { 'Retry-After': '50' }).end(),
  );
  await using executor = new WorkerPoolExecutor({ max_workers: 1 });
  await using session = new FuturesSession({ executor, limits: {} });
  await session.get(server.url);
  expect(session.limits.stats().hosts[server.url]?.paused_until).toBeGreaterThan(Date.now() / 1000 + 48);
});

test('deadline and max_retries cross to a thread', async () => {
  let failures = 1;
  await using server = await startHttpServer((request, response) => {
    if (request.url === '/slow') response.write('.');
    else response.writeHead(failures-- > 0 ? 503 : 200).end('ok');
  });
  await using executor = new WorkerPoolExecutor({ max_workers: 1 });
  await using session = new FuturesSession({ executor });
  const max_retries = new Retry({ total: 1, status_forcelist: [503] });
  expect((await session.get(server.url, { max_retries })).status_code).toBe(200);
  expect((await session.get(server.url, { max_retries: 1 })).status_code).toBe(200);
  const error = await session.get(`${server.url}/slow`, { deadline: 2 }).exception();
  expect(error).toBeInstanceOf(DeadlineExceeded);
  expect(error).toMatchObject({ deadline: 2, phase: 'reading the body' });
  const stream = await session.get(`${server.url}/slow`, { deadline: 2, stream: true });
  expect(await stream.read().then(String, (reason: unknown) => reason)).toBeInstanceOf(DeadlineExceeded);
  session.deadline = 0.2;
  session.base_url = server.url;
  expect(await session.get('slow').exception()).toBeInstanceOf(DeadlineExceeded);
});

test.each([
  ['in this thread', null],
  ['in a worker thread', () => new WorkerPoolExecutor({ max_workers: 1 })],
])('settings that are undefined count as not set, %s', async (_name, make) => {
  await using server = await startHttpServer((_request, response) => response.end('ok'));
  const executor = make?.() ?? null;
  await using session = new FuturesSession({ executor, limits: { per_hour: 1 } });
  Object.assign(session, { base_url: undefined, deadline: undefined, max_response_size: undefined });
  session.limits = undefined;
  const responses = await Promise.all([1, 2].map(() => session.get(server.url)));
  expect(responses.map(({ text }) => text)).toEqual(['ok', 'ok']);
  await executor?.shutdown();
});

test('an executor of the caller is limited, too', async () => {
  await using server = await startHttpServer((_request, response) => response.end('ok'));
  const submitted: number[] = [];
  const executor = {
    async submit(fn: (...args: never[]) => unknown, ...args: unknown[]) {
      submitted.push(performance.now());
      return (await fn(...(args as never[]))) as never;
    },
  };
  await using session = new FuturesSession({ executor: executor, limits: { per_second: 2 } });
  const [first, second, third] = [1, 2, 3].map(() => session.get(server.url));
  await wait([first, second, third].flatMap((future) => future ?? []));
  expect((submitted[2] ?? 0) - (submitted[0] ?? 0)).toBeGreaterThan(990);
});
