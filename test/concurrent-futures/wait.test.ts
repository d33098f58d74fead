import { afterEach, describe, expect, test, vi } from 'vitest';
import { TimeoutError, ValueError } from '../../src/builtins/index.js';
import {
  ALL_COMPLETED,
  AsyncPoolExecutor,
  CancelledError,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  type ReturnWhen,
  wait,
} from '../../src/concurrent-futures/index.js';
import { gate, isPending, settle } from '../helpers/async.js';
import { rejection } from '../helpers/failures.js';

const MODES = [FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED] as const;

function pending(): Future<number> {
  return new Future();
}

function finished(value = 1): Future<number> {
  const future = pending();
  future.set_result(value);
  return future;
}

function failed(error: unknown = new Error('x')): Future<number> {
  const future = pending();
  future.set_exception(error);
  return future;
}

function cancelled(notify: boolean): Future<number> {
  const future = pending();
  future.cancel();
  if (notify) future.set_running_or_notify_cancel();
  return future;
}

/** How many waiters hang on a future. */
function waiters(future: Future): number {
  const attached = future._waiters;
  return attached === null ? 0 : attached instanceof Set ? attached.size : 1;
}

afterEach(() => {
  vi.useRealTimers();
});

test('51: the answer is a pair of sets with names, in input order', async () => {
  const [a, b, c] = [finished(), pending(), failed()];
  const result = await wait([c, b, a], { timeout: 0 });
  const [done, not_done] = result;
  expect([...done]).toEqual([c, a]);
  expect([...not_done]).toEqual([b]);
  expect(result.done).toBe(done);
  expect(result.not_done).toBe(not_done);
  expect(result).toHaveLength(2);
});

test.each([
  [
    'a generator',
    function* (fs: Future[]) {
      yield* fs;
    },
  ],
  ['a Set', (fs: Future[]) => new Set(fs)],
  ['the keys of a Map', (fs: Future[]) => new Map(fs.map((f, i) => [f, i])).keys()],
  ['a Map, whose keys count', (fs: Future[]) => new Map(fs.map((f, i) => [f, i]))],
  ['an array with duplicates', (fs: Future[]) => [...fs, ...fs]],
] as const)('52: %s will do, and each future counts once', async (_name, make) => {
  const fs = [finished(), finished(2)];
  const input: Iterable<Future> | ReadonlyMap<Future, unknown> = make(fs);
  const { done } = await (input instanceof Map ? wait(input) : wait(input as Iterable<Future>));
  expect([...done]).toEqual(fs);
});

test('52: the input is read and the states are looked at during the call', async () => {
  const future = pending();
  const result = wait(
    (function* () {
      yield future;
    })(),
    0,
  );
  future.set_result(1);
  expect((await result).not_done).toEqual(new Set([future]));
});

test.each(MODES)('53: nothing to wait for gives two empty sets (%s)', async (return_when) => {
  expect([...(await wait([], { return_when }))]).toEqual([new Set(), new Set()]);
});

test('54: a timeout is no error: it gives what is done so far', async () => {
  const [a, b] = [finished(), pending()];
  for (const timeout of [0, -5, 0.002]) {
    const { done, not_done } = await wait([a, b], timeout);
    expect([...done, ...not_done]).toEqual([a, b]);
  }
});

