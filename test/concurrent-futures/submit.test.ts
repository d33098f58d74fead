import { AsyncLocalStorage } from 'node:async_hooks';
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { NotImplementedError, RuntimeError, ValueError } from '../../src/builtins/index.js';
import {
  AsyncPoolExecutor,
  BrokenThreadPool,
  CancelledError,
  current_worker_name,
  Executor,
  Future,
  InvalidStateError,
  ThreadPoolExecutor,
  TimeoutError,
  wait,
} from '../../src/concurrent-futures/index.js';
import { type Gate, gate, isPending, settle } from '../helpers/async.js';
import { rejection, thrown } from '../helpers/failures.js';
import { captureLog } from '../helpers/log.js';

const log = captureLog();

describe('submit', () => {
  test('83: returns a future at once and passes the arguments on', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const options = { fn: 1, self: 2 };
    const future = executor.submit((...args: unknown[]) => args, 1, options, undefined);
    expect(future).toBeInstanceOf(Future);
    expect(await future).toEqual([1, options, undefined]);
  });

  test('83: without a function it is a TypeError of submit itself', () => {
    const executor: { submit: unknown } = new AsyncPoolExecutor(1);
    const error = thrown(() => (executor as { submit(): unknown }).submit());
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toHaveProperty(
      'message',
      "AsyncPoolExecutor.submit() missing 1 required positional argument: 'fn'",
    );
  });

  test.each([5, null, 'text', {}])(
    '84: %o in the place of the function fails the call, not submit',
    async (fn) => {
      await using executor = new AsyncPoolExecutor(1);
      const error = await executor.submit(fn as () => void).exception();
      expect(error).toBeInstanceOf(TypeError);
      expect(error?.message).toMatch(
        /^'\w+' object is not callable; pass the function and its arguments apart: submit\(fn, ...args\)$/,
      );
    },
  );

  test('D3: with a free slot the future is running when submit returns, and the function has not been called', async () => {
    await using executor = new AsyncPoolExecutor(2);
    const calls: string[] = [];
    const futures = ['a', 'b', 'c'].map((name) => executor.submit(() => calls.push(name)));
    expect(futures.map((future) => future.running())).toEqual([true, true, false]);
    expect([executor.running, executor.queued, executor.max_workers]).toEqual([2, 1, 2]);
    expect(calls).toEqual([]);
    await wait(futures);
    expect(calls).toEqual(['a', 'b', 'c']);
  });

  test('D3, D4: submit never throws what the function throws', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const future = executor.submit(() => {
      throw new RangeError('x');
    });
    expect(await future.exception()).toBeInstanceOf(RangeError);
  });
});

