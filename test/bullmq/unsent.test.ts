import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BullMQExecutor } from 'requests-futures/bullmq';
import { BrokenExecutor } from 'requests-futures/concurrent-futures';
import * as tasks from './fixtures/tasks.mjs';
import { eventually, hasRedis, newQueue, openQueue, startRedis, startWorker } from './redis.js';

/** Seconds. Longer than Redis stays full, as a worker cannot renew its sign of life meanwhile. */
const LOCK = 120;

describe.skipIf(!hasRedis)('a call whose outcome Redis does not take, as it is full', () => {
  test.each([
    ['small', 10],
    ['large', 100_000],
  ])('is lost, and does not run again when it is added again: %s', async (_kind, size) => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const go = path.join(redis.folder, 'go');
    const ran = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
    const worker = await startWorker(redis.url, queue, ['--lock-duration', String(LOCK)]);
    const executor = new BullMQExecutor({ queue, connection: redis.url, lock_duration: LOCK });
    onTestFinished(() => executor.shutdown({ cancel_futures: true, wait: false }));
    const future = executor.submit(tasks.noteThenWait, file, go, size);
    await eventually(ran).toBe('ran\n');
    const bull = openQueue(redis.url, queue);
    const [job] = await bull.getActive();
    const jobId = String(job?.id);
    const claims = `bull:${queue}:rf:${jobId.split('-')[0]}:claims`;
    redis.command('CONFIG', 'SET', 'maxmemory', '1');
    writeFileSync(go, '');
    const error = await future.exception();
    expect(error).toBeInstanceOf(BrokenExecutor);
    expect(error?.message).toMatch(
      /^The call was lost, it may have run: its worker could not send the result to Redis: OOM command not allowed/,
    );
    expect(redis.command('HGET', claims, jobId)).toMatch(/^u:OOM/);
    redis.command('CONFIG', 'SET', 'maxmemory', '0');
    // As a client library does after a lost answer.
    await eventually(() => redis.command('EXISTS', `bull:${queue}:${jobId}`)).toBe('0');
    await bull.add(String(job?.name), job?.data, { jobId, removeOnComplete: true });
    await eventually(() => worker.calls.map(({ outcome }) => outcome)).toEqual(['returned', 'skipped']);
    expect(ran()).toBe('ran\n');
    // What comes after is served.
    expect(await executor.submit(tasks.add, 1, 1)).toBe(2);
  });
});
