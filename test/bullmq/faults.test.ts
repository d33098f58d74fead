import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BullMQExecutor, type BullMQExecutorOptions, BullMQWorker } from 'requests-futures/bullmq';
import { BrokenExecutor, type Future, set_logger } from 'requests-futures/concurrent-futures';
import { CuttingProxy } from './cutting-proxy.js';
import * as tasks from './fixtures/tasks.mjs';
import { eventually, hasRedis, newQueue, startRedis, startWorker, type TestRedis } from './redis.js';

/** Seconds. Short, but a worker that is alive on a busy machine does not look dead. */
const LOCK = 5;

function executorOn(redis: TestRedis | string, queue: string, options: Partial<BullMQExecutorOptions> = {}) {
  const connection = typeof redis === 'string' ? redis : redis.url;
  const executor = new BullMQExecutor({ queue, connection, lock_duration: LOCK, ...options });
  onTestFinished(() => executor.shutdown({ cancel_futures: true, wait: false }));
  return executor;
}

/** The lines of a file that calls write to. */
function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

async function outcomes(
  futures: readonly Future[],
): Promise<{ results: number; broken: Error[]; others: Error[] }> {
  const errors = await Promise.all(futures.map((future) => future.exception()));
  const failed = errors.filter((error) => error !== null);
  return {
    results: errors.length - failed.length,
    broken: failed.filter((error) => error instanceof BrokenExecutor),
    others: failed.filter((error) => !(error instanceof BrokenExecutor)),
  };
}

const SHORT = ['--lock-duration', String(LOCK)];