describe('the slots', () => {
  test('85, D12: calls start in order, at most max_workers at once, and keep their slot until they settle', async () => {
    const executor = new AsyncPoolExecutor(3);
    const gates: Gate<void>[] = Array.from({ length: 10 }, () => gate());
    const started: number[] = [];
    let running = 0;
    let most = 0;
    for (const [index, hold] of gates.entries()) {
      executor.submit(async () => {
        started.push(index);
        running += 1;
        most = Math.max(most, running);
        await hold.promise;
        running -= 1;
      });
    }
    await settle();
    expect(started).toEqual([0, 1, 2]);
    gates[1]?.open();
    await settle();
    expect(started).toEqual([0, 1, 2, 3]);
    for (const hold of gates) hold.open();
    await executor.idle();
    expect(started).toEqual(gates.map((_, index) => index));
    expect(most).toBe(3);
  });

  test('85: calls start in order also when a slot is freed while another one is about to start', async () => {
    const executor = new AsyncPoolExecutor(2);
    const order: number[] = [];
    const hold = gate();
    executor.submit(() => hold.promise);
    await settle();
    // The running call settles first; the next one finds the second slot free, the one after it has to queue.
    hold.open();
    for (const index of [1, 2, 3]) executor.submit(() => order.push(index));
    await executor.idle();
    expect(order).toEqual([1, 2, 3]);
  });

  test('86, 90: workers are made on demand, initialized before their first call, and used again', async () => {
    const events: string[] = [];
    const executor = new AsyncPoolExecutor({
      max_workers: 3,
      initializer: (name: string, n: number) => events.push(`init ${name}${n}`),
      initargs: ['w', 1],
    });
    await settle();
    expect(events).toEqual([]);
    for (let i = 0; i < 3; i += 1) await executor.submit(() => events.push('call'));
    expect(events).toEqual(['init w1', 'call', 'call', 'call']);
    const hold = gate();
    const futures = [1, 2, 3].map(() => executor.submit(() => hold.promise));
    await settle();
    expect(events.filter((event) => event === 'init w1')).toHaveLength(3);
    hold.open();
    await wait(futures);
    await executor.submit(() => 1);
    expect(events.filter((event) => event === 'init w1')).toHaveLength(3);
  });

  test('90: an async initializer is awaited before the first call', async () => {
    const hold = gate();
    const executor = new AsyncPoolExecutor({ max_workers: 1, initializer: () => hold.promise });
    const future = executor.submit(() => 'called');
    expect(await isPending(future)).toBe(true);
    hold.open();
    expect(await future).toBe('called');
  });

  test('94: workers are named after the prefix, or after the executor', async () => {
    const names = async (executor: AsyncPoolExecutor): Promise<(string | null)[]> => {
      const hold = gate();
      const futures = [1, 2].map(() =>
        executor.submit(async () => {
          const name = current_worker_name();
          await hold.promise;
          return name;
        }),
      );
      await settle();
      hold.open();
      return Promise.all(futures);
    };
    expect(await names(new AsyncPoolExecutor({ max_workers: 2, thread_name_prefix: 'fetch' }))).toEqual([
      'fetch_0',
      'fetch_1',
    ]);
    const [first, second] = [await names(new AsyncPoolExecutor(2)), await names(new AsyncPoolExecutor(2))];
    expect(first[1]).toMatch(/^ThreadPoolExecutor-\d+_1$/);
    const count = (name: string | null | undefined): number => Number(/-(\d+)_/.exec(name ?? '')?.[1]);
    expect(count(second[0])).toBe(count(first[0]) + 1);
    expect(current_worker_name()).toBeNull();
  });

  test('95, D5: a cancelled queued call is never called and lets go of function and arguments at once', async () => {
    const executor = new AsyncPoolExecutor(1);
    const hold = gate();
    executor.submit(() => hold.promise);
    let called = false;
    const queued = executor.submit(() => (called = true));
    const after = executor.submit(() => 'after');
    expect(executor.queued).toBe(2);
    expect(queued.cancel()).toBe(true);
    expect(executor.queued).toBe(1);
    expect(queued._owner).toBeNull();
    hold.open();
    expect(await after).toBe('after');
    expect(called).toBe(false);
    expect(await rejection(queued)).toBeInstanceOf(CancelledError);
  });

  test('97: a nested wait on a saturated pool gets nowhere, submitting without waiting does', async () => {
    const executor = new AsyncPoolExecutor(1);
    const outer = executor.submit(async () => {
      const inner = executor.submit(() => 'inner');
      const error = await rejection(inner.result(0.005));
      return { error, inner };
    });
    const { error, inner } = await outer;
    expect(error).toBeInstanceOf(TimeoutError);
    // `inner` is awaited here, outside of the pool, where it can finish.
    expect(await inner).toBe('inner');
  });

  test('98: a running future that somebody else settles costs a log entry, not the slot', async () => {
    const executor = new AsyncPoolExecutor(1);
    const hold = gate<string>();
    const future = executor.submit(() => hold.promise);
    await settle();
    future.set_result('mine');
    expect(executor.running).toBe(1);
    hold.open('theirs');
    expect(await executor.submit(() => 'next')).toBe('next');
    expect(future.result_now()).toBe('mine');
    const other = executor.submit(() => {
      throw new Error('x');
    });
    other.set_result(undefined as never);
    await executor.shutdown();
    expect(log).toMatchObject([
      { level: 'critical', message: 'Exception in worker', error: expect.any(InvalidStateError) as Error },
      { level: 'critical', message: 'Exception in worker', error: expect.any(InvalidStateError) as Error },
    ]);
  });

  test('98: a queued future that somebody else settles or starts is skipped', async () => {
    const executor = new AsyncPoolExecutor(1);
    const calls: number[] = [];
    const [, settled, started, last] = [0, 1, 2, 3].map((index) => executor.submit(() => calls.push(index)));
    settled?.set_result(7);
    started?.set_running_or_notify_cancel();
    await last;
    expect(calls).toEqual([0, 3]);
    await executor.shutdown();
    expect([executor.queued, executor.running]).toEqual([0, 0]);
  });

  test('100: 100,000 synchronous calls neither grow the stack nor change their order', async () => {
    await using executor = new AsyncPoolExecutor(7);
    const order: number[] = [];
    const futures = Array.from({ length: 100_000 }, (_, index) => executor.submit(() => order.push(index)));
    await wait(futures);
    expect(order.every((value, index) => value === index)).toBe(true);
    expect(order).toHaveLength(100_000);
  });

  test('100: many synchronous calls do not starve those who await the first', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const futures = Array.from({ length: 10 }, (_, index) => executor.submit(() => index));
    await futures[0];
    expect(futures.at(-1)?.cancel()).toBe(true);
  });

  test('100: calls that each submit the next one do not grow the stack either', async () => {
    const executor = new AsyncPoolExecutor(1);
    let count = 0;
    const again = (): void => {
      count += 1;
      if (count < 20_000) executor.submit(again);
    };
    executor.submit(again);
    await executor.idle();
    expect(count).toBe(20_000);
  });

  test('D11: each call runs in the async context of its submit', async () => {
    const storage = new AsyncLocalStorage<number>();
    await using executor = new AsyncPoolExecutor(2);
    const futures = Array.from({ length: 6 }, (_, index) =>
      storage.run(index, () =>
        executor.submit(async () => {
          const before = storage.getStore();
          await settle();
          return [before, storage.getStore()];
        }),
      ),
    );
    expect(await Promise.all(futures)).toEqual(futures.map((_, index) => [index, index]));
    expect(storage.getStore()).toBeUndefined();
  });
});

