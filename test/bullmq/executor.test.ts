import { createSecretKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  BullMQExecutor,
  type BullMQExecutorOptions,
  BullMQWorker,
  type BullMQWorkerOptions,
} from 'requests-futures/bullmq';
import {
  ALL_COMPLETED,
  as_completed,
  BrokenExecutor,
  CancelledError,
  RuntimeError,
  wait,
} from 'requests-futures/concurrent-futures';
import { Cluster, Redis } from 'ioredis';
import { loadRedis, openConnection } from '../../src/bullmq/connection.js';
import { Keys } from '../../src/bullmq/scripts.js';
import * as tasks from './fixtures/tasks.mjs';
import { eventually, hasRedis, newQueue, openQueue, TestRedis } from './redis.js';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe.skipIf(!hasRedis)('a BullMQExecutor', () => {
  const redis = new TestRedis();
  beforeAll(() => redis.start());
  afterAll(() => redis.remove());

  function executorOn(queue: string, options: Partial<BullMQExecutorOptions> = {}): BullMQExecutor {
    const executor = new BullMQExecutor({ queue, connection: redis.url, ...options });
    onTestFinished(() => executor.shutdown({ cancel_futures: true, wait: false }));
    return executor;
  }

  function workerOn(queue: string, options: Partial<BullMQWorkerOptions> = {}): BullMQWorker {
    const worker = new BullMQWorker({
      queue,
      connection: redis.url,
      functions: [tasks],
      grace: 0,
      ...options,
    });
    onTestFinished(() => worker.close());
    return worker;
  }

  function both(options: Partial<BullMQExecutorOptions> = {}): BullMQExecutor {
    const queue = newQueue();
    workerOn(queue);
    return executorOn(queue, options);
  }

  test('runs an importable function in a worker and brings its result back', async () => {
    expect(await both().submit(tasks.add, 1, 2)).toBe(3);
  });

  test('carries values faithfully both ways', async () => {
    const value = {
      none: undefined,
      nan: NaN,
      big: 10n ** 30n,
      date: new Date(5),
      map: new Map<unknown, unknown>([[{ a: 1 }, new Set([1, 'x'])]]),
      buffer: Buffer.from([0, 255, 10]),
      floats: new Float64Array([1.5, -0]),
      url: new URL('http://a.example/?q=1'),
      pair: new tasks.Pair('l', ['r']),
      text: 'ä\u0000\u2028\ud83d\ude00',
      ['__proto__']: 7,
    };
    const circle: Record<string, unknown> = { value };
    circle['self'] = circle;
    const back = await both().submit(tasks.echo, circle);
    expect(back['self']).toBe(back);
    expect(back['value']).toEqual(value);
    expect((back['value'] as typeof value).pair).toBeInstanceOf(tasks.Pair);
    expect(Buffer.isBuffer((back['value'] as typeof value).buffer)).toBe(true);
  });

  test('brings an error back with its class, message, fields and cause', async () => {
    const error = await both().submit(tasks.fail, 'oops').exception();
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: 'oops', cause: { name: 'RangeError', message: 'the cause' } });
    expect(error?.stack).toContain('tasks.mjs');
  });

  test('brings back an error of a class that both sides have marked, with its own fields', async () => {
    const error = await both()
      .submit(tasks.failToParse, new Map([['line', 7n]]))
      .exception();
    expect(error).toBeInstanceOf(tasks.ParseError);
    expect(error).toMatchObject({
      name: 'ParseError',
      message: 'no page',
      code: 'E_PARSE',
      place: new Map([['line', 7n]]),
    });
  });

  test('brings back an error whose message cannot be read, without it', async () => {
    const error = await both().submit(tasks.throwsUnreadable).exception();
    expect(error?.name).toBe('Error');
    expect(error?.message).toBe('');
  });

  test('restores objects by functions that were declared to be constructors, and refuses others before anything is sent', async () => {
    const executor = both();
    const point = await executor.submit(tasks.pointOf, 7);
    expect(point).toBeInstanceOf(tasks.Point);
    expect(point.x).toBe(7);
    await expect(executor.submit(tasks.echo, new tasks.Undeclared(1))).rejects.toThrow(
      'copyreg.constructor(restoreUndeclared)',
    );
  });

  test('refuses closures, globals and streams, and sends nothing', async () => {
    const queue = newQueue();
    const executor = executorOn(queue);
    await expect(executor.submit(() => 1)).rejects.toThrow(RuntimeError);
    await expect(executor.submit(parseInt, '1')).rejects.toThrow('it is a global');
    await expect(executor.submit(tasks.echo, parseInt)).rejects.toThrow('it is a global');
    await expect(executor.submit(tasks.echo, new Blob(['x']).stream())).rejects.toThrow(
      'streams do not cross',
    );
    const circle: unknown[] = [new TransformStream()];
    circle.push(circle);
    const held = [new Blob(['x']), { a: [new Blob(['x']).slice()] }, new MessageChannel().port1, circle];
    for (const value of [...held, createSecretKey(Buffer.alloc(16))]) {
      await expect(executor.submit(tasks.echo, value)).rejects.toThrow(
        /^Cannot pickle '\w+' object \(args.*it crosses to threads only$/,
      );
    }
    // eslint-disable-next-line @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-explicit-any -- on purpose
    await expect(executor.submit(7 as any)).rejects.toThrow("'number' object is not callable");
    await executor.shutdown();
    expect(redis.command('KEYS', `bull:${queue}:c*`)).toBe('');
    expect(redis.command('KEYS', `bull:${queue}:wait`)).toBe('');
  });

  test('refuses calls and results above max_size, each on its own', async () => {
    const executor = both({ max_size: 20_000 });
    await expect(executor.submit(tasks.echo, 'x'.repeat(30_000))).rejects.toThrow('max_size is 20000');
    const queue = newQueue();
    workerOn(queue, { max_size: 20_000 });
    const other = executorOn(queue);
    await expect(other.submit(tasks.large, 30_000)).rejects.toThrow('Cannot send the result: ');
    await expect(other.submit(tasks.echo, 'x'.repeat(30_000))).rejects.toThrow(
      "larger than this worker's max_size, 20000",
    );
    expect(await other.submit(tasks.add, 1, 1)).toBe(2);
  });

  test('serves map, also in chunks, and in order', async () => {
    const executor = both();
    const numbers = Array.from({ length: 250 }, (_, i) => i);
    const doubled = numbers.map((n) => n * 2);
    expect(await collect(executor.map(tasks.add, numbers, numbers))).toEqual(doubled);
    expect(await collect(executor.map(tasks.add, numbers, numbers, { chunksize: 40 }))).toEqual(doubled);
    expect(await collect(executor.map(tasks.add, numbers, numbers, { chunksize: 7, buffersize: 2 }))).toEqual(
      doubled,
    );
  });

  test('serves as_completed, wait and callbacks as every executor', async () => {
    const executor = both();
    const futures = [1, 2, 3].map((n) => executor.submit(tasks.add, n, n));
    const seen: number[] = [];
    futures[0]?.add_done_callback((future) => seen.push(future.result_now()));
    const results: number[] = [];
    for await (const future of as_completed(futures)) results.push(await future);
    expect(results.sort()).toEqual([2, 4, 6]);
    expect(seen).toEqual([2]);
    const { not_done } = await wait(futures, { return_when: ALL_COMPLETED });
    expect(not_done.size).toBe(0);
  });

  test('never has more than max_workers calls in Redis; the others wait here and can be cancelled', async () => {
    const queue = newQueue();
    const executor = executorOn(queue, { max_workers: 3 });
    const futures = Array.from({ length: 10 }, (_, i) => executor.submit(tasks.add, i, 0));
    expect(executor.running).toBe(3);
    expect(executor.queued).toBe(7);
    const bull = openQueue(redis.url, queue);
    await eventually(() => bull.getWaitingCount()).toBe(3);
    expect(futures[9]?.cancel()).toBe(true);
    expect(futures[0]?.cancel()).toBe(false);
    // As a dashboard would see it.
    const jobs = await bull.getJobs(['wait']);
    expect(jobs.map(({ name }) => name)).toEqual(['add', 'add', 'add']);
    expect(jobs[0]?.data).toMatchObject({ format: 1, version: expect.any(String) as string });
    workerOn(queue);
    expect(await Promise.all(futures.slice(0, 9))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await executor.idle();
    expect(executor.running).toBe(0);
    expect(await bull.getJobCounts()).toMatchObject({ completed: 0, failed: 0, waiting: 0 });
  });

  test('aborts a call that runs on another machine, with its reason', async () => {
    const executor = both();
    const mark = path.join(redis.folder, newQueue());
    const future = executor.submit(tasks.abortable, mark);
    await eventually(() => existsSync(mark)).toBe(true);
    expect(future.abort(new RangeError('enough'))).toBe(true);
    const error = await future.exception();
    expect(error).toBeInstanceOf(RangeError);
    expect(error?.message).toBe('enough');
  });

  test('aborts a call that no worker has taken so that it never runs', async () => {
    const queue = newQueue();
    const executor = executorOn(queue);
    const future = executor.submit(tasks.add, 1, 1);
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('1');
    future.abort(new Error('not needed'));
    const error = await future.exception();
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ cause: { message: 'not needed' } });
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('0');
  });

  test('shutdown runs what is queued, cancels it when asked to, and refuses more', async () => {
    const queue = newQueue();
    const executor = executorOn(queue, { max_workers: 1 });
    const futures = [1, 2, 3].map((n) => executor.submit(tasks.add, n, 0));
    const closed = executor.shutdown({ cancel_futures: true });
    expect(futures.map((future) => future.cancelled())).toEqual([false, true, true]);
    expect(() => executor.submit(tasks.add, 1, 1)).toThrow('cannot schedule new futures after shutdown');
    workerOn(queue);
    await closed;
    expect(await futures[0]).toBe(1);
    // Nothing of it is left.
    expect(redis.command('KEYS', `bull:${queue}:rf:c*`)).toBe('');
  });

  test('says which function a worker does not have, and which two have one name', async () => {
    const queue = newQueue();
    const worker = workerOn(queue, { functions: [] });
    await worker.ready();
    const executor = executorOn(queue);
    await expect(executor.submit(tasks.add, 1, 1)).rejects.toMatchObject({
      name: 'LookupError',
      message: expect.stringContaining("no importable function named 'add'") as string,
    });
    await eventually(() => worker.health()).toMatchObject({ refused: 1, served: 0, status: 'ok' });
    const other = await import('./fixtures/other-tasks.mjs');
    expect(() => new BullMQWorker({ queue, connection: redis.url, functions: [tasks, other] })).toThrow(
      "two importable functions are named 'add'",
    );
    expect(await executor.submit(other.add, 1, 1).exception()).toMatchObject({
      message: expect.stringContaining("two importable functions are named 'add'") as string,
    });
  });

  test('names both versions when programs or packages of different versions meet', async () => {
    const queue = newQueue();
    workerOn(queue, { version: '2' });
    await expect(executorOn(queue, { version: '1' }).submit(tasks.add, 1, 1)).rejects.toThrow(
      'the program that has made the call is version 1, and this worker serves version 2',
    );
    expect(await executorOn(queue, { version: '2' }).submit(tasks.add, 1, 1)).toBe(2);
  });

  test('runs calls that compute in threads, with the same results, errors and aborts', async () => {
    const queue = newQueue();
    workerOn(queue, { threads: 2, max_workers: 4 });
    const executor = executorOn(queue);
    const pids = await Promise.all([1, 2].map(() => executor.submit(tasks.add, 1, 1)));
    expect(pids).toEqual([2, 2]);
    expect((await executor.submit(tasks.pointOf, 3)).x).toBe(3);
    expect(await executor.submit(tasks.fail, 'there').exception()).toBeInstanceOf(TypeError);
    const mark = path.join(redis.folder, newQueue());
    const future = executor.submit(tasks.abortable, mark);
    await eventually(() => existsSync(mark)).toBe(true);
    future.abort(new RangeError('enough'));
    expect(await future.exception()).toBeInstanceOf(RangeError);
  });

  test('gives up calls that wait in a queue without workers after worker_timeout', async () => {
    const executor = executorOn(newQueue(), { worker_timeout: 1, max_workers: 2 });
    const errors = await Promise.all([1, 2, 3].map((n) => executor.submit(tasks.add, n, 0).exception()));
    for (const error of errors) {
      expect(error).toBeInstanceOf(BrokenExecutor);
      expect(error?.name).toBe('NoWorkersError');
    }
  });

  test('does not run a call again that was added twice', async () => {
    const queue = newQueue();
    const executor = executorOn(queue);
    const future = executor.submit(tasks.add, 1, 1);
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('1');
    const bull = openQueue(redis.url, queue);
    const [job] = await bull.getJobs(['wait']);
    // The executor keeps the claim for as long as the call could still be on its way.
    const [client] = String(job?.id).split('-');
    redis.command('HSET', `bull:${queue}:rf:${client}:claims`, String(job?.id), 'd');
    const worker = workerOn(queue);
    await eventually(() => worker.health().skipped).toBe(1);
    expect(worker.health().served).toBe(0);
    await expect(future).rejects.toThrow('its result was lost');
  });

  test('claims a call once, again where the answer was lost, and never when its job is gone', async () => {
    const keys = new Keys('bull', newQueue());
    const { claims, alive } = keys.of('k');
    const client = openConnection(await loadRedis(), redis.url, 'test');
    onTestFinished(() => {
      client.disconnect();
    });
    const claim = (token: string): Promise<string[]> =>
      client.rfClaim(3, claims, alive, keys.job('k-1'), token, 1, 1000, 'k-1');
    expect(await claim('w:one/1')).toEqual(['x']);
    await client.hset(keys.job('k-1'), 'name', 'add');
    expect(await claim('w:one/2')).toEqual(['']);
    expect(await claim('w:one/2')).toEqual(['']);
    expect(await claim('w:one/3')).toEqual(['w:one/2']);
    expect(await claim('w:two/1')).toEqual(['w:one/2']);
  });

  test('refuses bad options by name, and shows no password', () => {
    const make = (options: object) => () => new BullMQExecutor({ queue: 'q', ...options });
    expect(make({ que: 1 })).toThrow("BullMQExecutor() got an unexpected keyword argument 'que'");
    expect(make({ queue: 'a:b' })).toThrow('queue must not be empty or have a colon in it');
    expect(make({ max_workers: 0 })).toThrow('max_workers must be greater than 0');
    expect(make({ retry_lost: -1 })).toThrow('retry_lost must not be negative');
    for (const seconds of [1e12, Infinity]) {
      const expected = `lock_duration must be at most 2147483.647, got ${seconds}`;
      expect(make({ lock_duration: seconds })).toThrow(expected);
      expect(() => new BullMQWorker({ queue: 'q', lock_duration: seconds })).toThrow(expected);
    }
    expect(() => new BullMQWorker({ queue: 'q', grace: Number.NaN })).toThrow(
      'grace must be a number, got NaN',
    );
    expect(make({ redis_timeout: '1' })).toThrow('redis_timeout must be a number, got str');
    expect(make({ orphans: 'keep' })).toThrow("orphans must be 'drop' or 'run'");
    expect(make({ connection: 'http://user:secret@host' })).toThrow(
      /^(?!.*secret).*connection must be a URL/,
    );
    expect(() => new BullMQWorker({ queue: 'q', functions: 'x' })).toThrow('functions must be a list');
    const prefixed = new Redis({ keyPrefix: 'mine:', lazyConnect: true });
    for (const connection of [{ keyPrefix: 'mine:' }, prefixed]) {
      expect(make({ connection })).toThrow(
        'has a keyPrefix, which BullMQ cannot use: give the option prefix',
      );
    }
    expect(make({ connection: new Cluster([], { lazyConnect: true }) })).toThrow(
      'connection must be to one Redis, not a Cluster',
    );
  });
});
