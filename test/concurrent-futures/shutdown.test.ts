import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../src/builtins/index.js';
import { AsyncPoolExecutor, CancelledError, TimeoutError, wait } from '../../src/concurrent-futures/index.js';
import { gate, isPending, settle } from '../helpers/async.js';
import { rejection, thrown } from '../helpers/failures.js';
import { captureLog } from '../helpers/log.js';

const log = captureLog();

test('116: after shutdown, even one that nobody awaited, submit raises RuntimeError', async () => {
  const executor = new AsyncPoolExecutor(1);
  const done = executor.shutdown();
  const error = thrown(() => executor.submit(() => 1));
  expect(error).toBeInstanceOf(RuntimeError);
  expect(error).toHaveProperty('message', 'cannot schedule new futures after shutdown');
  await done;
});

test('117: shutdown may be repeated in any combination; unknown options are named', async () => {
  const executor = new AsyncPoolExecutor(1);
  await executor.shutdown({ wait: false });
  await executor.shutdown(false);
  await executor.shutdown(false, { cancel_futures: true });
  await executor.shutdown({ cancel_futures: true });
  await executor.shutdown({ wait: null, cancel_futures: null });
  expect(await Promise.all([executor.shutdown(), executor.shutdown(true)])).toEqual([undefined, undefined]);
  expect(() => executor.shutdown({ cancel: true } as object)).toThrow(
    "shutdown() got an unexpected keyword argument 'cancel'",
  );
});

test('118: it resolves when running and queued calls are done, callbacks included', async () => {
  const executor = new AsyncPoolExecutor(1);
  const order: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    executor
      .submit(async () => {
        await settle();
        order.push(name);
      })
      .add_done_callback(() => order.push(`${name} called back`));
  }
  await executor.shutdown();
  expect(order).toEqual(['a', 'a called back', 'b', 'b called back', 'c', 'c called back']);
});

test('119: wait=false resolves at once, queued calls still run, and a later wait=true waits for them', async () => {
  const executor = new AsyncPoolExecutor(1);
  const hold = gate();
  executor.submit(() => hold.promise);
  const queued = executor.submit(() => 'ran');
  await executor.shutdown({ wait: false });
  expect(queued.done()).toBe(false);
  const waiting = executor.shutdown();
  expect(await isPending(waiting)).toBe(true);
  hold.open();
  await waiting;
  expect(queued.result_now()).toBe('ran');
});

describe('cancel_futures', () => {
  test('120: cancels what is queued, in order, callbacks inside the call; running calls finish', async () => {
    const executor = new AsyncPoolExecutor(2);
    const hold = gate<string>();
    const futures = [0, 1, 2, 3, 4].map(() => executor.submit(() => hold.promise));
    const order: number[] = [];
    futures.forEach((future, index) => {
      future.add_done_callback(() => order.push(index));
    });
    const done = executor.shutdown({ cancel_futures: true });
    expect(order).toEqual([2, 3, 4]);
    expect(executor.queued).toBe(0);
    hold.open('finished');
    await done;
    expect(await futures[0]).toBe('finished');
    expect(futures.map((future) => future.cancelled())).toEqual([false, false, true, true, true]);
  });

  test('120: works on a later shutdown call too', async () => {
    const executor = new AsyncPoolExecutor(1);
    const hold = gate();
    executor.submit(() => hold.promise);
    const queued = executor.submit(() => 1);
    await executor.shutdown(false);
    expect(queued.cancelled()).toBe(false);
    await executor.shutdown({ wait: false, cancel_futures: true });
    expect(queued.cancelled()).toBe(true);
    hold.open();
    await executor.shutdown();
  });

  test('120: a callback that cancels others does not stop it', async () => {
    const executor = new AsyncPoolExecutor(1);
    const futures = [0, 1, 2, 3].map((n) => executor.submit(() => n));
    futures[1]?.add_done_callback(() => futures[3]?.cancel());
    await executor.shutdown({ cancel_futures: true });
    expect(futures.map((future) => future.cancelled())).toEqual([false, true, true, true]);
  });

  test('121, D5: wait() on what was cancelled does not hang', async () => {
    const executor = new AsyncPoolExecutor(1);
    const futures = [1, 2, 3].map((n) => executor.submit(() => n));
    const waiting = wait(futures);
    await executor.shutdown({ cancel_futures: true });
    expect((await waiting).not_done.size).toBe(0);
    expect(await rejection(futures[2] ?? Promise.resolve())).toBeInstanceOf(CancelledError);
  });
});

