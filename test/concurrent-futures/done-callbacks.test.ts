import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../src/builtins/index.js';
import { AsyncPoolExecutor, Future, InvalidStateError, wait } from '../../src/concurrent-futures/index.js';
import { gate, settle } from '../helpers/async.js';
import { captureLog } from '../helpers/log.js';

const log = captureLog();

const endings: Record<string, (future: Future<number>) => void> = {
  set_result: (future) => {
    future.set_result(1);
  },
  set_exception: (future) => {
    future.set_exception(new Error('x'));
  },
  cancel: (future) => future.cancel(),
};

describe.each(Object.entries(endings))('after %s()', (_name, end) => {
  test('37, 39: callbacks get the done future, in order, before the call that ends it returns', () => {
    const future = new Future<number>();
    const calls: [string, unknown, boolean][] = [];
    for (const name of ['a', 'b', 'c']) future.add_done_callback((f) => calls.push([name, f, f.done()]));
    expect(calls).toEqual([]);
    end(future);
    expect(calls).toEqual([
      ['a', future, true],
      ['b', future, true],
      ['c', future, true],
    ]);
  });

  test('38: a callback of a done future runs before add_done_callback() returns', () => {
    const future = new Future<number>();
    end(future);
    let seen: unknown;
    future.add_done_callback((f) => (seen = f));
    expect(seen).toBe(future);
  });

  test('42, 47: a callback that throws is logged and the others still run', () => {
    const future = new Future<number>();
    const error = new Error('from the callback');
    const calls: number[] = [];
    future.add_done_callback(() => calls.push(1));
    future.add_done_callback(() => {
      throw error;
    });
    future.add_done_callback(() => calls.push(2));
    end(future);
    expect(calls).toEqual([1, 2]);
    expect(log).toEqual([
      {
        level: 'error',
        name: 'concurrent.futures',
        message: `exception calling callback for ${String(future)}`,
        error,
      },
    ]);
    future.add_done_callback(() => {
      throw error;
    });
    expect(log).toHaveLength(2);
  });
});

test('38: also when it was cancelled and notified', () => {
  const future = new Future();
  future.cancel();
  future.set_running_or_notify_cancel();
  let ran = false;
  future.add_done_callback(() => (ran = true));
  expect(ran).toBe(true);
});

test('39: the outcome can be read in a callback', async () => {
  const future = new Future<number>();
  let inside: unknown;
  let later: Promise<number> | undefined;
  future.add_done_callback((f) => {
    inside = f.result_now();
    later = f.result();
  });
  future.set_result(5);
  expect(inside).toBe(5);
  expect(await later).toBe(5);
});

test('40: cancellation calls back once: not at the notify step, not at a second cancel()', () => {
  const future = new Future();
  let calls = 0;
  future.add_done_callback(() => (calls += 1));
  future.cancel();
  expect(calls).toBe(1);
  future.cancel();
  future.set_running_or_notify_cancel();
  expect(calls).toBe(1);
});

test('41: a function added twice is called twice', () => {
  const future = new Future<number>();
  let calls = 0;
  const count = (): void => {
    calls += 1;
  };
  future.add_done_callback(count);
  future.add_done_callback(count);
  future.set_result(0);
  expect(calls).toBe(2);
});

test('43: a callback is not awaited, but its rejection is logged', async () => {
  const future = new Future<number>();
  const error = new Error('async');
  const hold = gate();
  future.add_done_callback(() => hold.promise);
  future.add_done_callback(() => Promise.reject(error));
  future.add_done_callback((f) => f);
  future.set_result(1);
  expect(future.done()).toBe(true);
  await settle();
  expect(log).toMatchObject([{ level: 'error', error }]);
  future.add_done_callback(() => Promise.reject(error));
  await settle();
  expect(log).toHaveLength(2);
});

test('44: what is not a function is refused at once', () => {
  const future = new Future();
  expect(() => {
    future.add_done_callback(5 as never);
  }).toThrow(TypeError);
  expect(() => {
    future.add_done_callback(null as never);
  }).toThrow('add_done_callback() takes a function, got null');
});

test('45: a callback added in a callback runs nested, before the siblings', () => {
  const future = new Future<number>();
  const order: string[] = [];
  future.add_done_callback((f) => {
    order.push('first');
    f.add_done_callback(() => order.push('nested'));
    order.push('still first');
  });
  future.add_done_callback(() => order.push('second'));
  future.set_result(1);
  expect(order).toEqual(['first', 'nested', 'still first', 'second']);
});

test('46: inside a callback cancel() tells the truth and a second outcome is refused', () => {
  const answers: boolean[] = [];
  const finished = new Future<number>();
  finished.add_done_callback((f) => answers.push(f.cancel()));
  finished.add_done_callback((f) => {
    f.set_result(2);
  });
  finished.set_result(1);
  const cancelled = new Future<number>();
  cancelled.add_done_callback((f) => answers.push(f.cancel()));
  cancelled.cancel();
  expect(answers).toEqual([false, true]);
  expect(finished.result_now()).toBe(1);
  expect(log).toMatchObject([{ error: expect.any(InvalidStateError) as Error }]);
});

test('48: all callbacks have run before anybody who awaits goes on', async () => {
  const future = new Future<number>();
  const order: string[] = [];
  const waiting = [
    future.result().then(() => order.push('result')),
    future.then(() => order.push('then')),
    wait([future]).then(() => order.push('wait')),
  ];
  await settle();
  for (const name of ['a', 'b']) future.add_done_callback(() => order.push(name));
  future.set_result(1);
  order.push('set_result returned');
  await Promise.all(waiting);
  expect(order.slice(0, 3)).toEqual(['a', 'b', 'set_result returned']);
  expect(order.slice(3).sort()).toEqual(['result', 'then', 'wait']);
});

test('49: in a pool a callback runs in the slot: the slot is still held', async () => {
  await using executor = new AsyncPoolExecutor(1);
  const order: unknown[] = [];
  const first = executor.submit(() => order.push('call 1'));
  executor.submit(() => order.push('call 2'));
  first.add_done_callback(() => order.push(['callback', executor.running, executor.queued]));
  await executor.shutdown();
  expect(order).toEqual(['call 1', ['callback', 1, 1], 'call 2']);
});

test('50: a callback may submit more; after shutdown that fails inside of it', async () => {
  const executor = new AsyncPoolExecutor(1);
  let more: Future<string> | undefined;
  executor
    .submit(() => 1)
    .add_done_callback(() => {
      more = executor.submit(() => 'more');
    });
  await executor.idle();
  expect(await more).toBe('more');
  executor.submit(() => 2).add_done_callback(() => executor.submit(() => 'too late'));
  await executor.shutdown();
  expect(log).toMatchObject([{ error: expect.any(RuntimeError) as Error }]);
});

test('D11: a callback runs in the async context in which it was added', () => {
  const storage = new AsyncLocalStorage<string>();
  const future = new Future<number>();
  const seen: unknown[] = [];
  for (const name of ['a', 'b']) {
    storage.run(name, () => {
      future.add_done_callback(() => seen.push(storage.getStore()));
    });
  }
  storage.run('setter', () => {
    future.set_result(1);
  });
  storage.run('late', () => {
    future.add_done_callback(() => seen.push(storage.getStore()));
  });
  expect(seen).toEqual(['a', 'b', 'late']);
});
