import { afterEach, describe, expect, test, vi } from 'vitest';
import { as_completed, AsyncPoolExecutor, Future, TimeoutError } from '../../src/concurrent-futures/index.js';
import { gate, isPending, settle } from '../helpers/async.js';
import { rejection, thrown } from '../helpers/failures.js';

function pending(count: number): Future<number>[] {
  return Array.from({ length: count }, () => new Future<number>());
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`no element ${index}`);
  return value;
}

afterEach(() => {
  vi.useRealTimers();
});

test('66: yields futures, not results, each once', async () => {
  const [a, b] = pending(2) as [Future<number>, Future<number>];
  a.set_result(1);
  b.set_result(2);
  const seen: unknown[] = [];
  for await (const future of as_completed([a, b, a])) seen.push(future);
  expect(seen).toEqual([a, b]);
  expect(seen[0]).toBe(a);
});

test('66: attributes of the futures survive, and a Map gives its keys', async () => {
  await using executor = new AsyncPoolExecutor(2);
  const tagged = ['a', 'b'].map((text, i) =>
    Object.assign(
      executor.submit(() => text),
      { i },
    ),
  );
  for await (const future of as_completed(tagged)) {
    expect(await future).toBe(['a', 'b'][future.i]);
  }
  const urls = new Map(['x', 'y'].map((url) => [executor.submit(() => url.toUpperCase()), url]));
  const pairs: string[] = [];
  for await (const future of as_completed(urls)) pairs.push(`${urls.get(future) ?? ''}${await future}`);
  expect(pairs).toEqual(['xX', 'yY']);
});

test('67: nothing happens before the first next()', async () => {
  vi.useFakeTimers();
  const fs = pending(1);
  let read = 0;
  const iterator = as_completed(
    (function* () {
      read += 1;
      yield* fs;
    })(),
    { timeout: 1 },
  );
  await vi.advanceTimersByTimeAsync(5000);
  expect([read, at(fs, 0)._waiters]).toEqual([0, null]);
  at(fs, 0).set_result(1);
  expect(await iterator.next()).toEqual({ value: fs[0], done: false });
  expect(read).toBe(1);
});

test('68: the whole input is read in the first step', async () => {
  const fs = pending(3);
  at(fs, 0).set_result(1);
  let read = 0;
  const iterator = as_completed(
    (function* () {
      for (const future of fs) {
        read += 1;
        yield future;
      }
    })(),
  );
  await iterator.next();
  expect(read).toBe(3);
  await iterator.return();
});

test('69: those that are done come first, in input order', async () => {
  const fs = pending(4);
  for (const index of [3, 1, 0]) at(fs, index).set_result(index);
  const iterator = as_completed(fs);
  const first = [await iterator.next(), await iterator.next(), await iterator.next()];
  expect(first.map(({ value }) => value)).toEqual([fs[0], fs[1], fs[3]]);
  const last = iterator.next();
  expect(await isPending(last)).toBe(true);
  at(fs, 2).set_result(2);
  expect((await last).value).toBe(fs[2]);
  expect(await iterator.next()).toEqual({ value: undefined, done: true });
});

test('70: the others come in the order of their completion', async () => {
  const fs = pending(5);
  const all = as_completed(fs).toArray();
  await settle();
  const order = [3, 0, 4];
  for (const index of order) at(fs, index).set_result(index);
  await settle();
  for (const index of [2, 1]) at(fs, index).set_exception(new Error('x'));
  expect((await all).map((future) => fs.indexOf(future))).toEqual([3, 0, 4, 2, 1]);
});

test('71, 72: errors and notified cancellations come like any other, a bare cancellation must be notified first', async () => {
  const fs = pending(3);
  at(fs, 0).set_exception(new Error('x'));
  at(fs, 1).cancel();
  at(fs, 1).set_running_or_notify_cancel();
  at(fs, 2).cancel();
  const iterator = as_completed(fs);
  expect((await iterator.next()).value).toBe(fs[0]);
  expect((await iterator.next()).value).toBe(fs[1]);
  const last = iterator.next();
  expect(await isPending(last)).toBe(true);
  at(fs, 2).set_running_or_notify_cancel();
  expect((await last).value).toBe(fs[2]);
});

test('D5: a cancelled queued future of a pool is yielded at once', async () => {
  const executor = new AsyncPoolExecutor(1);
  const hold = gate();
  executor.submit(() => hold.promise);
  const queued = executor.submit(() => 1);
  const next = as_completed([queued]).next();
  await settle();
  queued.cancel();
  expect((await next).value).toBe(queued);
  hold.open();
  await executor.shutdown();
});

