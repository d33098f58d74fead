import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BullMQExecutor, BullMQWorker } from 'requests-futures/bullmq';
import { BrokenExecutor } from 'requests-futures/concurrent-futures';
import { noteWarnings } from '../helpers/warnings.js';
import * as tasks from './fixtures/tasks.mjs';
import { eventually, hasRedis, newQueue, startRedis, startWorker, TestRedis } from './redis.js';

describe.skipIf(!hasRedis)('a program and its workers', () => {
  test('add no listeners for calls that are pending', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const warnings = noteWarnings();
    const executor = new BullMQExecutor({ queue, connection: redis.url, max_workers: 2000 });
    const futures = Array.from({ length: 2000 }, (_, i) => executor.submit(tasks.add, i, 0));
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('2000');
    await startWorker(redis.url, queue);
    expect((await Promise.all(futures)).at(-1)).toBe(1999);
    await executor.shutdown();
    expect(warnings).toEqual([]);
  });

  test.each(['SIGKILL', 'SIGSTOP'] as const)('end while Redis does not answer after %s', async (signal) => {
    const redis = await startRedis();
    const queue = newQueue();
    const worker = new BullMQWorker({ queue, connection: redis.url, functions: [tasks], grace: 0.1 });
    const executor = new BullMQExecutor({ queue, connection: redis.url, redis_timeout: 5 });
    const running = executor.submit(tasks.abortable, null);
    await eventually(() => worker.health().running).toBe(1);
    process.kill(redis.pid, signal);
    await Promise.all([executor.shutdown(), worker.close()]);
    expect(worker.health()).toMatchObject({ status: 'closing', running: 0 });
    expect(await running.exception()).toBeInstanceOf(BrokenExecutor);
  });

  test('wait for running calls as long as they take where grace is Infinity', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const warnings = noteWarnings();
    const worker = new BullMQWorker({
      queue,
      connection: redis.url,
      functions: [tasks],
      grace: Infinity,
    });
    const executor = new BullMQExecutor({ queue, connection: redis.url });
    const go = path.join(redis.folder, 'go');
    const running = executor.submit(tasks.noteThenWait, path.join(redis.folder, 'ran'), go, 10);
    await eventually(() => worker.health().running).toBe(1);
    const closed = worker.close();
    // A delay that is too long for a timer ends after a millisecond.
    await new Promise((resolve) => setTimeout(resolve, 5));
    writeFileSync(go, '');
    expect(await running).toEqual(Buffer.alloc(10));
    await closed;
    await executor.shutdown();
    expect(warnings).toEqual([]);
  });

  test('go on from where they are when there is no Redis at first: a call is taken at once, and sent later', async () => {
    const redis = new TestRedis();
    onTestFinished(() => redis.remove());
    await redis.start();
    await redis.stop();
    const queue = newQueue();
    const patient = new BullMQExecutor({ queue, connection: redis.url });
    const hasty = new BullMQExecutor({ queue, connection: redis.url, redis_timeout: 5 });
    const [served, failed] = [patient, hasty].map((executor) => executor.submit(tasks.add, 1, 1));
    const error = await failed?.exception();
    expect(error).toBeInstanceOf(BrokenExecutor);
    expect(error?.message).toMatch(/Redis has not answered for 5 s.*ECONNREFUSED/);
    expect(served?.done()).toBe(false);
    await redis.start();
    await startWorker(redis.url, queue);
    expect(await served).toBe(2);
    await Promise.all([patient.shutdown(), hasty.shutdown()]);
  });
});
