import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FuturesSession } from 'requests-futures';
import { BullMQExecutor, type BullMQExecutorOptions, BullMQWorker } from 'requests-futures/bullmq';
import * as tasks from './fixtures/tasks.mjs';
import { eventually, hasRedis, newQueue, openQueue, startRedis, startWorker, TestRedis } from './redis.js';

describe.skipIf(!hasRedis)('what stands in Redis', () => {
  function both(
    redis: TestRedis,
    queue: string,
    options: Partial<BullMQExecutorOptions> = {},
  ): BullMQExecutor {
    const worker = new BullMQWorker({ queue, connection: redis.url, functions: [tasks], grace: 0 });
    onTestFinished(() => worker.close());
    const executor = new BullMQExecutor({ queue, connection: redis.url, ...options });
    onTestFinished(() => executor.shutdown({ cancel_futures: true, wait: false }));
    return executor;
  }

  test('is no copy of an outcome but the one in the stream of its client, and in the end not that', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const executor = both(redis, queue);
    const size = 200_000;
    const results = await Promise.all(Array.from({ length: 50 }, () => executor.submit(tasks.large, size)));
    expect(results.every(({ length }) => length === size)).toBe(true);
    const keys = redis.command('KEYS', '*').split('\n');
    const sizes = keys.map((key) => Number(redis.command('MEMORY', 'USAGE', key, 'SAMPLES', '0')));
    const others = sizes.filter((_, index) => keys[index]?.endsWith(':results') !== true);
    expect(Math.max(...others)).toBeLessThan(size);
    await executor.shutdown();
    expect(redis.command('KEYS', `bull:${queue}:rf:c*`)).toBe('');
  });

  test('are calls with ids of their own: equal calls are as many calls', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const executor = new BullMQExecutor({ queue, connection: redis.url });
    onTestFinished(() => executor.shutdown({ cancel_futures: true, wait: false }));
    const futures = Array.from({ length: 5 }, () => executor.submit(tasks.note, file, 'same'));
    const bull = openQueue(redis.url, queue);
    await eventually(() => bull.getWaitingCount()).toBe(5);
    const ids = (await bull.getWaiting()).map(({ id }) => String(id));
    expect(new Set(ids).size).toBe(5);
    // Digits alone would be BullMQ's own, and a colon is refused.
    for (const id of ids) expect(id).toMatch(/^c[0-9a-f]{24}-\d+$/);
    await startWorker(redis.url, queue);
    await Promise.all(futures);
    expect(readFileSync(file, 'utf8')).toBe('same\n'.repeat(5));
  });

  test('has an end where a client is killed while its calls run', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const worker = await startWorker(redis.url, queue);
    const client = fileURLToPath(new URL('./fixtures/runs-long.mjs', import.meta.url));
    const child = spawn(process.execPath, [client, redis.url, queue, file], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await eventually(() => existsSync(file) && readFileSync(file, 'utf8').split('\n').length).toBe(6);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await eventually(() => worker.calls.length).toBe(5);
    expect(worker.calls.map(({ outcome }) => outcome)).toEqual(Array(5).fill('returned'));
    await eventually(() => redis.command('KEYS', `bull:${queue}:c*`)).toBe('');
    const kept = redis.command('KEYS', `bull:${queue}:rf:c*`).split('\n');
    expect(kept.map((key) => key.split(':').at(-1)).sort()).toEqual(['alive', 'claims', 'results']);
    for (const key of kept) {
      const seconds = Number(redis.command('TTL', key));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(3600);
    }
  });

  test('has an end where all workers are killed, after the longest of their lock durations', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const millisecondsLeft = (): number => Number(redis.command('PTTL', `bull:${queue}:rf:workers`));
    const hour = 3_600_000;
    const slow = await startWorker(redis.url, queue, ['--lock-duration', '7200']);
    slow.kill();
    expect(millisecondsLeft()).toBeGreaterThan(2 * hour);
    expect(millisecondsLeft()).toBeLessThanOrEqual(3 * hour);
    const quick = await startWorker(redis.url, queue);
    quick.kill();
    expect(millisecondsLeft()).toBeGreaterThan(2 * hour);
    redis.command('DEL', `bull:${queue}:rf:workers`);
    await startWorker(redis.url, queue);
    expect(millisecondsLeft()).toBeGreaterThan(0);
    expect(millisecondsLeft()).toBeLessThanOrEqual(hour + 30_000);
  });

  test('is in one place of a cluster for each queue, and for each store of limits', async () => {
    const redis = new TestRedis(false, () => ['--cluster-enabled', 'yes']);
    onTestFinished(() => redis.remove());
    await redis.start();
    // Redis 6.2 has no ADDSLOTSRANGE.
    redis.command('CLUSTER', 'ADDSLOTS', ...Array.from({ length: 16_384 }, (_, slot) => String(slot)));
    await eventually(() => redis.command('CLUSTER', 'INFO')).toContain('cluster_state:ok');
    // A single node refuses a script whose keys are in several slots, as any node does.
    expect(redis.command('MGET', 'a', 'b')).toContain('CROSSSLOT');
    const executor = both(redis, `{${newQueue()}}`);
    expect(await executor.map(tasks.add, [1, 2, 3], [1, 2, 3]).toArray()).toEqual([2, 4, 6]);
    const file = path.join(redis.folder, 'ran');
    const future = executor.submit(tasks.abortable, file);
    await eventually(() => existsSync(file)).toBe(true);
    future.abort(new RangeError('enough'));
    expect((await future.exception())?.message).toBe('enough');
    await using session = new FuturesSession({
      executor,
      limits: { per_second: 50, per_host: { per_minute: 100 }, store: executor.limits },
    });
    const errors = await Promise.all([1, 2].map((i) => session.get(`http://127.0.0.${i}:1/`).exception()));
    expect(errors.map((error) => error?.name)).toEqual(['ConnectionError', 'ConnectionError']);
  });
});
