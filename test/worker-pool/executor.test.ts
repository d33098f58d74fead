import { availableParallelism } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import {
  AsyncPoolExecutor,
  BrokenExecutor,
  CancelledError,
  PicklingError,
  ProcessPoolExecutor,
  UnpicklingError,
  wait,
  WorkerPoolExecutor,
} from 'requests-futures/concurrent-futures';
import { Gate } from '../helpers/thread-gate.js';
import * as tasks from '../fixtures/tasks.mjs';
import { pool } from '../helpers/worker-pools.js';

describe('the constructor', () => {
  test('87, 89, 129: bad arguments are refused as in Python', () => {
    expect(() => pool({ max_workers: 0 })).toThrow('max_workers must be greater than 0');
    expect(() => pool({ threads: 0 })).toThrow('threads must be greater than 0');
    expect(() => pool({ max_tasks_per_child: 0 })).toThrow('max_tasks_per_child must be >= 1');
    // @ts-expect-error -- a string is no number
    expect(() => pool({ max_tasks_per_child: '1' })).toThrow(
      new TypeError('max_tasks_per_child must be an integer'),
    );
    // @ts-expect-error -- a number cannot be called
    expect(() => pool({ initializer: 5 })).toThrow(new TypeError('initializer must be a callable'));
    expect(() => pool({ initializer: () => 1 })).toThrow(/Cannot pickle function\..*initializer/);
    // @ts-expect-error -- Python's name for something that threads do not have
    expect(() => pool({ mp_context: 1 })).toThrow(/unexpected keyword argument 'mp_context'/);
    // @ts-expect-error -- Node's spelling
    expect(() => pool({ resource_limits: { maxOldGenerationSizeMb: 5 } })).toThrow(
      /'maxOldGenerationSizeMb'/,
    );
    expect(() => pool({ resource_limits: { stack_size_mb: -1 } })).toThrow(/stack_size_mb must be a number/);
  });

  test('129: the default is the number of usable CPUs; ProcessPoolExecutor is the same class', () => {
    expect(pool().max_workers).toBe(availableParallelism());
    expect(new WorkerPoolExecutor(3).max_workers).toBe(3);
    expect(ProcessPoolExecutor).toBe(WorkerPoolExecutor);
  });
});

