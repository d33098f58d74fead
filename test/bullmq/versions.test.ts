/** Versions of the program and of this package that differ between a program and its workers. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BullMQExecutor, BullMQWorker } from 'requests-futures/bullmq';
import type { Future } from 'requests-futures/concurrent-futures';
import { VERSION } from '../../src/requests/internal.js';
import * as tasks from './fixtures/tasks.mjs';
import { eventually, hasRedis, newQueue, openQueue, TestRedis } from './redis.js';

describe.skipIf(!hasRedis)('a fleet of two versions', () => {
  const redis = new TestRedis();
  beforeAll(() => redis.start());
  afterAll(() => redis.remove());

  function workerOn(queue: string, version?: string): BullMQWorker {
    const connection = redis.url;
    const worker = new BullMQWorker({ queue, connection, functions: [tasks], grace: 0, version });
    onTestFinished(() => worker.close());
    return worker;
  }

  function submitTo(queue: string, version?: string): Future<number> {
    const executor = new BullMQExecutor({ queue, connection: redis.url, version });
    onTestFinished(() => executor.shutdown({ cancel_futures: true, wait: false }));
    return executor.submit(tasks.add, 1, 1);
  }

  test.each([
    ['1', '2'],
    ['1', undefined],
    [undefined, '2'],
  ])('of the program is refused with both named, and the call does not run: %s, %s', async (theirs, own) => {
    const queue = newQueue();
    const worker = workerOn(queue, own);
    await expect(submitTo(queue, theirs)).rejects.toMatchObject({
      name: 'RuntimeError',
      message: `the program that has made the call is version ${theirs ?? '(none)'}, and this worker serves version ${own ?? '(none)'}`,
    });
    await eventually(() => worker.health()).toMatchObject({ refused: 1, served: 0, status: 'ok' });
    expect(await submitTo(queue, own)).toBe(2);
  });

  test.each([
    ['another wire form', { format: 2, version: VERSION }],
    ['another version', { format: 1, version: '9.0.0' }],
  ])('of this package is refused with both named: %s', async (_what, sender) => {
    const queue = newQueue();
    const future = submitTo(queue);
    const bull = openQueue(redis.url, queue);
    await eventually(() => bull.getWaitingCount()).toBe(1);
    const [job] = await bull.getWaiting();
    await job?.updateData({ ...job.data, ...sender });
    workerOn(queue);
    await expect(future).rejects.toThrow(
      `the program runs requests-futures ${sender.version} (format ${sender.format}), and this worker ${VERSION} (format 1): ` +
        'these versions do not understand each other, run the same one everywhere',
    );
    expect(await submitTo(queue)).toBe(2);
  });
});