describe.skipIf(!hasRedis)('when something fails', () => {
  test('a worker that is killed fails the calls it was running, once each, and the others go on', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const doomed = await startWorker(redis.url, queue, [...SHORT, '--max-workers', '5']);
    const executor = executorOn(redis, queue, { max_workers: 40 });
    const futures = Array.from({ length: 40 }, (_, i) => executor.submit(tasks.note, file, String(i), 300));
    await eventually(() => linesOf(file).length).toBeGreaterThan(5);
    doomed.kill();
    await startWorker(redis.url, queue, SHORT);
    const { results, broken, others } = await outcomes(futures);
    expect(others).toEqual([]);
    expect(broken.length).toBeGreaterThan(0);
    expect(broken.length).toBeLessThanOrEqual(10);
    expect(broken[0]?.message).toContain('may have run');
    expect(results + broken.length).toBe(40);
    const ran = linesOf(file);
    expect(new Set(ran).size).toBe(ran.length);
  });

  test('a lost call runs again where retry_lost allows it', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const doomed = await startWorker(redis.url, queue, SHORT);
    const executor = executorOn(redis, queue, { retry_lost: 1 });
    const future = executor.submit(tasks.note, file, 'x', 2000);
    await eventually(() => linesOf(file).length).toBe(1);
    doomed.kill();
    const other = await startWorker(redis.url, queue, SHORT);
    expect(await future).toBe(other.child.pid);
    expect(linesOf(file)).toEqual(['x', 'x']);
  });

  test('a worker whose loop is busy beyond its lock loses its call, and nobody runs it a second time', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    await startWorker(redis.url, queue, SHORT);
    const executor = executorOn(redis, queue);
    const future = executor.submit(tasks.block, file, 'x', 120_000);
    await eventually(() => linesOf(file).length).toBe(1);
    const other = await startWorker(redis.url, queue, SHORT);
    expect(await future.exception()).toBeInstanceOf(BrokenExecutor);
    // The second worker has been given it, and left it alone.
    await eventually(() => other.calls.map(({ outcome }) => outcome)).toContain('skipped');
    expect(linesOf(file)).toEqual(['x']);
  });

  test('Redis stopped for ten seconds and started again loses nothing', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    await startWorker(redis.url, queue, ['--lock-duration', '10', '--max-workers', '4']);
    const executor = executorOn(redis, queue, { lock_duration: 10 });
    const futures = Array.from({ length: 60 }, (_, i) => executor.submit(tasks.note, file, String(i), 500));
    await eventually(() => linesOf(file).length).toBeGreaterThan(5);
    await redis.stop('SIGTERM');
    const late = executor.submit(tasks.add, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    await redis.start();
    const { results, broken, others } = await outcomes(futures);
    expect([results, broken, others]).toEqual([60, [], []]);
    expect(await late).toBe(2);
    expect(linesOf(file).length).toBe(60);
  });

  test('Redis restarted empty, and FLUSHALL, fail what was in it, and later calls run', async () => {
    for (const way of ['restart', 'flush']) {
      const redis = await startRedis(way === 'flush');
      const queue = newQueue();
      const file = path.join(redis.folder, 'ran');
      await startWorker(redis.url, queue, [...SHORT, '--max-workers', '2']);
      const executor = executorOn(redis, queue);
      const futures = Array.from({ length: 20 }, (_, i) =>
        executor.submit(tasks.note, file, String(i), 3000),
      );
      await eventually(() => linesOf(file).length).toBeGreaterThan(1);
      if (way === 'flush') redis.command('FLUSHALL');
      else {
        await redis.stop();
        await redis.start();
      }
      const { results, broken, others } = await outcomes(futures);
      expect(others).toEqual([]);
      expect(results + broken.length).toBe(20);
      expect(broken.length).toBeGreaterThan(10);
      expect(await executor.submit(tasks.add, 1, 1).result()).toBe(2);
    }
  });

  test('Redis away for longer than redis_timeout fails what is in it, and what comes after', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const executor = executorOn(redis, queue, { redis_timeout: 5, max_workers: 2 });
    await startWorker(redis.url, queue);
    await executor.submit(tasks.add, 1, 1);
    await redis.stop();
    const futures = Array.from({ length: 20 }, () => executor.submit(tasks.add, 1, 1));
    const { results, broken, others } = await outcomes(futures);
    expect([results, broken.length, others]).toEqual([0, 20, []]);
    expect(broken[0]?.message).toContain('Redis has not answered for 5 s, the call may have run');
    await redis.start();
    await eventually(() => executor.submit(tasks.add, 2, 2).exception()).toBe(null);
  });

  test('the calls of a client that is killed are dropped, and nothing of it stays', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const client = fileURLToPath(new URL('./fixtures/submits.mjs', import.meta.url));
    const child = spawn(process.execPath, [client, redis.url, queue, file], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('50');
    child.kill('SIGKILL');
    await once(child, 'exit');
    // As if its minute had passed.
    redis.command('DEL', redis.command('KEYS', `bull:${queue}:rf:*:alive`));
    const anew = executorOn(redis, queue);
    const worker = await startWorker(redis.url, queue);
    expect(await anew.submit(tasks.add, 1, 1)).toBe(2);
    // The last ones are taken from the list before they are dropped.
    await eventually(() => redis.command('KEYS', `bull:${queue}:c*`)).toBe('');
    expect(linesOf(file)).toEqual([]);
    expect(worker.calls.every(({ outcome }) => outcome !== 'threw')).toBe(true);
    // What is left has a time.
    const left = redis
      .command('KEYS', `bull:${queue}:rf:c*`)
      .split('\n')
      .filter((key) => key !== '');
    for (const key of left) expect(redis.command('TTL', key), key).not.toBe('-1');
  });

  test('the calls of a client that is killed run all the same where it has said so', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const client = fileURLToPath(new URL('./fixtures/submits.mjs', import.meta.url));
    const child = spawn(process.execPath, [client, redis.url, queue, file, 'run'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('50');
    child.kill('SIGKILL');
    await once(child, 'exit');
    redis.command('DEL', redis.command('KEYS', `bull:${queue}:rf:*:alive`));
    await startWorker(redis.url, queue);
    await eventually(() => linesOf(file).length).toBe(50);
  });

  test('a client that was thought dead has its calls run all the same', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const executor = executorOn(redis, queue);
    const future = executor.submit(tasks.add, 1, 1);
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('1');
    const alive = redis.command('KEYS', `bull:${queue}:rf:*:alive`);
    redis.command('DEL', alive);
    const worker = await startWorker(redis.url, queue);
    await eventually(() => worker.calls.length).toBeGreaterThan(0);
    redis.command('SET', alive, '1');
    expect(await future).toBe(2);
  });

  test('answers that the network loses have calls sent again, and none runs twice', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const proxy = new CuttingProxy(redis.port);
    onTestFinished(() => {
      proxy.close();
    });
    const url = await proxy.listen();
    await startWorker(redis.url, queue, ['--max-workers', '20']);
    const executor = executorOn(url, queue, { max_workers: 60 });
    const futures: Future[] = [];
    for (let round = 0; round < 6; round += 1) {
      // Connected: a handshake whose answers are lost would keep the calls from being sent at all.
      await executor.submit(tasks.add, 1, 1);
      proxy.losesAnswers = true;
      for (let i = 0; i < 20; i += 1) futures.push(executor.submit(tasks.note, file, `${round}-${i}`));
      // They run, and their jobs are gone, before the adds are sent again.
      await eventually(() => linesOf(file).length).toBe(futures.length);
      await eventually(() => redis.command('KEYS', `bull:${queue}:c*`)).toBe('');
      proxy.cut();
      proxy.losesAnswers = false;
      await outcomes(futures);
    }
    expect(proxy.lost).toBeGreaterThan(0);
    const { results, broken, others } = await outcomes(futures);
    expect([results, broken, others]).toEqual([120, [], []]);
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('0');
    const ran = linesOf(file);
    expect(new Set(ran).size).toBe(ran.length);
  });

  test('a connection that is cut again and again loses no result and runs nothing twice', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const proxy = new CuttingProxy(redis.port);
    onTestFinished(() => {
      proxy.close();
    });
    const url = await proxy.listen();
    await startWorker(url, queue, ['--max-workers', '20', '--lock-duration', '20']);
    const executor = executorOn(url, queue, { max_workers: 60, lock_duration: 20 });
    const futures = Array.from({ length: 1000 }, (_, i) =>
      executor.submit(tasks.note, file, String(i), i % 20),
    );
    let done = 0;
    for (const future of futures) {
      future.add_done_callback(() => {
        done += 1;
        if (done % 90 === 0) proxy.cut();
      });
    }
    const { results, broken, others } = await outcomes(futures);
    expect([results, broken, others]).toEqual([1000, [], []]);
    const ran = linesOf(file);
    expect(ran.length).toBe(1000);
    expect(new Set(ran).size).toBe(1000);
  });

  test('a busy client loses no result of many', { timeout: 180_000 }, async () => {
    const redis = await startRedis();
    const queue = newQueue();
    await startWorker(redis.url, queue, ['--max-workers', '100']);
    const executor = executorOn(redis, queue, { max_workers: 100_000, lock_duration: 30 });
    const futures = Array.from({ length: 100_000 }, (_, i) => executor.submit(tasks.add, i, 0));
    await futures[0];
    const end = Date.now() + 5000;
    while (Date.now() < end);
    const results = await Promise.all(futures);
    expect(results.every((result, i) => result === i)).toBe(true);
    await executor.shutdown();
    expect(redis.command('KEYS', `bull:${queue}:rf:c*`)).toBe('');
  });

  test('a worker that is stopped gives its running calls their time, and the waiting ones to others', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const worker = await startWorker(redis.url, queue, ['--max-workers', '2', '--grace', '10']);
    const executor = executorOn(redis, queue);
    const go = path.join(redis.folder, 'go');
    const quick = executor.submit(tasks.noteThenWait, file, go, 10);
    const slow = executor.submit(tasks.abortable, file);
    const waiting = Array.from({ length: 5 }, (_, i) => executor.submit(tasks.add, i, 0));
    await eventually(() => linesOf(file).length).toBe(2);
    worker.kill('SIGTERM');
    await eventually(() => worker.lines.map(({ event }) => event)).toContain('stopping');
    writeFileSync(go, '');
    expect(await quick).toEqual(Buffer.alloc(10));
    expect((await slow.exception())?.message).toMatch(/worker (is being|was) stopped/);
    expect(await worker.exited).toBe(0);
    expect(worker.lines.at(-1)).toMatchObject({ event: 'stopped' });
    expect(waiting.some((future) => future.done())).toBe(false);
    await startWorker(redis.url, queue);
    expect(await Promise.all(waiting)).toEqual([0, 1, 2, 3, 4]);
  });

  test('workers that stand still for a while do not break the rate when they go on', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const rate = ['--per-second', '10', '--max-workers', '20', '--lock-duration', '10'];
    const workers = [await startWorker(redis.url, queue, rate), await startWorker(redis.url, queue, rate)];
    const executor = executorOn(redis, queue, { lock_duration: 10 });
    const futures = Array.from({ length: 60 }, () => executor.submit(tasks.now));
    await futures[5];
    for (const worker of workers) worker.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    for (const worker of workers) worker.kill('SIGCONT');
    const starts = (await Promise.all(futures)).sort((a, b) => a - b);
    const most = starts.map((start, i) => starts.slice(i).filter((other) => other < start + 1000).length);
    expect(Math.max(...most)).toBeLessThanOrEqual(10);
  });

  test('machines whose clocks are minutes apart keep their locks, their rate and their results', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const file = path.join(redis.folder, 'ran');
    const skewed = fileURLToPath(new URL('./fixtures/skewed.mjs', import.meta.url));
    const flags = ['--per-second', '20', '--max-workers', '20', '--lock-duration', String(LOCK)];
    const clocks = [-60, 60].map((skew) => ({ SKEW: String(skew), NODE_OPTIONS: `--import=${skewed}` }));
    const workers = await Promise.all(clocks.map((env) => startWorker(redis.url, queue, flags, env)));
    const executor = executorOn(redis, queue);
    const began = Date.now();
    // Longer than the locks hold when they are not renewed.
    const futures = Array.from({ length: 40 }, (_, i) => executor.submit(tasks.note, file, String(i), 6000));
    const pids = await Promise.all(futures);
    expect(new Set(pids)).toEqual(new Set(workers.map(({ child }) => child.pid)));
    expect(
      linesOf(file)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from(Array(40).keys()));
    const offsets = workers.map(({ calls: [first] }) => Date.parse(String(first?.['time'])) - began);
    expect(offsets.map((offset) => Math.round(offset / 60_000))).toEqual([-1, 1]);
    // Each clock tells its own second.
    const starts = (await Promise.all(Array.from({ length: 50 }, () => executor.submit(tasks.started))))
      .map(({ at, pid }) => at - (pid === workers[0]?.child.pid ? -60_000 : 60_000))
      .sort((a, b) => a - b);
    const closest = Math.min(...starts.slice(20).map((at, i) => at - (starts[i] as number)));
    expect(closest).toBeGreaterThan(960);
  });

  test('calls that Redis has evicted from the lists of the queue are lost, not waited for', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    const executor = executorOn(redis, queue);
    const futures = [1, 2, 3].map((n) => executor.submit(tasks.add, n, 0));
    await eventually(() => redis.command('LLEN', `bull:${queue}:wait`)).toBe('3');
    // As allkeys-lru does.
    redis.command('DEL', `bull:${queue}:wait`);
    const late = executor.submit(tasks.add, 4, 0);
    const { broken } = await outcomes(futures);
    expect(broken).toHaveLength(3);
    expect(broken[0]?.message).toContain('Redis has lost it, or it was removed');
    expect(late.done()).toBe(false);
    await startWorker(redis.url, queue);
    expect(await late).toBe(4);
  });

  test('results that the user of Redis may not read end their calls with the reason', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    redis.command('ACL', 'SETUSER', 'unread', 'on', '>pass', '~*', '&*', '+@all', '-xread');
    await startWorker(redis.url, queue);
    const executor = executorOn(redis.url.replace('//', '//unread:pass@'), queue);
    const error = await executor.submit(tasks.add, 1, 1).exception();
    expect(error).toBeInstanceOf(BrokenExecutor);
    expect(error?.message).toMatch(/its result cannot be read: .*xread/);
  });

  test('calls that wait in a queue without workers are warned of, once', async () => {
    const redis = await startRedis();
    const lines: string[] = [];
    const previous = set_logger({
      log: (level, name, message) => {
        lines.push(`${level} ${name}: ${message}`);
      },
    });
    onTestFinished(() => {
      set_logger(previous);
    });
    const executor = executorOn(redis, 'lonely');
    const future = executor.submit(tasks.add, 1, 1);
    await eventually(() => lines).toEqual([
      "warning requests_futures.bullmq: calls wait in the queue 'lonely', and it has no worker that is alive",
    ]);
    await startWorker(redis.url, 'lonely');
    expect(await future).toBe(2);
    expect(lines).toHaveLength(1);
  });

  test.each([
    [
      'throws',
      () => {
        throw new RangeError('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('disk full'))],
  ])('a log that %s costs its worker nothing, and is reported', async (_how, log) => {
    const redis = await startRedis();
    const queue = newQueue();
    const errors: unknown[] = [];
    const previous = set_logger({ log: (...record) => void errors.push(record) });
    onTestFinished(() => {
      set_logger(previous);
    });
    const worker = new BullMQWorker({ queue, connection: redis.url, functions: [tasks], grace: 0, log });
    onTestFinished(() => worker.close());
    const executor = executorOn(redis, queue);
    expect(await executor.map(tasks.add, [1, 2, 3], [1, 2, 3]).toArray()).toEqual([2, 4, 6]);
    await eventually(() => errors).toEqual(
      Array(3).fill([
        'error',
        'requests_futures.bullmq',
        expect.stringMatching(/^exception calling log for c[0-9a-f]{24}-\d+$/),
        new RangeError('disk full'),
      ]),
    );
    // Nothing has failed in BullMQ's eyes, either.
    await eventually(() => worker.health()).toMatchObject({ status: 'ok', running: 0, served: 3 });
    expect(redis.command('EXISTS', `bull:${queue}:failed`)).toBe('0');
  });

  test('two programs over one worker do not share sessions, auth or results', async () => {
    const redis = await startRedis();
    const queue = newQueue();
    await startWorker(redis.url, queue);
    const client = fileURLToPath(new URL('./fixtures/who-am-i.mjs', import.meta.url));
    const run = async (user: string): Promise<string> => {
      const child = spawn(process.execPath, [client, redis.url, queue, user], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.on('data', (chunk) => (text += String(chunk)));
      await once(child, 'close');
      return text.trim();
    };
    const [one, two] = await Promise.all([run('one'), run('two')]);
    expect([one, two]).toEqual(['one one one one one', 'two two two two two']);
  });
});
