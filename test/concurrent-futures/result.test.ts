import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  AsyncPoolExecutor,
  CancelledError,
  Future,
  TimeoutError,
} from '../../src/concurrent-futures/index.js';
import { gate, isPending } from '../helpers/async.js';
import { rejection } from '../helpers/failures.js';

function finished<T>(value: T): Future<T> {
  const future = new Future<T>();
  future.set_result(value);
  return future;
}

function failed(error: unknown): Future<number> {
  const future = new Future<number>();
  future.set_exception(error);
  return future;
}

function cancelled(notify: boolean): Future<number> {
  const future = new Future<number>();
  future.cancel();
  if (notify) future.set_running_or_notify_cancel();
  return future;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('outcomes', () => {
  test('16: a finished future gives its value and no exception', async () => {
    const value = {};
    expect(await finished(value).result()).toBe(value);
    expect(await finished(value).exception()).toBeNull();
  });

  test('16: a failed future gives that very error every time, with its cause untouched', async () => {
    const cause = new Error('deep');
    const error = new TypeError('bad', { cause });
    const future = failed(error);
    for (let time = 0; time < 2; time += 1) {
      expect(await rejection(future.result())).toBe(error);
      expect(await future.exception()).toBe(error);
    }
    expect(error.cause).toBe(cause);
  });

  test.each([false, true])(
    '17: a cancelled future (notified: %s) raises CancelledError whatever the timeout',
    async (notify) => {
      const future = cancelled(notify);
      for (const timeout of [undefined, 0, -1, 5]) {
        expect(await rejection(future.result(timeout))).toBeInstanceOf(CancelledError);
        expect(await rejection(future.exception(timeout))).toBeInstanceOf(CancelledError);
      }
    },
  );

  test('28: exception() returns the error of the call and does not raise it', async () => {
    expect(await failed(new TimeoutError()).exception()).toBeInstanceOf(TimeoutError);
  });

  test('29: a call that throws CancelledError or TimeoutError has failed, it was not cancelled', async () => {
    await using executor = new AsyncPoolExecutor(1);
    for (const error of [new CancelledError(), new TimeoutError()]) {
      const future = executor.submit(() => {
        throw error;
      });
      expect(await future.exception()).toBe(error);
      expect(future.cancelled()).toBe(false);
      expect(future.done()).toBe(true);
      expect(await rejection(future.result(5))).toBe(error);
    }
  });

  test('30: set_exception() refuses null and undefined and keeps anything else as it is', async () => {
    const future = new Future();
    expect(() => {
      future.set_exception(null);
    }).toThrow(TypeError);
    expect(() => {
      future.set_exception(undefined);
    }).toThrow(TypeError);
    expect(future.done()).toBe(false);
    future.set_exception('text');
    expect(await rejection(future.result())).toBe('text');
    expect(await future.exception()).toBe('text');
  });

  test.each([0, '', false, Number.NaN])('31: the falsy %o fails a call as well', async (value) => {
    await using executor = new AsyncPoolExecutor(1);
    const future = executor.submit(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the odd throw is what is tested
      throw value;
    });
    expect(await future.exception()).toBe(value);
    expect(await rejection(future)).toBe(value);
  });

  test.each([undefined, null])(
    '31: throwing %o fails the call with an error that tells so',
    async (value) => {
      await using executor = new AsyncPoolExecutor(1);
      const future = executor.submit(() => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- the odd throw is what is tested
        throw value;
      });
      const error = await future.exception();
      expect(error).toBeInstanceOf(Error);
      expect(error).toHaveProperty('cause', value);
      expect(error?.message).toContain(String(value));
    },
  );

  test('32: an error can be a result', async () => {
    const value = new Error('a value');
    expect(await finished(value).result()).toBe(value);
    expect(await finished(value).exception()).toBeNull();
  });

  test('33: set_result() stores a future or a promise as it is; awaiting it flattens', async () => {
    const inner = finished(1);
    const outer = finished<unknown>(inner);
    expect(outer.result_now()).toBe(inner);
    expect(await outer.result()).toBe(1);
  });

  test('33, 34: what a call returns is awaited: promises, thenables, futures', async () => {
    await using executor = new AsyncPoolExecutor(3);
    const inner = new Future<string>();
    const outer = executor.submit(() => inner);
    const thenable = executor.submit(() => ({
      then: (resolve: (value: number) => void) => {
        resolve(7);
      },
    }));
    const rejected = executor.submit(() => Promise.reject(new RangeError('later')));
    expect(await thenable).toBe(7);
    expect(await rejected.exception()).toBeInstanceOf(RangeError);
    expect(outer.running()).toBe(true);
    inner.set_result('done');
    expect(await outer).toBe('done');
    expect(outer.result_now()).toBe('done');
  });

  test('35: whatever a call throws is its outcome and the worker goes on', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const hostile = executor.submit(() => ({
      get then(): never {
        throw new EvalError('then');
      },
    }));
    expect(await hostile.exception()).toBeInstanceOf(EvalError);
    expect(await executor.submit(() => 'next')).toBe('next');
  });
});