test('54: what completes during the wait is done at its timeout', async () => {
  vi.useFakeTimers();
  const [a, b] = [pending(), pending()];
  const result = wait([a, b], { timeout: 10 });
  setTimeout(() => {
    a.set_result(1);
  }, 5000);
  await vi.advanceTimersByTimeAsync(9999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect((await result).done).toEqual(new Set([a]));
});

describe(FIRST_COMPLETED, () => {
  test('55: gives all that are done already, at once', async () => {
    const fs = [pending(), finished(), failed(), cancelled(true), cancelled(false)];
    const { done, not_done } = await wait(fs, null, FIRST_COMPLETED);
    expect([...done]).toEqual(fs.slice(1, 4));
    expect([...not_done]).toEqual([fs[0], fs[4]]);
  });

  test.each([
    [
      'a result',
      (f: Future<number>) => {
        f.set_result(1);
      },
    ],
    [
      'an error',
      (f: Future<number>) => {
        f.set_exception(new Error('x'));
      },
    ],
    [
      'a notified cancellation',
      (f: Future<number>) => {
        f.cancel();
        f.set_running_or_notify_cancel();
      },
    ],
  ])('55: else waits for the first one: %s', async (_name, end) => {
    const fs = [pending(), pending(), pending()] as const;
    const result = wait(fs, { return_when: FIRST_COMPLETED });
    expect(await isPending(result)).toBe(true);
    end(fs[1]);
    expect([...(await result).done]).toEqual([fs[1]]);
  });

  test('55: several may complete before the caller goes on', async () => {
    const fs = [pending(), pending(), pending()] as const;
    const result = wait(fs, { return_when: FIRST_COMPLETED });
    fs[2].set_result(1);
    fs[0].set_result(1);
    expect([...(await result).done]).toEqual([fs[0], fs[2]]);
  });
});

describe(FIRST_EXCEPTION, () => {
  test('56: an input that has failed already ends it at once', async () => {
    const fs = [pending(), failed(), finished()];
    expect([...(await wait(fs, { return_when: FIRST_EXCEPTION })).done]).toEqual(fs.slice(1));
  });

  test('56: results and cancellations do not end it, any error does', async () => {
    for (const error of [new Error('x'), new CancelledError(), new TimeoutError(), 0]) {
      const fs = [pending(), pending(), pending(), pending()] as const;
      const result = wait(fs, { return_when: FIRST_EXCEPTION });
      fs[0].set_result(1);
      fs[1].cancel();
      fs[1].set_running_or_notify_cancel();
      expect(await isPending(result)).toBe(true);
      fs[2].set_exception(error);
      expect([...(await result).not_done]).toEqual([fs[3]]);
    }
  });

  test('56: without any error it waits for all', async () => {
    const fs = [finished(), pending(), cancelled(true)] as const;
    const result = wait(fs, { return_when: FIRST_EXCEPTION });
    expect(await isPending(result)).toBe(true);
    fs[1].set_result(1);
    expect((await result).done.size).toBe(3);
  });
});

test('57: ALL_COMPLETED counts a notified cancellation as complete', async () => {
  const fs = [cancelled(true), failed(), pending()] as const;
  const result = wait(fs);
  expect(await isPending(result)).toBe(true);
  fs[2].cancel();
  expect(await isPending(result)).toBe(true);
  fs[2].set_running_or_notify_cancel();
  expect((await result).done.size).toBe(3);
});

test.each(MODES)(
  '58: a bare cancelled future is not done before it is notified (%s)',
  async (return_when) => {
    const future = cancelled(false);
    expect(future.done()).toBe(true);
    expect((await wait([future], { timeout: 0, return_when })).not_done).toEqual(new Set([future]));
    const result = wait([future], { return_when });
    expect(await isPending(result)).toBe(true);
    future.set_running_or_notify_cancel();
    expect((await result).done).toEqual(new Set([future]));
  },
);

test('59: cancelling during the wait wakes it with the notify step only, for bare futures', async () => {
  const future = pending();
  const other = rejection(future.result());
  const result = wait([future], { return_when: FIRST_COMPLETED });
  future.cancel();
  expect(await isPending(result)).toBe(true);
  expect(await other).toBeInstanceOf(CancelledError);
  future.set_running_or_notify_cancel();
  expect((await result).done.size).toBe(1);
});

test('D5: a queued future of a pool counts as notified as soon as it is cancelled', async () => {
  const executor = new AsyncPoolExecutor(1);
  const hold = gate();
  executor.submit(() => hold.promise);
  const queued = executor.submit(() => 1);
  const result = wait([queued]);
  queued.cancel();
  expect((await result).done).toEqual(new Set([queued]));
  hold.open();
  await executor.shutdown();
});

test('60: a bad return_when is a ValueError and nothing stays attached', async () => {
  const future = pending();
  for (const input of [[future], []]) {
    const error = await rejection(wait(input, { return_when: 'bogus' as ReturnWhen }));
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toHaveProperty(
      'message',
      "Invalid return condition: 'bogus'; it is FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED",
    );
  }
  expect(waiters(future)).toBe(0);
});

test('60: an unknown keyword and a bad timeout are TypeErrors', async () => {
  expect(await rejection(wait([pending()], { return_wen: ALL_COMPLETED } as object))).toHaveProperty(
    'message',
    "wait() got an unexpected keyword argument 'return_wen'; did you mean 'return_when'?",
  );
  for (const timeout of [Number.NaN, '5']) {
    expect(await rejection(wait([pending()], timeout as number))).toBeInstanceOf(TypeError);
  }
});

test('61: the pair is a snapshot', async () => {
  const future = pending();
  const { done, not_done } = await wait([future], 0);
  future.set_result(1);
  expect([done.size, not_done.size]).toEqual([0, 1]);
});

test('62: nobody stays attached after the wait, however it ended', async () => {
  const [a, b] = [pending(), pending()];
  await wait([a, b], 0.001);
  await Promise.all([wait([a, b], 0.001), wait([b, a], { timeout: 0.002, return_when: FIRST_EXCEPTION })]);
  expect([waiters(a), waiters(b)]).toEqual([0, 0]);
  const first = wait([a, b], { return_when: FIRST_COMPLETED });
  expect([waiters(a), waiters(b)]).toEqual([1, 1]);
  a.set_result(1);
  await first;
  expect([waiters(a), waiters(b)]).toEqual([0, 0]);
});

test('63: futures may come from anywhere; what is no future is a TypeError', async () => {
  await using one = new AsyncPoolExecutor(1);
  await using two = new AsyncPoolExecutor(1);
  const fs = [one.submit(() => 1), two.submit(() => 2), finished()];
  expect((await wait(fs)).done.size).toBe(3);
  const attached = pending();
  for (const input of [[attached, 5], [attached, Promise.resolve()], 7, null, attached]) {
    expect(await rejection(wait(input as Future[]))).toBeInstanceOf(TypeError);
  }
  expect(waiters(attached)).toBe(0);
});

test('64: the constants are their own names', () => {
  expect(MODES).toEqual(['FIRST_COMPLETED', 'FIRST_EXCEPTION', 'ALL_COMPLETED']);
});

test('65: wait() does not raise the errors of calls', async () => {
  const fs = [failed(), failed('text')];
  expect((await wait(fs)).done.size).toBe(2);
  await settle();
});

test('36: the timer of a wait is gone when the wait ends', async () => {
  vi.useFakeTimers();
  const future = pending();
  const result = wait([future], 60);
  expect(vi.getTimerCount()).toBe(1);
  future.set_result(1);
  expect(vi.getTimerCount()).toBe(0);
  await result;
});