describe('timeouts', () => {
  test('73, 77: a TimeoutError counts the unfinished of the unique inputs, then it is over', async () => {
    vi.useFakeTimers();
    const fs = pending(3);
    at(fs, 1).set_result(1);
    const iterator = as_completed([...fs, ...fs], 5);
    expect((await iterator.next()).value).toBe(fs[1]);
    const failing = rejection(iterator.next());
    await vi.advanceTimersByTimeAsync(5000);
    const error = await failing;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toHaveProperty('message', '2 (of 3) futures unfinished');
    at(fs, 0).set_result(0);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    expect([at(fs, 2)._waiters, vi.getTimerCount()]).toEqual([null, 0]);
  });

  test.each([0, -1])(
    '74: timeout %d yields what is done and raises only if something is left',
    async (timeout) => {
      const fs = pending(2);
      at(fs, 0).set_result(0);
      const iterator = as_completed(fs, { timeout });
      expect((await iterator.next()).value).toBe(fs[0]);
      expect(await rejection(iterator.next())).toHaveProperty('message', '1 (of 2) futures unfinished');
      expect(await as_completed([at(fs, 0)], timeout).toArray()).toEqual([fs[0]]);
    },
  );

  test('75: the deadline is total, and looked at before what has completed meanwhile', async () => {
    vi.useFakeTimers();
    const fs = pending(3);
    const iterator = as_completed(fs, 10);
    const first = iterator.next();
    await vi.advanceTimersByTimeAsync(6000);
    at(fs, 0).set_result(0);
    expect((await first).value).toBe(fs[0]);
    at(fs, 1).set_result(1);
    await vi.advanceTimersByTimeAsync(6000);
    expect(await rejection(iterator.next())).toHaveProperty('message', '2 (of 3) futures unfinished');
  });

  test('76: what completed in the same moment as one that was waited for is delivered after the deadline too', async () => {
    vi.useFakeTimers();
    const fs = pending(3);
    const iterator = as_completed(fs, 10);
    const first = iterator.next();
    await vi.advanceTimersByTimeAsync(6000);
    at(fs, 2).set_result(2);
    at(fs, 0).set_result(0);
    expect((await first).value).toBe(fs[2]);
    await vi.advanceTimersByTimeAsync(6000);
    expect((await iterator.next()).value).toBe(fs[0]);
    expect(await rejection(iterator.next())).toHaveProperty('message', '1 (of 3) futures unfinished');
  });

  test('20, 21: NaN and text are TypeErrors of the first next(), an unknown keyword one of the call', async () => {
    for (const timeout of [Number.NaN, '5']) {
      const iterator = as_completed([], timeout as number);
      expect(await rejection(iterator.next())).toBeInstanceOf(TypeError);
    }
    expect(thrown(() => as_completed([], { time: 5 } as object))).toHaveProperty(
      'message',
      "as_completed() got an unexpected keyword argument 'time'",
    );
  });
});

test('78: leaving early detaches and cancels nothing', async () => {
  const fs = pending(3);
  at(fs, 0).set_result(0);
  const iterator = as_completed(fs);
  for await (const future of iterator) {
    expect(future).toBe(fs[0]);
    expect(at(fs, 1)._waiters).not.toBeNull();
    break;
  }
  expect(fs.map((future) => [future._waiters, future.cancelled()])).toEqual(fs.map(() => [null, false]));
  expect(await iterator.next()).toEqual({ value: undefined, done: true });
});

test('78: return() and the end of an `await using` block end a next() that waits', async () => {
  const fs = pending(1);
  const iterator = as_completed(fs);
  const next = iterator.next();
  await settle();
  expect(await iterator.return()).toEqual({ value: undefined, done: true });
  expect(await next).toEqual({ value: undefined, done: true });
  {
    await using disposed = as_completed(fs);
    void disposed.next();
    expect(at(fs, 0)._waiters).not.toBeNull();
  }
  expect(at(fs, 0)._waiters).toBeNull();
});

test('79: two iterators over the same futures are independent', async () => {
  const fs = pending(3);
  const both = [as_completed(fs).toArray(), as_completed(fs).toArray()];
  await settle();
  for (const index of [2, 0, 1]) at(fs, index).set_result(index);
  for (const all of await Promise.all(both)) expect(all.map((f) => fs.indexOf(f))).toEqual([2, 0, 1]);
});

test('several next() at once are served in order', async () => {
  const fs = pending(2);
  const iterator = as_completed(fs);
  const answers = Promise.all([iterator.next(), iterator.next(), iterator.next()]);
  await settle();
  at(fs, 1).set_result(1);
  await settle();
  at(fs, 0).set_result(0);
  expect((await answers).map(({ value }) => value)).toEqual([fs[1], fs[0], undefined]);
});

test('80: what is no future fails the first next(), and nothing stays attached', async () => {
  const [future] = pending(1) as [Future<number>];
  for (const input of [[future, 5], 7, null, future, { future }]) {
    const iterator = as_completed(input as Future[]);
    expect(await rejection(iterator.next())).toBeInstanceOf(TypeError);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  }
  const error = new Error('input');
  const iterator = as_completed(
    (function* () {
      yield future;
      throw error;
    })(),
  );
  expect(await rejection(iterator.next())).toBe(error);
  expect(future._waiters).toBeNull();
});

test.each([undefined, 0, -1, 5])('82: an empty input ends at once, with a timeout of %o', async (timeout) => {
  expect(await as_completed([], timeout).toArray()).toEqual([]);
});
