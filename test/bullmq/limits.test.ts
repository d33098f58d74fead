import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { FuturesSession, LimitStoreError, MaxDelayExceeded, wait } from 'requests-futures';
import { BullMQExecutor, RedisLimitStore } from 'requests-futures/bullmq';
import { LimiterSession } from 'requests-futures/requests';
import { Stamping } from './fixtures/stamping.mjs';
import * as tasks from './fixtures/tasks.mjs';
import { eventually, hasRedis, newQueue, startRedis, startWorker, TestRedis } from './redis.js';

const limited = fileURLToPath(new URL('./fixtures/limited.mjs', import.meta.url));
const STAMPING = ['--module', fileURLToPath(new URL('./fixtures/stamping.mjs', import.meta.url))];

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** A server that notes when each request has come, and when its turn came, in milliseconds, and its path. */
async function startServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    response.end('ok'),
): Promise<{ url: string; arrivals: number[]; turns: number[]; paths: string[] }> {
  const arrivals: number[] = [];
  const turns: number[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    arrivals.push(now());
    turns.push(Number(request.headers['x-turn']));
    paths.push(request.url ?? '');
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, arrivals, turns, paths };
}

/** Starts processes that send `count` requests each, all at once when all are ready. Resolves to how the requests ended. */
async function sendFrom(
  processes: number,
  redis: string,
  url: string,
  count: number,
  limits: object,
  redisTimeout = 60,
): Promise<{ children: ChildProcess[]; ends: Promise<(number | string)[][]> }> {
  const children = Array.from({ length: processes }, () =>
    spawn(
      process.execPath,
      [limited, redis, url, String(count), JSON.stringify(limits), String(redisTimeout)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    ),
  );
  onTestFinished(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  const lines = children.map((child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]());
  await Promise.all(lines.map((line) => line.next()));
  for (const child of children) child.stdin.write('go\n');
  const ends = Promise.all(
    lines.map(async (line) => JSON.parse(String((await line.next()).value)) as (number | string)[]),
  );
  return { children, ends };
}

/** Sends each request when its turn has come with a note of it. */
function stamped<Sends extends FuturesSession | LimiterSession>(session: Sends): Sends {
  session.mount('http://', new Stamping({ pool_maxsize: 100 }));
  return session;
}

/** No `count + 1` of the requests were written within a second: each was written after its turn had come, and before it arrived. */
function expectRate(
  { arrivals, turns }: { arrivals: readonly number[]; turns: readonly number[] },
  count: number,
): void {
  const requests = arrivals
    .map((arrived, i) => ({ turn: turns[i] ?? NaN, arrived }))
    .sort((a, b) => a.turn - b.turn);
  const spans = requests.slice(count).map((_, i) => {
    const some = requests.slice(i, i + count + 1);
    return Math.max(...some.map(({ arrived }) => arrived)) - (some[0]?.turn ?? NaN);
  });
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(1000);
}

/** Which part of the allowed rate was used, all requests waiting from the beginning. A machine that is busy uses less. */
function usedShare(arrivals: readonly number[], perSecond: number): number {
  const rounds = Math.ceil(arrivals.length / perSecond) - 1;
  return (rounds * 1000) / ((arrivals.at(-1) as number) - (arrivals[0] as number));
}

/** Repeats a run, in which the machine may have been too busy, until more than half of the rate was used. */
async function untilMostIsUsed(run: () => Promise<number>): Promise<void> {
  let best = 0;
  for (let i = 0; i < 5 && best <= 0.5; i += 1) best = Math.max(best, await run());
  expect(best).toBeGreaterThan(0.5);
}

describe.skipIf(!hasRedis)('limits that are counted in Redis', () => {
  const redis = new TestRedis();
  beforeAll(() => redis.start());
  afterAll(() => redis.remove());

  test('several processes together keep one rate, and use nearly all of it', async () => {
    await untilMostIsUsed(async () => {
      const { url, arrivals, turns } = await startServer();
      const { ends } = await sendFrom(4, redis.url, url, 40, { per_second: 20 });
      expect((await ends).flat()).toEqual(Array.from({ length: 160 }, () => 200));
      expect(arrivals).toHaveLength(160);
      expectRate({ arrivals, turns }, 20);
      return usedShare(arrivals, 20);
    });
  });

  test('processes end by themselves when nothing waits any more', async () => {
    const { url } = await startServer();
    const { children, ends } = await sendFrom(1, redis.url, url, 3, { per_second: 50 });
    const exit = once(children[0] as ChildProcess, 'exit');
    await ends;
    expect(await exit).toEqual([0, null]);
  });

  test('processes end by themselves when requests have failed as Redis is away', async () => {
    const { url } = await startServer();
    const { children, ends } = await sendFrom(1, 'redis://127.0.0.1:1', url, 3, { per_second: 50 }, 1);
    const exit = once(children[0] as ChildProcess, 'exit');
    expect(await ends).toEqual([Array(3).fill('LimitStoreError')]);
    expect(await exit).toEqual([0, null]);
  });

  test('the workers of an executor count each attempt where it is sent, redirects too', async () => {
    await untilMostIsUsed(async () => {
      const { url, arrivals, turns } = await startServer((request, response) => {
        if (request.url === '/') response.end('ok');
        else response.writeHead(302, { Location: '/' }).end();
      });
      const queue = newQueue();
      await Promise.all([startWorker(redis.url, queue, STAMPING), startWorker(redis.url, queue, STAMPING)]);
      await using executor = new BullMQExecutor({ queue, connection: redis.url });
      const limits = { per_second: 10, store: executor.limits };
      await using one = stamped(new FuturesSession({ executor, limits }));
      await using two = stamped(new FuturesSession({ executor, limits }));
      const futures = Array.from({ length: 10 }, () => [one, two].map((session) => session.get(`${url}hop`)));
      await wait(futures.flat());
      expect(futures.flat().map((future) => future.result_now().history.length)).toEqual(
        Array.from({ length: 20 }, () => 1),
      );
      expect(arrivals).toHaveLength(40);
      expectRate({ arrivals, turns }, 10);
      return usedShare(arrivals, 10);
    });
  });

  test('a pause after 429 holds for every process, and one probe ends it for all', async () => {
    let isPaused = true;
    const { url, arrivals } = await startServer((_request, response) => {
      if (arrivals.length <= 2) response.writeHead(429, { 'Retry-After': '2' }).end();
      else if (isPaused) {
        // The probe: its answer takes a while.
        isPaused = false;
        setTimeout(() => response.end('ok'), 700);
      } else response.end('ok');
    });
    const { ends } = await sendFrom(3, redis.url, url, 4, { per_second: 2 });
    const statuses = (await ends).flat();
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    const [, refused, probe, next] = arrivals as [number, number, number, number];
    expect(probe - refused).toBeGreaterThan(1940);
    expect(next - probe).toBeGreaterThan(690);
  });

  test('workers that stand still for a while send nothing too early when they go on', async () => {
    const { url, arrivals, turns } = await startServer();
    const queue = newQueue();
    const workers = await Promise.all([1, 2].map(() => startWorker(redis.url, queue, STAMPING)));
    await using executor = new BullMQExecutor({ queue, connection: redis.url });
    const limits = { per_second: 10, store: executor.limits };
    await using one = stamped(new FuturesSession({ executor, limits }));
    await using two = stamped(new FuturesSession({ executor, limits }));
    const futures = Array.from({ length: 25 }, () => [one, two].map((session) => session.get(url))).flat();
    await futures[5];
    for (const worker of workers) worker.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    for (const worker of workers) worker.kill('SIGCONT');
    await wait(futures);
    expect(arrivals).toHaveLength(50);
    expectRate({ arrivals, turns }, 10);
  });

  test('a worker that cannot count fails the request by name, in the program', async () => {
    const { url } = await startServer();
    const queue = newQueue();
    await startWorker(redis.url, queue);
    await using executor = new BullMQExecutor({ queue, connection: redis.url });
    await using session = new FuturesSession({
      executor,
      limits: { per_second: 10, key: tasks.firstOfPath, store: executor.limits },
    });
    redis.command('SET', 'bull:{rf-limits:default}:key:broken:starts', 'of another type');
    const error = await session.get(`${url}broken`).exception();
    expect(error).toBeInstanceOf(LimitStoreError);
    expect(error?.message).toContain('WRONGTYPE');
    expect((error as LimitStoreError).request?.url).toBe(`${url}broken`);
    expect((await session.get(`${url}whole`)).status_code).toBe(200);
  });

  test('the workers of an executor share a pause', async () => {
    const { url, arrivals } = await startServer((_request, response) => {
      if (arrivals.length === 1) response.writeHead(429, { 'Retry-After': '2' }).end();
      else response.end('ok');
    });
    const queue = newQueue();
    await Promise.all([startWorker(redis.url, queue), startWorker(redis.url, queue)]);
    await using executor = new BullMQExecutor({ queue, connection: redis.url });
    const limits = { store: executor.limits };
    await using one = new FuturesSession({ executor, limits });
    await using two = new FuturesSession({ executor, limits });
    expect((await one.get(url)).status_code).toBe(429);
    await wait(Array.from({ length: 6 }, () => two.get(url)));
    expect(arrivals).toHaveLength(7);
    expect((arrivals[1] as number) - (arrivals[0] as number)).toBeGreaterThan(1940);
  });

  test('hosts and keys with limits of their own, and a rule for keys, reach the workers', async () => {
    const { url, arrivals, turns, paths } = await startServer();
    const queue = newQueue();
    await startWorker(redis.url, queue, STAMPING);
    await using executor = new BullMQExecutor({ queue, connection: redis.url });
    await using session = stamped(
      new FuturesSession({
        executor,
        limits: { per_second: 100, key: tasks.firstOfPath, store: executor.limits },
      }),
    );
    session.limits.set_key('slow', { per_second: 2 });
    await wait(['slow/1', 'slow/2', 'slow/3', 'fast/1', 'fast/2'].map((path) => session.get(url + path)));
    // The last to arrive had to wait, and no other.
    expect(paths.map((one) => one.slice(1, 5)).sort()).toEqual(['fast', 'fast', 'slow', 'slow', 'slow']);
    expect(paths.at(-1)).toContain('slow');
    expectRate(
      {
        arrivals: arrivals.filter((_, i) => paths[i]?.includes('slow')),
        turns: turns.filter((_, i) => paths[i]?.includes('slow')),
      },
      2,
    );
  });

  test('a request that cannot be counted fails by name, and later ones go on', async () => {
    const own = await startRedis();
    const { url, arrivals } = await startServer();
    await using store = new RedisLimitStore({ connection: own.url, redis_timeout: 8 });
    await using session = new FuturesSession({ limits: { per_second: 100, store } });
    expect((await session.get(url)).status_code).toBe(200);
    process.kill(own.pid, 'SIGSTOP');
    const errors = await Promise.all([1, 2].map(() => session.get(url).exception()));
    for (const error of errors) {
      expect(error).toBeInstanceOf(LimitStoreError);
      expect(error?.message).toBe('Redis, which counts for the limits, has not answered for 8 s');
    }
    process.kill(own.pid, 'SIGCONT');
    expect((await session.get(url)).status_code).toBe(200);
    await own.stop();
    const away = session.get(url);
    expect(await away.exception()).toBeInstanceOf(LimitStoreError);
    const waiting = session.get(url);
    await own.start();
    expect((await waiting).status_code).toBe(200);
    expect(arrivals).toHaveLength(3);
  });

  test('a Redis that refuses fails the request at once, without showing the password', async () => {
    const { url } = await startServer();
    const connection = redis.url.replace('redis://', 'redis://user:secret@');
    await using store = new RedisLimitStore({ connection });
    await using session = new LimiterSession({ per_second: 5, store });
    const error = await session.get(url).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LimitStoreError);
    expect((error as Error).message).toContain('WRONGPASS');
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
  });

  test('LimiterSessions with one store count together, and those of another name do not', async () => {
    const { url, arrivals, turns } = await startServer();
    const open = (name: string): { store: RedisLimitStore; session: LimiterSession } => {
      const store = new RedisLimitStore({ connection: redis.url, name });
      return { store, session: stamped(new LimiterSession({ per_minute: 2, store })) };
    };
    const [one, two, other] = ['sessions', 'sessions', 'others'].map(open) as [
      ReturnType<typeof open>,
      ReturnType<typeof open>,
      ReturnType<typeof open>,
    ];
    onTestFinished(async () => {
      for (const { session, store } of [one, two, other]) {
        await session.close();
        await store.close();
      }
    });
    await one.session.get(url);
    await two.session.get(url);
    await using impatient = new LimiterSession({ per_minute: 2, max_delay: 5, store: one.store });
    await expect(impatient.get(url)).rejects.toThrow(MaxDelayExceeded);
    await other.session.get(url);
    expect(arrivals).toHaveLength(3);
    expect(turns.every((turn) => turn > 0)).toBe(true);
  });

  test('max_delay counts what Redis says, and one that gives up leaves its place to others', async () => {
    const { url, arrivals } = await startServer();
    await using store = new RedisLimitStore({ connection: redis.url, name: newQueue() });
    await using session = new FuturesSession({ limits: { per_minute: 1, store } });
    await using impatient = new FuturesSession({ limits: { per_minute: 1, max_delay: 5, store } });
    await session.get(url);
    const error = await impatient.get(url).exception();
    expect(error).toBeInstanceOf(MaxDelayExceeded);
    expect((error as MaxDelayExceeded).retry_after).toBeGreaterThan(50);
    await using second = new FuturesSession({ limits: { per_minute: 1, store } });
    const given = second.get(url);
    await eventually(() => redis.command('KEYS', `*${store.name}*:waiting`)).not.toBe('');
    expect(given.cancel()).toBe(true);
    await eventually(() => redis.command('KEYS', `*${store.name}*:waiting`)).toBe('');
    expect(arrivals).toHaveLength(1);
  });
});
