import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import type { WorkerPoolExecutor } from 'requests-futures/concurrent-futures';
import { BrokenProcessPool, type Future } from 'requests-futures/concurrent-futures';
import { Gate } from '../helpers/thread-gate.js';
import * as tasks from '../fixtures/tasks.mjs';
import { pool } from '../helpers/worker-pools.js';

async function brokenBy(future: Future): Promise<Error> {
  const error = await future.exception();
  expect(error).toBeInstanceOf(BrokenProcessPool);
  expect(error?.message).toMatch(
    /^A thread in the pool was terminated abruptly while the future was running: /,
  );
  return error?.cause as Error;
}

describe('a thread that dies', () => {
  test.each([
    [
      'by process.exit()',
      (executor: WorkerPoolExecutor) => executor.submit(tasks.exit, 5),
      /exited with code 5/,
    ],
    [
      'by an uncaught exception',
      (executor: WorkerPoolExecutor) => executor.submit(tasks.crashLater),
      /failed with uncaught/,
    ],
    ['out of memory', (executor: WorkerPoolExecutor) => executor.submit(tasks.eatMemory), /memory/],
  ])(
    '133, 134: %s fails its running calls, each naming the cause, and the pool goes on',
    async (_, crash, cause) => {
      const executor = pool({ max_workers: 3, resource_limits: { max_old_generation_size_mb: 32 } });
      const gate = new Gate();
      const neighbour = executor.submit(tasks.gated, gate.memory, 1);
      const other = executor.submit(tasks.gated, gate.memory, 2);
      await gate.begun(2);
      const crashing = crash(executor);
      const queued = executor.submit(tasks.add, 1, 2);
      const causes = await Promise.all([neighbour, other, crashing].map(brokenBy));
      for (const { message } of causes) expect(message).toMatch(cause);
      expect(await neighbour.exception()).not.toBe(await other.exception());
      expect(await queued).toBe(3);
      expect(await executor.submit(tasks.add, 2, 2)).toBe(4);
      await executor.shutdown();
    },
  );

  test('right after its answer gives the slot to another thread, not to itself', async () => {
    const started = once(process, 'worker') as Promise<[Worker]>;
    const executor = pool({ max_workers: 1 });
    const flags = new Int32Array(new SharedArrayBuffer(12));
    const answered = executor.submit(tasks.answerAtGate, flags.buffer, 'answered');
    const queued = executor.submit(tasks.add, 1, 2);
    const [thread] = await started;
    while (Atomics.load(flags, 1) === 0) await new Promise(setImmediate);
    Atomics.store(flags, 0, 1);
    Atomics.notify(flags, 0);
    // The answer arrives while the loop is blocked; the end of the thread comes up first.
    Atomics.wait(flags, 2, 0);
    thread.emit('exit', 1);
    expect(await answered).toBe('answered');
    expect(await queued).toBe(3);
    await thread.terminate();
  });

  test('136: futures that were cancelled before stay cancelled', async () => {
    const executor = pool({ max_workers: 1 });
    const crashing = executor.submit(tasks.exit, 1);
    const cancelled = executor.submit(tasks.add, 1, 2);
    expect(cancelled.cancel()).toBe(true);
    await brokenBy(crashing);
    expect(cancelled.cancelled()).toBe(true);
    await executor.shutdown();
    expect(cancelled.cancelled()).toBe(true);
  });

  test('does not touch the calls of other threads', async () => {
    const executor = pool({ max_workers: 2, threads: 2 });
    const gate = new Gate();
    const calls = [
      executor.submit(tasks.gated, gate.memory, 1),
      executor.submit(tasks.gated, gate.memory, 2),
    ];
    await gate.begun(2);
    gate.open();
    expect(await Promise.all(calls)).toEqual([1, 2]);
    const second = new Gate();
    const [held] = [executor.submit(tasks.gated, second.memory, 'held')];
    await second.begun(1);
    await brokenBy(executor.submit(tasks.exit, 1));
    second.open();
    expect(await held).toBe('held');
  });

  test('idle, is replaced at the next call', async () => {
    const executor = pool({ max_workers: 2 });
    await executor.submit(tasks.exitLater);
    let thread = '';
    // A call that comes before the end is known goes down with the thread.
    while (!thread.endsWith('_1')) {
      const call = executor.submit(tasks.whoami);
      const error = await call.exception();
      if (error === null) thread = (await call).name;
      else expect(error).toBeInstanceOf(BrokenProcessPool);
    }
    expect(await executor.submit(tasks.add, 1, 2)).toBe(3);
  });

  test('again and again, is started again and again', async () => {
    const executor = pool({ max_workers: 1 });
    const futures = Array.from({ length: 4 }, (_, code) => executor.submit(tasks.exit, code + 1));
    for (const [code, future] of futures.entries()) {
      expect((await brokenBy(future)).message).toBe(`the thread exited with code ${code + 1}`);
    }
    expect(await executor.submit(tasks.add, 1, 2)).toBe(3);
  });
});

