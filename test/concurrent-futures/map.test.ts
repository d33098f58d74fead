import { afterEach, describe, expect, test, vi } from 'vitest';
import { RuntimeError, ValueError } from '../../src/builtins/index.js';
import {
  AsyncPoolExecutor,
  CancelledError,
  Executor,
  Future,
  TimeoutError,
} from '../../src/concurrent-futures/index.js';
import { gate, isPending, settle } from '../helpers/async.js';
import { rejection, thrown } from '../helpers/failures.js';

/** Leaves every submitted call to the test. */
class Manual extends Executor {
  readonly calls: { args: unknown[]; future: Future<never> }[] = [];
  refuse: Error | null = null;

  override submit<A extends unknown[], R>(_fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
    if (this.refuse !== null) throw this.refuse;
    const future = new Future<never>();
    this.calls.push({ args, future });
    return future;
  }

  get inputs(): unknown[] {
    return this.calls.map(({ args }) => (args.length === 1 ? args[0] : args));
  }

  get cancelled(): unknown[] {
    return this.calls.filter(({ future }) => future.cancelled()).map(({ args }) => args[0]);
  }

  finish(index: number, value: unknown): void {
    this.calls[index]?.future.set_result(value as never);
  }

  fail(index: number, error: unknown): void {
    this.calls[index]?.future.set_exception(error);
  }
}

function* naturals(): Generator<number> {
  for (let n = 0; ; n += 1) yield n;
}

async function* asynchronous<T>(values: Iterable<T>): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}

/** The type of the function that the manual executor never calls. */
const identity = <T>(value: T): T => value;

afterEach(() => {
  vi.useRealTimers();
});

describe('results', () => {
  test('101: come in input order, whatever the order of completion, and once', async () => {
    const executor = new Manual();
    const iterator = executor.map(identity, ['a', 'b', 'c']);
    for (const index of [2, 0, 1]) executor.finish(index, index);
    const seen: unknown[] = [];
    for await (const result of iterator) seen.push(result);
    expect(seen).toEqual([0, 1, 2]);
    expect(await iterator.toArray()).toEqual([]);
    expect(iterator[Symbol.asyncIterator]()).toBe(iterator);
  });

  test('101: promises of the calls are awaited', async () => {
    await using executor = new AsyncPoolExecutor(2);
    const results = executor.map((n: number) => Promise.resolve(n * 2), [1, 2, 3]);
    expect(await results.toArray()).toEqual([2, 4, 6]);
  });

  test('several next() at once get the results in order', async () => {
    const executor = new Manual();
    const iterator = executor.map(identity, [0, 1]);
    const answers = Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    executor.finish(1, 'b');
    await settle();
    executor.finish(0, 'a');
    expect((await answers).map(({ value }) => value)).toEqual(['a', 'b', undefined]);
  });
});