describe('calls', () => {
  test('run in a thread of their own, and give what the function returns, awaited', async () => {
    const executor = pool();
    const future = executor.submit(tasks.whoami);
    expect(future.running()).toBe(true);
    const { isMainThread, name } = await future;
    expect(isMainThread).toBe(false);
    expect(name).toMatch(/^WorkerPoolExecutor-\d+_0$/);
    expect(await executor.submit(tasks.add, 1, 2)).toBe(3);
  });

  test('max_workers calls run at once, spread over the threads, the others in order after them', async () => {
    const executor = pool({ max_workers: 4, threads: 2, thread_name_prefix: 'T' });
    const gate = new Gate();
    const futures = [1, 2, 3, 4, 5, 6].map((value) => executor.submit(tasks.gated, gate.memory, value));
    await gate.begun(4);
    expect(futures.map((future) => future.running())).toEqual([true, true, true, true, false, false]);
    expect([executor.running, executor.queued]).toEqual([4, 2]);
    gate.open();
    expect(await Promise.all(futures)).toEqual([1, 2, 3, 4, 5, 6]);
    await executor.idle();
    const names = await Promise.all(Array.from({ length: 40 }, () => executor.submit(tasks.whoami)));
    expect(new Set(names.map(({ name }) => name))).toEqual(new Set(['T_0', 'T_1']));
  });

  test('max_workers may be changed while calls run, and pause() holds back what has not begun', async () => {
    const executor = pool({ max_workers: 1, threads: 2 });
    const gates = Array.from({ length: 6 }, () => new Gate());
    const futures = gates.map((gate, value) => executor.submit(tasks.gated, gate.memory, value));
    await gates[0]?.begun(1);
    executor.max_workers = 4;
    await Promise.all(gates.slice(1, 4).map((gate) => gate.begun(1)));
    expect([executor.running, executor.queued]).toEqual([4, 2]);
    executor.max_workers = 1;
    for (const gate of gates.slice(0, 3)) gate.open();
    await Promise.all(futures.slice(0, 3));
    expect([executor.running, executor.queued]).toEqual([1, 2]);
    executor.pause();
    for (const gate of gates) gate.open();
    await futures[3];
    expect([executor.running, executor.queued, futures[4]?.running()]).toEqual([0, 2, false]);
    executor.resume();
    expect(await Promise.all(futures)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('86: a thread is started when it is needed, and an idle one is used before a new one is started', async () => {
    const executor = pool({ max_workers: 4, threads: 4 });
    const ids = new Set<number>();
    for (let index = 0; index < 3; index += 1) ids.add((await executor.submit(tasks.whoami)).threadId);
    expect(ids.size).toBe(1);
  });

  test('83, 84: a missing function throws, one that cannot be called fails its future', async () => {
    const executor = pool();
    // @ts-expect-error -- nothing to call
    expect(() => executor.submit()).toThrow(/missing 1 required positional argument: 'fn'/);
    // @ts-expect-error -- a number cannot be called
    await expect(executor.submit(5)).rejects.toThrow("'number' object is not callable");
  });

  test('130: what cannot cross lands on the future, with its place, and the pool stays usable', async () => {
    const executor = pool();
    await expect(executor.submit((x: number) => x, 1)).rejects.toThrow(
      /^Cannot pickle function\..*\(fn: export/,
    );
    await expect(executor.submit(tasks.echo, { a: [() => 1] })).rejects.toThrow(/args\[0\]\.a\[0\]: export/);
    await expect(executor.submit(tasks.echo, 1, new WeakMap())).rejects.toThrow(PicklingError);
    await expect(executor.submit(tasks.echo, [new Proxy({}, {})])).rejects.toThrow(/\(args\["0"\]\["0"\]\)/);
    await expect(executor.submit(tasks.returnUncloneable, 'object')).rejects.toThrow(
      /Cannot pickle 'WeakMap' object \(result\.deep\[1\]\)/,
    );
    await expect(executor.submit(tasks.returnUncloneable, 'function')).rejects.toThrow(
      /\(result\.deep\[1\]: export/,
    );
    await expect(executor.submit(tasks.returnUncloneable, 'proxy')).rejects.toThrow(PicklingError);
    expect(await executor.submit(tasks.add, 1, 2)).toBe(3);
  });

  test('a module that cannot be imported, and an export that does not exist, are named', async () => {
    const executor = pool({ max_workers: 3 });
    const futures = [tasks.noModule, tasks.brokenModule, tasks.notExported].map((fn) => executor.submit(fn));
    const [lost, broken, missing] = await Promise.all(futures.map((future) => future.exception()));
    for (const error of [lost, broken, missing]) expect(error).toBeInstanceOf(UnpicklingError);
    expect(lost?.message).toMatch(/^Cannot import 'lost' from file:.*there-is-no-such-file\.mjs: /);
    expect(broken?.message).toMatch(
      /^Cannot import 'broken' from file:.*broken\.mjs: this module is broken$/,
    );
    expect(missing?.message).toMatch(/^Cannot import 'missing' from file:.*: the module does not export it$/);
    expect(await executor.submit(tasks.add, 1, 2)).toBe(3);
  });

  test('132: an error comes back with class, fields, cause and the stack of the thread', async () => {
    const error = await pool().submit(tasks.fail, 7).exception();
    expect(error).toBeInstanceOf(tasks.TaskError);
    expect(error).toMatchObject({ code: 7, message: 'task failed with 7', details: { at: new Date(0) } });
    expect(error?.cause).toBeInstanceOf(RangeError);
    expect(error?.stack).toContain('tasks.mjs');
  });

  test('31: whatever is thrown fails the future', async () => {
    const executor = pool();
    expect(await executor.submit(tasks.throwValue, 'text').exception()).toBe('text');
    expect(await executor.submit(tasks.throwValue, 0).exception()).toBe(0);
    expect((await executor.submit(tasks.throwValue, undefined).exception())?.message).toBe(
      'the call threw undefined',
    );
  });

  test('user classes cross both ways by their reducers', async () => {
    const got = await pool().submit(tasks.doubleMoney, new tasks.Money(21));
    expect(got).toBeInstanceOf(tasks.Money);
    expect(got.cents).toBe(42);
  });

  test('bytes of a result are moved, those of an argument stay', async () => {
    const executor = pool();
    const got = await executor.submit(tasks.bytes, 1_000_000);
    expect(got).toBeInstanceOf(Buffer);
    expect([got.length, got[5], got.buffer.byteLength]).toEqual([1_000_000, 7, 1_000_000]);
    const [back] = await executor.submit(tasks.echo, got);
    expect(got.length).toBe(1_000_000);
    expect((back as Buffer).equals(got)).toBe(true);
  });

  test('streams cross both ways; shutdown waits for the calls and lets a stream be read to its end', async () => {
    const executor = pool();
    const stream = await executor.submit(tasks.stream, 20, 100_000);
    expect(await executor.submit(tasks.consume, await executor.submit(tasks.stream, 5, 100_000))).toBe(
      500_000,
    );
    await executor.shutdown();
    let total = 0;
    for await (const chunk of stream) total += (chunk as Buffer).length;
    expect(total).toBe(2_000_000);
  });

  test('a pool can be used inside of a thread', async () => {
    expect(await pool().submit(tasks.nested)).toBe(3);
  });
});

describe('initializer', () => {
  test('90: runs once in each thread, before its first call', async () => {
    const executor = pool({
      max_workers: 2,
      initializer: tasks.initialize,
      initargs: ['a', new Map([[1, 2]])],
    });
    expect(await executor.submit(tasks.initializedWith)).toEqual(['a', new Map([[1, 2]])]);
    expect(await executor.submit(tasks.initializedWith)).toHaveLength(2);
  });

  test('runs to its end in a thread that is starting when the pool is shut down', async () => {
    const memory = new SharedArrayBuffer(12);
    const marks = new Int32Array(memory);
    const executor = pool({ threads: 2, initializer: tasks.initializeInTurn, initargs: [memory] });
    await Promise.all([1, 2].map((x) => executor.submit(tasks.identity, x)));
    await expect.poll(() => marks[0]).toBe(2);
    const closed = executor.shutdown();
    // Longer than it takes to end a thread.
    await pool().submit(tasks.identity, 1);
    Atomics.store(marks, 1, 1);
    Atomics.notify(marks, 1);
    await closed;
    expect(marks[2]).toBe(2);
  });

  test('91, 135: one that fails breaks the pool, each future with an error of its own', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const executor = pool({ max_workers: 1, initializer: tasks.failToInitialize });
    const futures = [1, 2].map((x) => executor.submit(tasks.identity, x));
    const [first, second] = await Promise.all(futures.map((future) => future.exception()));
    expect(first).toBeInstanceOf(BrokenExecutor);
    expect(first).not.toBe(second);
    expect(first?.message).toBe('A thread initializer failed, the thread pool is not usable anymore');
    expect(first?.cause).toBeInstanceOf(tasks.TaskError);
    expect(log).toHaveBeenCalledExactlyOnceWith(
      'CRITICAL:concurrent.futures:Exception in initializer:',
      first?.cause,
    );
    expect(() => executor.submit(tasks.identity, 1)).toThrow(BrokenExecutor);
    await executor.shutdown();
  });

  test('a thread that cannot be started breaks the pool, and says why', async () => {
    vi.spyOn(console, 'error').mockReturnValue();
    const executor = pool({ worker_url: new URL('../fixtures/there-is-no-such-file.mjs', import.meta.url) });
    const error = await executor.submit(tasks.add, 1, 2).exception();
    expect(error).toBeInstanceOf(BrokenExecutor);
    expect(error?.message).toBe('A thread could not be started, the thread pool is not usable anymore');
    expect(String(error?.cause)).toContain('there-is-no-such-file.mjs');
  });
});

describe('cancel and abort', () => {
  test('a queued call that is cancelled never runs; a running one cannot be cancelled', async () => {
    const executor = pool({ max_workers: 1 });
    const gate = new Gate();
    const running = executor.submit(tasks.gated, gate.memory, 1);
    const queued = executor.submit(tasks.gated, gate.memory, 2);
    await gate.begun(1);
    expect([running.cancel(), queued.cancel()]).toEqual([false, true]);
    gate.open();
    expect(await running).toBe(1);
    await expect(queued).rejects.toThrow(CancelledError);
    await executor.idle();
    expect(new Int32Array(gate.memory)[1]).toBe(1);
  });

  test('abort reaches the signal of the call, with its reason, and none of its neighbours', async () => {
    const executor = pool({ max_workers: 3 });
    const gate = new Gate();
    const neighbour = executor.submit(tasks.gated, gate.memory, 'n');
    const deaf = executor.submit(tasks.gated, gate.memory, 'd');
    const aborted = executor.submit(tasks.untilAborted, gate.memory);
    await gate.begun(3);
    expect(aborted.abort(new tasks.TaskError('why'))).toBe(true);
    await expect(aborted).rejects.toThrow('task failed with why');
    expect(await aborted.exception()).toBeInstanceOf(tasks.TaskError);
    deaf.abort();
    gate.open();
    expect(await Promise.all([neighbour, deaf])).toEqual(['n', 'd']);
    expect(aborted.abort()).toBe(false);
  });

  test('a call that waits for its thread to start can still be aborted, and is never sent', async () => {
    const executor = pool();
    const gate = new Gate();
    const future = executor.submit(tasks.gated, gate.memory, 1);
    expect(future.running()).toBe(true);
    expect(future.abort('no')).toBe(true);
    await expect(future).rejects.toThrow(CancelledError);
    expect(await executor.submit(tasks.add, 1, 2)).toBe(3);
    expect(new Int32Array(gate.memory)[1]).toBe(0);
  });
});

describe('shutdown', () => {
  test('116, 118: queued calls still run, new ones are refused, and the threads end', async () => {
    const executor = pool({ max_workers: 2, threads: 2 });
    const futures = [1, 2, 3, 4, 5].map((x) => executor.submit(tasks.identity, x));
    const shutdown = executor.shutdown();
    expect(() => executor.submit(tasks.identity, 1)).toThrow('cannot schedule new futures after shutdown');
    await shutdown;
    expect(futures.map((future) => future.result_now())).toEqual([1, 2, 3, 4, 5]);
    await executor.shutdown();
  });

  test('120: cancel_futures cancels what is queued; wait: false returns at once', async () => {
    const executor = pool({ max_workers: 1 });
    const gate = new Gate();
    const futures = [1, 2, 3].map((x) => executor.submit(tasks.gated, gate.memory, x));
    await gate.begun(1);
    await executor.shutdown({ wait: false, cancel_futures: true });
    expect(futures.map((future) => future.cancelled())).toEqual([false, true, true]);
    gate.open();
    expect(await futures[0]).toBe(1);
    await executor.shutdown();
  });

  test('141: a shutdown that waits does so after one that did not', async () => {
    const executor = pool({ max_workers: 1 });
    const gate = new Gate();
    const running = executor.submit(tasks.gated, gate.memory, 1);
    const queued = executor.submit(tasks.add, 1, 2);
    await gate.begun(1);
    await executor.shutdown({ wait: false });
    const waiting = executor.shutdown({ wait: true });
    gate.open();
    await waiting;
    expect([running.done(), queued.done()]).toEqual([true, true]);
  });

  test('a pool that was never used shuts down, and one whose calls have all failed to cross', async () => {
    await pool().shutdown();
    const executor = pool();
    const future = executor.submit(() => 1);
    await executor.shutdown();
    expect(await future.exception()).toBeInstanceOf(Error);
  });
});

describe('map', () => {
  test('101, 137: chunked or not, the results are those of the in-thread pool', async () => {
    const executor = pool({ max_workers: 3 });
    const inline = new AsyncPoolExecutor();
    const numbers = Array.from({ length: 17 }, (_, index) => index);
    const expected = await inline.map(tasks.add, numbers, numbers).toArray();
    for (const chunksize of [undefined, 1, 4, 17, 100]) {
      expect(await executor.map(tasks.add, numbers, numbers, { chunksize }).toArray()).toEqual(expected);
    }
    async function* later(): AsyncGenerator<number> {
      for (const number of numbers) yield await Promise.resolve(number);
    }
    expect(await executor.map(tasks.add, later(), numbers, { chunksize: 5 }).toArray()).toEqual(expected);
    expect(await executor.map(tasks.add, [], [1], { chunksize: 5 }).toArray()).toEqual([]);
  });

  test('137: chunksize below 1 is refused at the call, and one failing element loses its chunk', async () => {
    const executor = pool();
    expect(() => executor.map(tasks.identity, [1], { chunksize: 0 })).toThrow('chunksize must be >= 1.');
    expect(() => executor.map(tasks.identity, [1], { chunksize: 1.5 })).toThrow(TypeError);
    const seen: number[] = [];
    const all = executor.map(tasks.evenOrFail, [0, 2, 4, 5, 6], { chunksize: 2 });
    await expect(
      (async () => {
        for await (const x of all) seen.push(x);
      })(),
    ).rejects.toThrow('task failed with 5');
    expect(seen).toEqual([0, 2]);
  });

  test('138: buffersize counts chunks', async () => {
    let pulled = 0;
    function* endless(): Generator<number> {
      for (;;) yield (pulled += 1);
    }
    const results = pool().map(tasks.identity, endless(), { chunksize: 3, buffersize: 2 });
    expect(pulled).toBe(6);
    expect((await results.next()).value).toBe(1);
    expect(pulled).toBe(9);
    await results.return();
  });

  test('an abort signal is there for every element of a chunk', async () => {
    const results = pool().map(tasks.hasSignal, [1, 2, 3], { chunksize: 3 });
    expect(await results.toArray()).toEqual([true, true, true]);
  });
});

test('wait() sees futures of the pool like any others', async () => {
  const executor = pool();
  const { done } = await wait([executor.submit(tasks.add, 1, 2), executor.submit(tasks.add, 2, 3)]);
  expect([...done].map((future) => future.result_now())).toEqual([3, 5]);
});
