import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { FuturesSession, LimitStoreError, MaxDelayExceeded, wait } from 'requests-futures';
import { BullMQExecutor, RedisLimitStore } from 'requests-futures/bullmq';
import { LimiterSession } from 'requests-futures/requests';
import { hasRedis, newQueue, startRedis, startWorker, TestRedis } from './redis.js';

const limited = fileURLToPath(new URL('./fixtures/limited.mjs', import.meta.url));

/** A server that notes when each request has come, in milliseconds. */
async function startServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    response.end('ok'),
): Promise<{ url: string; arrivals: number[] }> {
  const arrivals: number[] = [];
  const server = createServer((request, response) => {
    arrivals.push(performance.now());
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, arrivals };
}

/** Starts processes that send `count` requests each, all at once when all are ready. Resolves to how the requests ended. */
async function sendFrom(
  processes: number,
  redis: string,
  url: string,
  count: number,
  limits: object,
): Promise<{ children: ChildProcess[]; ends: Promise<(number | string)[][]> }> {
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, [limited, redis, url, String(count), JSON.stringify(limits)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
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

/** No `count + 1` of the arrivals are closer together than a second, but for what the way to the server adds or takes. */
function expectRate(arrivals: readonly number[], count: number): void {
  const closest = Math.min(...arrivals.slice(count).map((at, i) => at - (arrivals[i] as number)));
  expect(closest).toBeGreaterThan(940);
}

/** Which part of the allowed rate was used, all requests waiting from the beginning. */
function usedShare(arrivals: readonly number[], perSecond: number): number {
  const rounds = Math.ceil(arrivals.length / perSecond) - 1;
  return (rounds * 1000) / ((arrivals.at(-1) as number) - (arrivals[0] as number));
}

describe.skipIf(!hasRedis)('limits that are counted in Redis', () => {
  const redis = new TestRedis();
  beforeAll(() => redis.start());
  afterAll(() => redis.remove());

  test('several processes together keep one rate, and use nearly all of it', async () => {
    const { url, arrivals } = await startServer();
    const { ends } = await sendFrom(4, redis.url, url, 40, { per_second: 20 });
    expect((await ends).flat()).toEqual(Array.from({ length: 160 }, () => 200));
    expect(arrivals).toHaveLength(160);
    expectRate(arrivals, 20);
    expect(usedShare(arrivals, 20)).toBeGreaterThan(0.9);
  });
});
