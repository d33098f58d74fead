import { describe, expect, test } from 'vitest';
import { currentCall } from '../../src/concurrent-futures/call-context.js';
import { AsyncPoolExecutor, type Future } from '../../src/concurrent-futures/index.js';

/** Calls that run until they are told to end. */
class Calls {
  readonly started: number[] = [];
  readonly futures: Future<number>[] = [];
  readonly #ends: (() => void)[] = [];
  readonly #pool: AsyncPoolExecutor;

  constructor(pool: AsyncPoolExecutor) {
    this.#pool = pool;
  }

  submit(count: number): void {
    for (let i = 0; i < count; i += 1) {
      const index = this.futures.length;
      this.futures.push(
        this.#pool.submit(
          (n: number) =>
            new Promise<number>((resolve) => {
              this.started.push(n);
              this.#ends[n] = () => {
                resolve(n);
              };
            }),
          index,
        ),
      );
    }
  }

  /** Ends a call, and waits until its slot has gone on. */
  async end(...indexes: number[]): Promise<void> {
    for (const index of indexes) {
      this.#ends[index]?.();
      await this.futures[index];
    }
    await turn();
  }
}

/** Slots fetch their calls in microtasks. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(max_workers: number): { pool: AsyncPoolExecutor; calls: Calls } {
  const pool = new AsyncPoolExecutor({ max_workers });
  return { pool, calls: new Calls(pool) };
}

describe('max_workers', () => {
  test('set higher, queued calls start at once, in their order', async () => {
    const { pool, calls } = setUp(1);
    calls.submit(5);
    await turn();
    pool.max_workers = 3;
    await turn();
    expect(calls.started).toEqual([0, 1, 2]);
    expect([pool.max_workers, pool.running, pool.queued]).toEqual([3, 3, 2]);
    await calls.end(0, 1, 2, 3, 4);
  });

  test('set lower, those that run are left alone, and none starts before there is room', async () => {
    const { pool, calls } = setUp(3);
    calls.submit(6);
    await turn();
    pool.max_workers = 1;
    await calls.end(0, 1);
    expect([calls.started, pool.running, pool.queued]).toEqual([[0, 1, 2], 1, 3]);
    await calls.end(2);
    expect([calls.started, pool.running]).toEqual([[0, 1, 2, 3], 1]);
    await calls.end(3, 4, 5);
    await pool.idle();
    calls.submit(2);
    await turn();
    expect(calls.started).toEqual([0, 1, 2, 3, 4, 5, 6]);
    await calls.end(6, 7);
  });

  test('set lower right after the submit, what is marked running still runs', async () => {
    const { pool, calls } = setUp(3);
    calls.submit(4);
    pool.max_workers = 1;
    await turn();
    expect(calls.started).toEqual([0, 1, 2]);
    expect(calls.futures.map((future) => future.running())).toEqual([true, true, true, false]);
    await calls.end(0, 1, 2, 3);
  });

  test('up and down at random: never more at once than it allows, and all calls end', async () => {
    const { pool, calls } = setUp(2);
    calls.submit(60);
    await turn();
    let ended = 0;
    for (let step = 0; ended < 60; step += 1) {
      const before = pool.running;
      pool.max_workers = 1 + ((step * 7) % 5);
      await turn();
      expect(pool.running).toBeLessThanOrEqual(Math.max(before, pool.max_workers));
      const running = calls.started.filter((index) => !calls.futures[index]?.done());
      await calls.end(running[step % running.length] ?? -1);
      ended += 1;
    }
    await pool.shutdown();
  });

  test('refuses what the constructor refuses', () => {
    const { pool } = setUp(2);
    for (const value of [0, -1, 1.5, NaN, '3', null, undefined]) {
      expect(() => {
        pool.max_workers = value as number;
      }, String(value)).toThrow(/max_workers must be/);
    }
    expect(pool.max_workers).toBe(2);
  });
});

describe('pause() and resume()', () => {
  test('what runs goes on, what has not begun waits, and cancels as ever', async () => {
    const { pool, calls } = setUp(2);
    calls.submit(3);
    await turn();
    pool.pause();
    calls.submit(2);
    await calls.end(0, 1);
    expect([calls.started, pool.running, pool.queued]).toEqual([[0, 1], 0, 3]);
    expect(calls.futures[3]?.running()).toBe(false);
    expect(calls.futures[3]?.cancel()).toBe(true);
    pool.resume();
    await turn();
    expect(calls.started).toEqual([0, 1, 2, 4]);
    await calls.end(2, 4);
  });

  test('a paused pool with queued calls is not idle; it is when they are cancelled', async () => {
    const { pool, calls } = setUp(1);
    pool.pause();
    calls.submit(2);
    let isIdle = false;
    const idle = pool.idle().then(() => {
      isIdle = true;
    });
    await turn();
    expect(isIdle).toBe(false);
    for (const future of calls.futures) future.cancel();
    await idle;
  });

  test('shutdown() resumes', async () => {
    const { pool } = setUp(1);
    pool.pause();
    const future = pool.submit(() => 7);
    await pool.shutdown();
    expect(await future).toBe(7);
  });

  test('shutdown() that cancels starts nothing', async () => {
    const { pool, calls } = setUp(1);
    pool.pause();
    calls.submit(3);
    await pool.shutdown({ cancel_futures: true });
    expect(calls.started).toEqual([]);
    expect(calls.futures.every((future) => future.cancelled())).toBe(true);
  });

  test('both may be called again and again', async () => {
    const { pool, calls } = setUp(2);
    pool.resume();
    pool.pause();
    pool.pause();
    calls.submit(3);
    pool.resume();
    pool.resume();
    await turn();
    expect(calls.started).toEqual([0, 1]);
    await calls.end(0, 1, 2);
    await pool.shutdown();
  });
});

describe('a call that only waits', () => {
  /** Submits a call that lends its slot out until `wake` is called. */
  function sleeper(pool: AsyncPoolExecutor, name: string, order: string[]) {
    let wake = (): void => undefined;
    const future = pool.submit(async () => {
      const call = currentCall();
      order.push(`${name} begins`);
      call?.lendSlot?.();
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      await call?.reclaimSlot?.();
      order.push(`${name} goes on`);
    });
    return {
      future,
      wake: () => {
        wake();
      },
    };
  }

  test('gives its slot to the next one, and has one again before those that have not begun', async () => {
    const { pool, calls } = setUp(1);
    const order: string[] = [];
    const one = sleeper(pool, 'one', order);
    calls.submit(2);
    const last = pool.submit(() => order.push('last'));
    await turn();
    expect([calls.started, pool.running, pool.queued]).toEqual([[0], 1, 2]);
    one.wake();
    await turn();
    expect(order).toEqual(['one begins']);
    await calls.end(0);
    expect(order).toEqual(['one begins', 'one goes on']);
    await one.future;
    await turn();
    expect(calls.started).toEqual([0, 1]);
    await calls.end(1);
    await last;
    await pool.shutdown();
  });

  test('is waited for by idle(), and goes on at once where there is room', async () => {
    const { pool } = setUp(2);
    const order: string[] = [];
    const one = sleeper(pool, 'one', order);
    await turn();
    let isIdle = false;
    const idle = pool.idle().then(() => {
      isIdle = true;
    });
    await turn();
    expect([isIdle, pool.running]).toEqual([false, 0]);
    one.wake();
    await idle;
    expect(one.future.done()).toBe(true);
  });

  test('that ends without a slot leaves the others theirs', async () => {
    const { pool, calls } = setUp(1);
    const future = pool.submit(() => {
      currentCall()?.lendSlot?.();
      return 1;
    });
    calls.submit(3);
    expect(await future).toBe(1);
    await turn();
    expect([calls.started, pool.running]).toEqual([[0], 1]);
    await calls.end(0, 1, 2);
    await pool.shutdown();
  });

  test('has its slot again in a pool that is paused or has become smaller', async () => {
    const { pool, calls } = setUp(2);
    const order: string[] = [];
    const one = sleeper(pool, 'one', order);
    calls.submit(3);
    await turn();
    pool.max_workers = 1;
    pool.pause();
    one.wake();
    await calls.end(0);
    expect(order).toEqual(['one begins']);
    await calls.end(1);
    await one.future;
    expect([pool.running, pool.queued]).toEqual([0, 1]);
    pool.resume();
    await turn();
    await calls.end(2);
  });
});