describe('submission', () => {
  test('102: everything is submitted during the call, and runs even if nobody reads', async () => {
    const ran: number[] = [];
    const executor = new AsyncPoolExecutor(2);
    executor.map((n) => ran.push(n), [1, 2, 3, 4]);
    expect([executor.running, executor.queued]).toEqual([2, 2]);
    await executor.shutdown();
    expect(ran).toEqual([1, 2, 3, 4]);
  });

  test('103: errors of the call are thrown by the call', async () => {
    const executor = new AsyncPoolExecutor(1);
    for (const input of [5, null, Promise.resolve([]), new Date()]) {
      expect(thrown(() => executor.map(identity, input as never, [1]))).toBeInstanceOf(TypeError);
    }
    expect(thrown(() => executor.map(identity, new Date() as never))).toHaveProperty(
      'message',
      'map() argument 2 must be iterable, got Date',
    );
    await executor.shutdown();
    expect(thrown(() => executor.map(identity, [1]))).toBeInstanceOf(RuntimeError);
    expect(await executor.map(identity, []).toArray()).toEqual([]);
  });

  test('an input that is iterable both ways, and refuses to be read at once, is awaited', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const refusing = {
      [Symbol.iterator](): never {
        throw new Error('not yet');
      },
      async *[Symbol.asyncIterator](): AsyncGenerator<number> {
        yield* await Promise.resolve([1, 2]);
      },
    };
    expect(await executor.map(identity, refusing).toArray()).toEqual([1, 2]);
    expect(await executor.map(identity, executor.map(identity, [3])).toArray()).toEqual([3]);
  });

  test('103: what an input throws is thrown by the call, and what was submitted stays submitted', () => {
    const executor = new Manual();
    const error = new Error('input');
    const inputs = function* (): Generator<number> {
      yield 1;
      throw error;
    };
    expect(thrown(() => executor.map(identity, inputs()))).toBe(error);
    expect(executor.inputs).toEqual([1]);
    expect(executor.cancelled).toEqual([]);
  });

  test('104: iterables are taken side by side until the shortest ends; earlier ones lose an element', () => {
    const executor = new Manual();
    const first = naturals();
    executor.map(
      (a, b, c, d, e) => [a, b, c, d, e],
      first,
      'xyz',
      new Set([true, false]),
      naturals(),
      [1, 2, 3],
    );
    expect(executor.calls.map(({ args }) => args)).toEqual([
      [0, 'x', true, 0, 1],
      [1, 'y', false, 1, 2],
    ]);
    // Read up to the third row, which the Set did not have; not closed, so the caller may read on.
    expect(first.next()).toEqual({ value: 3, done: false });
  });

  test('104: no iterables give no results', async () => {
    const executor = new Manual();
    expect(await executor.map(() => 1).toArray()).toEqual([]);
    expect(await executor.map(() => 1, { timeout: 1 }).toArray()).toEqual([]);
    expect(executor.calls).toEqual([]);
  });

  test('D9: a trailing object that is not iterable is the options; text and Maps are inputs', () => {
    const executor = new Manual();
    executor.map((a, b) => [a, b], [1], 'ab', { timeout: null });
    executor.map((pair) => pair, new Map([[1, 2]]));
    executor.map(identity, [3], undefined);
    executor.map(identity, [4], null);
    expect(executor.inputs).toEqual([[1, 'a'], [1, 2], 3, 4]);
    expect(thrown(() => executor.map(identity, [1], { buffer_size: 1 } as object))).toHaveProperty(
      'message',
      "map() got an unexpected keyword argument 'buffer_size'; did you mean 'buffersize'?",
    );
  });

  test.each([0, -1, 'x'])('110: chunksize %o is ignored', async (chunksize) => {
    await using executor = new AsyncPoolExecutor(1);
    expect(await executor.map(identity, [1], { chunksize: chunksize as number }).toArray()).toEqual([1]);
  });
});