describe('timeouts', () => {
  test.each([0, -1, -Infinity, -0.001])(
    '18: with a timeout of %d nothing is waited for, not even a timer',
    async (timeout) => {
      vi.useFakeTimers();
      const future = new Future();
      expect(await rejection(future.result(timeout))).toBeInstanceOf(TimeoutError);
      expect(await rejection(future.exception(timeout))).toBeInstanceOf(TimeoutError);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test('18: it is decided at the call', async () => {
    const future = new Future<number>();
    const result = future.result(0);
    future.set_result(1);
    expect(await rejection(result)).toBeInstanceOf(TimeoutError);
  });

  test('19: a done future does not look at its timeout', async () => {
    const odd = 'x' as unknown as number;
    expect(await finished(1).result(-1)).toBe(1);
    expect(await finished(1).result(odd)).toBe(1);
    expect(await finished(1).exception(Number.NaN)).toBeNull();
    expect(await rejection(failed('e').result(odd))).toBe('e');
  });

  test.each([undefined, null, Infinity])('20, 21: a timeout of %o is no limit', async (timeout) => {
    vi.useFakeTimers();
    const future = new Future<number>();
    const result = future.result(timeout);
    expect(vi.getTimerCount()).toBe(0);
    future.set_result(1);
    expect(await result).toBe(1);
  });

  test.each(['1', Number.NaN, true, 1n, []])('20, 21: a timeout of %o is a TypeError', async (timeout) => {
    expect(await rejection(new Future().result(timeout as number))).toBeInstanceOf(TypeError);
    expect(await rejection(new Future().exception(timeout as number))).toBeInstanceOf(TypeError);
  });

  test('20: fractions of seconds count, and the keyword form is the same', async () => {
    vi.useFakeTimers();
    for (const timeout of [0.25, { timeout: 0.25 }]) {
      const errors: unknown[] = [];
      new Future().result(timeout).catch((error: unknown) => errors.push(error));
      await vi.advanceTimersByTimeAsync(249);
      expect(errors).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(errors).toEqual([expect.any(TimeoutError)]);
    }
  });

  test('20: an unknown keyword is named', async () => {
    const error = await rejection(new Future().result({ timeuot: 1 } as object));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toHaveProperty('message', expect.stringContaining("'timeuot'"));
  });

  test('21: a timeout beyond what setTimeout can do is really waited for', async () => {
    vi.useFakeTimers();
    const month = 60 * 60 * 24 * 30;
    let timedOut = false;
    new Future().result(month).catch(() => {
      timedOut = true;
    });
    await vi.advanceTimersByTimeAsync((month - 1) * 1000);
    expect(timedOut).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(timedOut).toBe(true);
  });

  test('22: a timeout does not affect the call', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const answer = gate<string>();
    const future = executor.submit(() => answer.promise);
    expect(await rejection(future.result(0.005))).toBeInstanceOf(TimeoutError);
    expect(future.running()).toBe(true);
    answer.open('late');
    expect(await future.result(5)).toBe('late');
  });

  test('22: a wait that timed out leaves nothing behind on the future', async () => {
    const future = new Future();
    await rejection(Promise.all([future.result(0.001), future.exception(0.001)]));
    await rejection(future.result(0.002));
    expect(future._waiters).toSatisfy(
      (waiters: unknown) => waiters === null || (waiters as Set<unknown>).size === 0,
    );
  });

  test('23: completion in the last moment wins over the timeout', async () => {
    vi.useFakeTimers();
    const future = new Future<number>();
    const result = future.result(1);
    setTimeout(() => {
      future.set_result(1);
    }, 999.5);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await result).toBe(1);
  });

  test.each(['result', 'exception'] as const)(
    '24: cancel() wakes %s() at once, without the notify step',
    async (read) => {
      const future = new Future();
      const waiting = Promise.all([rejection(future[read]()), rejection(future[read](60))]);
      future.cancel();
      expect(await waiting).toEqual([expect.any(CancelledError), expect.any(CancelledError)]);
    },
  );

  test('25: any number of waiters get the same outcome, each by a promise of its own', async () => {
    const future = new Future<object>();
    const waiting = Array.from({ length: 5 }, () => future.result());
    expect(new Set(waiting).size).toBe(5);
    const value = {};
    future.set_result(value);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([value]));
  });

  test('26: exception() of a running call waits, by the same rules', async () => {
    const future = new Future();
    future.set_running_or_notify_cancel();
    expect(await rejection(future.exception(0.002))).toBeInstanceOf(TimeoutError);
    const waiting = future.exception();
    expect(await isPending(waiting)).toBe(true);
    const error = new Error('x');
    future.set_exception(error);
    expect(await waiting).toBe(error);
  });

  test('36: the timer behind a wait is gone as soon as the wait ends', async () => {
    vi.useFakeTimers();
    const future = new Future<number>();
    const waiting = [future.result(30), future.exception(30), future.result({ timeout: 60 })];
    expect(vi.getTimerCount()).toBe(3);
    future.set_result(1);
    expect(vi.getTimerCount()).toBe(0);
    await Promise.all(waiting);
  });
});
