import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { hasRedis, newQueue, startRedis, startWorker } from './redis.js';

const file = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

describe.skipIf(!hasRedis)('each major version of BullMQ', () => {
  test.each([
    [5, ['--import', file('bullmq5.mjs')]],
    [6, []],
  ])('carries calls alike: %i', async (major, flags) => {
    const redis = await startRedis();
    const queue = newQueue();
    const args = [...flags, file('round-trip.mjs'), redis.url, queue];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      sum: 9900,
      error: 'TypeError: oops',
      x: 3,
      aborted: 'RangeError: enough',
    });
    expect(redis.command('HGET', `bull:${queue}:meta`, 'version')).toMatch(`:${major}.`);
    // The process has ended by itself, and nothing of its calls is left.
    expect(redis.command('KEYS', 'bull:*:rf:c*')).toBe('');
  });
});

test('what is missing is said at once by each call, by the worker and by the limits, and the process ends', async () => {
  const args = ['--import', file('no-peers.mjs'), file('says-what-is-missing.mjs')];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
  const missing = 'Error: requests-futures/bullmq needs two more packages: npm install bullmq ioredis';
  expect(stdout.trim().split('\n')).toEqual([missing, missing, `LimitStore${missing}`]);
});

describe.skipIf(!hasRedis)('an executor that is idle', () => {
  test('does not keep its process alive, be Redis there or not', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    await startWorker(redis.url, queue);
    const run = async (url: string): Promise<string[]> => {
      const args = [file('idle.mjs'), url, queue];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
      return stdout.trim().split('\n');
    };
    expect(await run(redis.url)).toEqual(['served', 'served', 'served', '0 0']);
    expect(await run('redis://127.0.0.1:1')).toEqual([...Array<string>(3).fill('BrokenExecutor'), '0 0']);
  });
});
