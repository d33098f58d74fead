import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { hasRedis, newQueue, startRedis, startWorker } from './redis.js';

const file = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** Runs a fixture where other packages stand for the peers. */
async function run(
  peers: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ stdout: string; stderr: string }> {
  const [fixture = '', ...more] = args;
  return await promisify(execFile)(
    process.execPath,
    ['--import', file('peers.mjs'), file(fixture), ...more],
    { timeout: 100_000, env: { ...process.env, PEERS: JSON.stringify(peers) } },
  );
}

describe.skipIf(!hasRedis)('each major version of BullMQ and of ioredis', () => {
  test.each([
    [5, 5, { bullmq: 'bullmq5' }],
    [6, 5, {}],
    [6, 6, { ioredis: 'ioredis6' }],
  ])('carries calls and counts limits alike: %i, %i', async (major, client, peers) => {
    const redis = await startRedis();
    const queue = newQueue();
    const { stdout, stderr } = await run(peers, 'round-trip.mjs', redis.url, queue);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      sum: 9900,
      error: 'TypeError: oops',
      x: 3,
      aborted: 'RangeError: enough',
      counted: 'ConnectionError',
      ioredis: client,
    });
    expect(redis.command('HGET', `bull:${queue}:meta`, 'version')).toMatch(`:${major}.`);
    // The process has ended by itself, and nothing of its calls is left.
    expect(redis.command('KEYS', 'bull:*:rf:c*')).toBe('');
  });
});

test('what is missing is said at once by each call, by the worker and by the limits, and the process ends', {
  timeout: 120_000,
}, async () => {
  const { stdout } = await run({ bullmq: 'no-bullmq', ioredis: 'no-ioredis' }, 'says-what-is-missing.mjs');
  const missing = 'Error: requests-futures/bullmq needs two more packages: npm install bullmq ioredis';
  expect(stdout.trim().split('\n')).toEqual([missing, missing, `LimitStore${missing}`]);
});

describe.skipIf(!hasRedis)('an executor that is idle', () => {
  test('does not keep its process alive, be Redis there or not', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    await startWorker(redis.url, queue);
    const run = async (url: string, redisTimeout: string): Promise<string[]> => {
      const args = [file('idle.mjs'), url, queue, redisTimeout];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 50_000 });
      return stdout.trim().split('\n');
    };
    expect(await run(redis.url, '60')).toEqual(['served', 'served', 'served', '0 0']);
    expect(await run('redis://127.0.0.1:1', '1')).toEqual([
      ...Array<string>(3).fill('BrokenExecutor'),
      '0 0',
    ]);
  });
});

test.skipIf(!hasRedis)(
  'a worker and a program keep nothing of calls that have ended',
  async () => {
    const redis = await startRedis();
    const args = ['--expose-gc', file('serves-many.mjs'), redis.url, newQueue()];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 100_000 });
    // Of 60 MB.
    expect(Number(stdout)).toBeLessThan(15);
  },
  120_000,
);
