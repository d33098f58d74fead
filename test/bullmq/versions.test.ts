import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { hasRedis, newQueue, startRedis } from './redis.js';

const file = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

describe.skipIf(!hasRedis)('each major version of BullMQ', () => {
  test.each([
    [5, ['--require', file('bullmq5.cjs')]],
    [6, []],
  ])('carries calls alike: %i', async (major, flags) => {
    const redis = await startRedis();
    const args = [...flags, file('round-trip.mjs'), redis.url, newQueue()];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      major,
      sum: 9900,
      error: 'TypeError: oops',
      x: 3,
      aborted: 'RangeError: enough',
    });
    // The process has ended by itself, and nothing of its calls is left.
    expect(redis.command('KEYS', 'bull:*:rf:c*')).toBe('');
  });
});