describe('construction', () => {
  test('ThreadPoolExecutor is the same class', () => {
    expect(ThreadPoolExecutor).toBe(AsyncPoolExecutor);
  });

  test('87: the number of workers, alone or among the options', () => {
    expect(new AsyncPoolExecutor(10).max_workers).toBe(10);
    expect(new AsyncPoolExecutor({ max_workers: 10 }).max_workers).toBe(10);
    expect(new AsyncPoolExecutor(10, { thread_name_prefix: 'x' }).max_workers).toBe(10);
    expect(new AsyncPoolExecutor(null, { max_workers: 3 }).max_workers).toBe(3);
    expect(new AsyncPoolExecutor(Infinity).max_workers).toBe(Infinity);
  });

  test.each([0, -1, -Infinity, false])('87: max_workers %o is a ValueError', (max_workers) => {
    for (const make of [
      () => new AsyncPoolExecutor(max_workers as number),
      () => new AsyncPoolExecutor({ max_workers: max_workers as number }),
    ]) {
      const error = thrown(make);
      expect(error).toBeInstanceOf(ValueError);
      expect(error).toHaveProperty('message', 'max_workers must be greater than 0');
    }
  });

  test.each([
    ['4', 'string'],
    [true, 'boolean'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [[], 'Array'],
  ])('87: max_workers %o is a TypeError that says so', (max_workers, got) => {
    const error = new TypeError(`max_workers must be an integer, got ${got}`);
    expect(() => new AsyncPoolExecutor({ max_workers: max_workers as number })).toThrow(error);
    // A list is no shorthand for the options.
    if (got !== 'Array') expect(() => new AsyncPoolExecutor(max_workers as number)).toThrow(error);
    else expect(() => new AsyncPoolExecutor(max_workers as never)).toThrow(TypeError);
  });

  test.each([undefined, null, {}, { max_workers: null }])(
    '88: the default (%o) is that of Python',
    (options) => {
      expect(new AsyncPoolExecutor(options).max_workers).toBe(Math.min(32, availableParallelism() + 4));
    },
  );

  test('89: an initializer that is no function is a TypeError', () => {
    const error = thrown(() => new AsyncPoolExecutor({ initializer: 5 as never }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toHaveProperty('message', 'initializer must be a callable');
  });

  test('an unknown option is named', () => {
    expect(() => new AsyncPoolExecutor({ maxWorkers: 3 } as object)).toThrow(
      "unexpected keyword argument 'maxWorkers'",
    );
    expect(() => new AsyncPoolExecutor(3, 'prefix' as never)).toThrow(TypeError);
  });
});

describe('a failing initializer', () => {
  const TEXT = 'A thread initializer failed, the thread pool is not usable anymore';

  test('91: fails every queued call with an error of its own, then submit and map', async () => {
    const error = new Error('init');
    const executor = new AsyncPoolExecutor({
      max_workers: 1,
      initializer: () => {
        throw error;
      },
    });
    const futures = [1, 2, 3].map((n) => executor.submit(() => n));
    const errors = await Promise.all(futures.map((future) => future.exception()));
    expect(new Set(errors).size).toBe(3);
    for (const broken of errors) {
      expect(broken).toBeInstanceOf(BrokenThreadPool);
      expect(broken).toMatchObject({ message: TEXT, cause: error });
    }
    expect(log).toEqual([
      { level: 'critical', name: 'concurrent.futures', message: 'Exception in initializer:', error },
    ]);
    expect(thrown(() => executor.submit(() => 1))).toMatchObject({ name: 'BrokenThreadPool', message: TEXT });
    expect(() => executor.map((n) => n, [1])).toThrow(BrokenThreadPool);
    expect([executor.running, executor.queued]).toEqual([0, 0]);
  });

  test('11a: a cancelled call in the queue does not stop the others from being failed', async () => {
    const executor = new AsyncPoolExecutor({
      max_workers: 1,
      initializer: () => Promise.reject(new Error('init')),
    });
    const [first, cancelled, settled, last] = [1, 2, 3, 4].map((n) => executor.submit(() => n));
    cancelled?.cancel();
    settled?.set_result(0);
    expect(await first?.exception()).toBeInstanceOf(BrokenThreadPool);
    expect(await last?.exception()).toBeInstanceOf(BrokenThreadPool);
    expect(cancelled?.cancelled()).toBe(true);
    expect(settled?.result_now()).toBe(0);
  });

  test('92: calls that run in healthy workers finish normally', async () => {
    let workers = 0;
    const executor = new AsyncPoolExecutor({
      max_workers: 2,
      initializer: () => {
        workers += 1;
        if (workers === 2) throw new Error('second');
      },
    });
    const hold = gate<string>();
    const healthy = executor.submit(() => hold.promise);
    await settle();
    const doomed = executor.submit(() => 'never');
    expect(await doomed.exception()).toBeInstanceOf(BrokenThreadPool);
    expect(healthy.running()).toBe(true);
    hold.open('fine');
    expect(await healthy).toBe('fine');
    await executor.shutdown();
  });

  test('93: broken outranks shut down', async () => {
    const executor = new AsyncPoolExecutor({
      max_workers: 1,
      initializer: () => {
        throw new Error('x');
      },
    });
    await executor.submit(() => 1).exception();
    await executor.shutdown();
    expect(() => executor.submit(() => 1)).toThrow(BrokenThreadPool);
  });
});

describe("an executor of one's own", () => {
  class Inline extends Executor {
    submitted = 0;
    override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
      this.submitted += 1;
      const future = new Future<Awaited<R>>();
      future.set_running_or_notify_cancel();
      Promise.resolve(fn(...args)).then(
        (value) => {
          future.set_result(value);
        },
        (error: unknown) => {
          future.set_exception(error);
        },
      );
      return future;
    }
  }

  test('99: needs only submit: map works on top, shutdown does nothing, and it can be disposed of', async () => {
    await using executor = new Inline();
    expect(await executor.map((n) => n * 2, [1, 2, 3]).toArray()).toEqual([2, 4, 6]);
    expect(executor.submitted).toBe(3);
    await executor.shutdown();
    expect(await executor.submit(() => 'still')).toBe('still');
    expect(() => executor.shutdown({ now: true } as object)).toThrow(TypeError);
  });

  test('99: without submit it raises NotImplementedError', () => {
    class Nothing extends Executor {}
    const executor = new Nothing();
    expect(thrown(() => executor.submit(() => 1))).toBeInstanceOf(NotImplementedError);
    expect(thrown(() => executor.submit(() => 1))).toBeInstanceOf(RuntimeError);
  });

  test('99: overriding submit of AsyncPoolExecutor affects map too', async () => {
    class Counting extends AsyncPoolExecutor {
      submitted = 0;
      override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
        this.submitted += 1;
        return super.submit(fn, ...args);
      }
    }
    await using executor = new Counting(2);
    expect(await executor.map((n) => n + 1, [1, 2]).toArray()).toEqual([2, 3]);
    await executor.submit(() => 1);
    expect(executor.submitted).toBe(3);
  });
});