test('122: a call that submits to its own pool after shutdown gets the RuntimeError', async () => {
  const executor = new AsyncPoolExecutor(1);
  const hold = gate();
  const future = executor.submit(async () => {
    await hold.promise;
    executor.submit(() => 1);
  });
  const done = executor.shutdown();
  hold.open();
  await done;
  expect(await future.exception()).toBeInstanceOf(RuntimeError);
});

test('123: a call that would wait for the end of its own pool gets a RuntimeError', async () => {
  const executor = new AsyncPoolExecutor(1);
  const future = executor.submit(async () => {
    await executor.shutdown();
  });
  const careless = executor.submit(() => {
    void executor.shutdown();
  });
  for (const failed of [future, careless]) {
    const error = await failed.exception();
    expect(error).toBeInstanceOf(RuntimeError);
    expect(error).toHaveProperty('message', 'cannot join current thread');
  }
  const other = new AsyncPoolExecutor(1);
  await other.submit(() => executor.shutdown());
  await other.submit(() => other.shutdown(false));
  expect(() => other.submit(() => 1)).toThrow(RuntimeError);
});

describe('await using', () => {
  test('124: waits for everything, cancels nothing, and lets the error of the block through afterwards', async () => {
    const ran: number[] = [];
    let kept: AsyncPoolExecutor | undefined;
    const error = new Error('body');
    const block = async (): Promise<void> => {
      await using executor = new AsyncPoolExecutor(1);
      kept = executor;
      for (const n of [1, 2, 3]) {
        executor.submit(async () => {
          await settle();
          ran.push(n);
        });
      }
      throw error;
    };
    expect(await rejection(block())).toBe(error);
    expect(ran).toEqual([1, 2, 3]);
    expect(() => kept?.submit(() => 1)).toThrow(RuntimeError);
    await kept?.[Symbol.asyncDispose]();
  });

  test('125: a result(timeout) that fails inside does not shorten the exit', async () => {
    let finished = false;
    const block = async (): Promise<void> => {
      await using executor = new AsyncPoolExecutor(1);
      const future = executor.submit(async () => {
        await settle();
        finished = true;
      });
      await future.result(0);
    };
    expect(await rejection(block())).toBeInstanceOf(TimeoutError);
    expect(finished).toBe(true);
  });
});

test('128: cancelled queued futures do not make shutdown hang', async () => {
  const executor = new AsyncPoolExecutor(1);
  const futures = Array.from({ length: 100 }, (_, n) => executor.submit(() => n));
  for (const future of futures.slice(1)) future.cancel();
  await executor.shutdown();
  expect([executor.running, executor.queued]).toEqual([0, 0]);
});

describe('idle', () => {
  test('resolves when nothing runs or waits, at once on an idle pool, and the pool stays usable', async () => {
    const executor = new AsyncPoolExecutor(2);
    await executor.idle();
    const hold = gate();
    const futures = [1, 2, 3].map(() => executor.submit(() => hold.promise));
    const idle = [executor.idle(), executor.idle()];
    expect(await isPending(Promise.all(idle))).toBe(true);
    hold.open();
    await Promise.all(idle);
    expect(futures.every((future) => future.done())).toBe(true);
    expect(await executor.submit(() => 'again')).toBe('again');
  });
});

test('nothing is logged by any of this', () => {
  expect(log).toEqual([]);
});