describe('timeout', () => {
  test('105: counts from the call, and what is there is handed out even later', async () => {
    vi.useFakeTimers();
    const executor = new Manual();
    const iterator = executor.map(identity, ['a', 'b', 'c'], { timeout: 10 });
    executor.finish(0, 0);
    executor.finish(1, 1);
    await vi.advanceTimersByTimeAsync(6000);
    expect(await iterator.next()).toEqual({ value: 0, done: false });
    await vi.advanceTimersByTimeAsync(6000);
    expect(await iterator.next()).toEqual({ value: 1, done: false });
    const error = await rejection(iterator.next());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toHaveProperty('message', '');
  });

  test('106: on timeout this and all later elements are cancelled, and the iterator is exhausted', async () => {
    vi.useFakeTimers();
    const executor = new Manual();
    const iterator = executor.map(identity, ['a', 'b', 'c', 'd'], { timeout: 1 });
    executor.finish(0, 0);
    await iterator.next();
    executor.calls[2]?.future.set_running_or_notify_cancel();
    const failing = rejection(iterator.next());
    await vi.advanceTimersByTimeAsync(1000);
    expect(await failing).toBeInstanceOf(TimeoutError);
    expect(executor.cancelled).toEqual(['b', 'd']);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([Number.NaN, '1'])('21: a timeout of %o is a TypeError of the call', (timeout) => {
    expect(() => new Manual().map(identity, [1], { timeout: timeout as number })).toThrow(TypeError);
  });
});

describe('failing and leaving', () => {
  test('107, D6: an error is raised at its position, the rest is cancelled, and the iterator ends', async () => {
    const executor = new Manual();
    const iterator = executor.map(identity, ['a', 'b', 'c', 'd']);
    const error = new Error('b failed');
    executor.finish(0, 0);
    executor.fail(1, error);
    executor.finish(2, 2);
    expect((await iterator.next()).value).toBe(0);
    expect(await rejection(iterator.next())).toBe(error);
    expect(executor.cancelled).toEqual(['d']);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });

  test('108: an element cancelled from outside raises CancelledError at its position and ends it', async () => {
    const executor = new Manual();
    const iterator = executor.map(identity, ['a', 'b']);
    executor.calls[0]?.future.cancel();
    expect(await rejection(iterator.next())).toBeInstanceOf(CancelledError);
    expect(executor.cancelled).toEqual(['a', 'b']);
  });

  test('109: break cancels the rest', async () => {
    const executor = new Manual();
    const iterator = executor.map(identity, ['a', 'b', 'c']);
    executor.finish(0, 0);
    for await (const result of iterator) {
      expect(result).toBe(0);
      break;
    }
    expect(executor.cancelled).toEqual(['b', 'c']);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });

  test('109: so does the end of an `await using` block; before the first next() nothing is cancelled', async () => {
    const executor = new Manual();
    {
      await using iterator = executor.map(identity, ['a', 'b']);
      executor.finish(0, 0);
      await iterator.next();
    }
    expect(executor.cancelled).toEqual(['b']);
    const unread = executor.map(identity, ['c']);
    await unread.return();
    expect(executor.cancelled).toEqual(['b']);
    expect(await unread.next()).toEqual({ value: undefined, done: true });
  });
});

describe('buffersize', () => {
  test.each([1.5, '2', true, Number.NaN])('111: %o is a TypeError of the call', (buffersize) => {
    const error = thrown(() => new Manual().map(identity, [1], { buffersize: buffersize as number }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toHaveProperty('message', 'buffersize must be an integer or None');
  });

  test.each([0, -1])('111: %d is a ValueError of the call', (buffersize) => {
    const error = thrown(() => new Manual().map(identity, [1], { buffersize }));
    expect(error).toBeInstanceOf(ValueError);
    expect(error).toHaveProperty('message', 'buffersize must be None or > 0');
  });

  test('112: that many are read at the call, one more at each next() before it waits; infinite inputs work', async () => {
    const executor = new Manual();
    const iterator = executor.map(identity, naturals(), { buffersize: 2 });
    expect(executor.inputs).toEqual([0, 1]);
    const first = iterator.next();
    expect(executor.inputs).toEqual([0, 1, 2]);
    expect(await isPending(first)).toBe(true);
    executor.finish(0, 'zero');
    expect((await first).value).toBe('zero');
    executor.finish(1, 'one');
    expect((await iterator.next()).value).toBe('one');
    expect(executor.inputs).toEqual([0, 1, 2, 3]);
    await iterator.return();
    expect(executor.cancelled).toEqual([2, 3]);
  });

  test('112: a finite input ends as usual', async () => {
    await using executor = new AsyncPoolExecutor(2);
    for (const buffersize of [1, 3, 10]) {
      expect(await executor.map((n) => n * 2, [1, 2, 3], { buffersize }).toArray()).toEqual([2, 4, 6]);
    }
  });

  test('113: after a shutdown the buffered results come first, then RuntimeError', async () => {
    const executor = new AsyncPoolExecutor(1);
    const iterator = executor.map(identity, naturals(), { buffersize: 2 });
    await executor.shutdown();
    expect((await iterator.next()).value).toBe(0);
    expect((await iterator.next()).value).toBe(1);
    expect(await rejection(iterator.next())).toBeInstanceOf(RuntimeError);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });

  test('114: what an input throws comes after the results before it', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const error = new Error('input');
    const inputs = function* (): Generator<number> {
      yield 1;
      yield 2;
      throw error;
    };
    const iterator = executor.map(identity, inputs(), { buffersize: 1 });
    expect((await iterator.next()).value).toBe(1);
    expect((await iterator.next()).value).toBe(2);
    expect(await rejection(iterator.next())).toBe(error);
  });
});

describe('async inputs', () => {
  test('are read eagerly in the background, beside sync ones, until the shortest ends', async () => {
    const executor = new Manual();
    executor.map((a, b) => [a, b], naturals(), asynchronous('abc'));
    await settle();
    expect(executor.inputs).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
  });

  test('give results in order, and the iterator waits for inputs that are slow', async () => {
    await using executor = new AsyncPoolExecutor(2);
    const hold = gate();
    const inputs = async function* (): AsyncGenerator<number> {
      yield 1;
      await hold.promise;
      yield 2;
    };
    const iterator = executor.map((n) => n * 2, inputs());
    expect((await iterator.next()).value).toBe(2);
    const second = iterator.next();
    expect(await isPending(second)).toBe(true);
    hold.open();
    expect((await second).value).toBe(4);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
    expect(await executor.map(identity, asynchronous([])).toArray()).toEqual([]);
  });

  test('with buffersize no more is read than asked for', async () => {
    const executor = new Manual();
    const iterator = executor.map(identity, asynchronous(naturals()), { buffersize: 2 });
    await settle();
    expect(executor.inputs).toEqual([0, 1]);
    const first = iterator.next();
    await settle();
    expect(executor.inputs).toEqual([0, 1, 2]);
    executor.finish(0, 'zero');
    expect((await first).value).toBe('zero');
    await iterator.return();
    await settle();
    expect(executor.inputs).toEqual([0, 1, 2]);
    expect(executor.cancelled).toEqual([1, 2]);
  });

  test('an element that arrives after return() is not submitted', async () => {
    const executor = new Manual();
    const hold = gate();
    const inputs = async function* (): AsyncGenerator<number> {
      await hold.promise;
      yield 1;
    };
    const iterator = executor.map(identity, inputs());
    await iterator.return();
    hold.open();
    await settle();
    expect(executor.inputs).toEqual([]);
  });

  test('a ready result does not wait for the next input', async () => {
    const executor = new Manual();
    const inputs = async function* (): AsyncGenerator<number> {
      yield 0;
      await new Promise(() => undefined);
    };
    const iterator = executor.map(identity, inputs(), { buffersize: 1 });
    await settle();
    executor.finish(0, 'zero');
    expect((await iterator.next()).value).toBe('zero');
  });

  test('what an input throws comes at its position; unread it is silent', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const error = new Error('input');
    const inputs = async function* (): AsyncGenerator<number> {
      yield 1;
      await settle();
      throw error;
    };
    executor.map(identity, inputs());
    const iterator = executor.map(identity, inputs());
    expect((await iterator.next()).value).toBe(1);
    expect(await rejection(iterator.next())).toBe(error);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });

  test('the timeout covers waiting for inputs', async () => {
    vi.useFakeTimers();
    const never = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => undefined) }),
    };
    const iterator = new Manual().map(identity, never, { timeout: 5 });
    const failing = rejection(iterator.next());
    await vi.advanceTimersByTimeAsync(5000);
    expect(await failing).toBeInstanceOf(TimeoutError);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('return() ends a next() that waits for an input', async () => {
    const never = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => undefined) }),
    };
    const iterator = new Manual().map(identity, never);
    const next = iterator.next();
    await settle();
    await iterator.return();
    expect(await next).toEqual({ value: undefined, done: true });
  });
});