describe('kill_workers and terminate_workers', () => {
  test.each(['kill_workers', 'terminate_workers'] as const)(
    '140: %s ends an endless loop; running calls fail, queued ones are cancelled',
    async (method) => {
      const executor = pool({ max_workers: 2 });
      const gate = new Gate();
      const spinning = executor.submit(tasks.spin, gate.memory);
      await gate.begun(1);
      const beside = executor.submit(tasks.add, 1, 2);
      const queued = executor.submit(tasks.add, 1, 2);
      executor[method]();
      expect(String(await brokenBy(spinning))).toContain(`${method}() was called`);
      await brokenBy(beside);
      expect(queued.cancelled()).toBe(true);
      expect(() => executor.submit(tasks.add, 1, 2)).toThrow('cannot schedule new futures after shutdown');
      executor[method]();
      await executor.shutdown();
    },
  );

  test('140: before anything was started, and while the thread is starting', async () => {
    pool().kill_workers();
    const executor = pool();
    const future = executor.submit(tasks.add, 1, 2);
    executor.kill_workers();
    expect(await future.exception()).toBeInstanceOf(BrokenProcessPool);
    await executor.shutdown();
  });
});

describe('max_tasks_per_child', () => {
  test('139: a thread is replaced after so many calls', async () => {
    const executor = pool({ max_workers: 1, max_tasks_per_child: 2 });
    const names: string[] = [];
    for (let index = 0; index < 5; index += 1)
      names.push((await executor.submit(tasks.whoami)).name.slice(-1));
    expect(names).toEqual(['0', '0', '1', '1', '2']);
    await executor.shutdown();
  });

  test('139: what runs beside goes on, and a burst is spread over fresh threads', async () => {
    const executor = pool({ max_workers: 3, max_tasks_per_child: 3 });
    const gate = new Gate();
    const held = executor.submit(tasks.gated, gate.memory, 'held');
    const futures = Array.from({ length: 20 }, (_, x) => executor.submit(tasks.identity, x));
    expect(await Promise.all(futures)).toEqual(Array.from({ length: 20 }, (_, x) => x));
    gate.open();
    expect(await held).toBe('held');
    await executor.shutdown();
  });
});

describe('the main loop', () => {
  test('is never starved: between results that arrive at once timers have their turn', async () => {
    const executor = pool({ max_workers: 50 });
    const gate = new Gate();
    const futures = Array.from({ length: 50 }, (_, x) => executor.submit(tasks.gated, gate.memory, x));
    await gate.begun(50);
    let handledThisTurn = 0;
    let mostInATurn = 0;
    const tick = (): void => {
      mostInATurn = Math.max(mostInATurn, handledThisTurn);
      handledThisTurn = 0;
      if (futures.some((future) => !future.done())) setImmediate(tick);
    };
    // What the program does with each result takes 5 ms.
    const handled = futures.map(async (future) => {
      await future;
      handledThisTurn += 1;
      for (const from = performance.now(); performance.now() - from < 5; );
    });
    gate.open();
    // All results arrive while the main loop is busy.
    for (const from = performance.now(); performance.now() - from < 200; );
    setImmediate(tick);
    await Promise.all(handled);
    expect(mostInATurn).toBeGreaterThan(0);
    expect(mostInATurn).toBeLessThan(4);
  });
});

test('the process ends when nothing is left to do, idle threads or not; outstanding calls keep it alive', async () => {
  const { fork } = await import('node:child_process');
  const child = fork(new URL('../fixtures/idle-pool.mjs', import.meta.url), { silent: true });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, output]).toEqual([0, 'result 3\n']);
});

test('the main module is not run again without end by the threads that import it', async () => {
  const { fork } = await import('node:child_process');
  const child = fork(new URL('../fixtures/main-module.mjs', import.meta.url), { silent: true });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  expect(output).toMatch(
    /UnpicklingError: Cannot import 'here' from .*main-module\.mjs: An attempt has been made to start calls/,
  );
});

test('a stream that nobody reads does not keep the process alive', async () => {
  const { fork } = await import('node:child_process');
  const child = fork(new URL('../fixtures/unread-stream.mjs', import.meta.url), { silent: true });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, output]).toEqual([0, 'shut down\n']);
});
