import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../src/builtins/index.js';
import { currentAbortToken } from '../../src/concurrent-futures/call-context.js';
import {
  abort_signal,
  AsyncPoolExecutor,
  CancelledError,
  Future,
  wait,
} from '../../src/concurrent-futures/index.js';
import { gate, settle } from '../helpers/async.js';
import { rejection, thrown } from '../helpers/failures.js';

/** Settles when its signal is aborted. */
function untilAborted(): Promise<never> {
  const signal = abort_signal();
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

describe('a pending future', () => {
  test('is cancelled, and the reason becomes the cause of the CancelledError', async () => {
    const future = new Future();
    const reason = new Error('no longer wanted');
    expect(future.abort(reason)).toBe(true);
    expect(future.cancelled()).toBe(true);
    for (const read of [future.result(), future.exception(), future]) {
      const error = await rejection(read);
      expect(error).toBeInstanceOf(CancelledError);
      expect(error).toHaveProperty('cause', reason);
    }
  });

  test('leaves its queue at once', async () => {
    const executor = new AsyncPoolExecutor(1);
    const hold = gate();
    executor.submit(() => hold.promise);
    let called = false;
    const queued = executor.submit(() => (called = true));
    expect(queued.abort()).toBe(true);
    expect(executor.queued).toBe(0);
    expect(await rejection(queued)).not.toHaveProperty('cause');
    hold.open();
    await executor.shutdown();
    expect(called).toBe(false);
  });

  test('respects a subclass that refuses to be cancelled', async () => {
    class Stubborn<T> extends Future<T> {
      override cancel(): boolean {
        return false;
      }
    }
    const future = new Stubborn<number>();
    expect(future.abort('why')).toBe(false);
    future.set_result(1);
    expect(await future).toBe(1);
  });
});

describe('a running call', () => {
  test('is told through its signal, and what it makes of it is the outcome', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const future = executor.submit(untilAborted);
    await settle();
    expect(future.cancel()).toBe(false);
    const reason = new Error('stop');
    expect(future.abort(reason)).toBe(true);
    expect(future.running()).toBe(true);
    expect(await future.exception()).toBe(reason);
    expect(future.cancelled()).toBe(false);
  });

  test('without a reason gets the usual AbortError', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const future = executor.submit(untilAborted);
    await settle();
    future.abort();
    expect(await future.exception()).toHaveProperty('name', 'AbortError');
  });

  test('that never asked for its signal is left alone', async () => {
    await using executor = new AsyncPoolExecutor(1);
    const hold = gate<string>();
    const future = executor.submit(() => hold.promise);
    await settle();
    expect(future.abort('x')).toBe(false);
    hold.open('finished');
    expect(await future).toBe('finished');
  });

  test('whose function has not been called is withdrawn, although it counts as running', async () => {
    const executor = new AsyncPoolExecutor(1);
    let called = false;
    const future = executor.submit(() => (called = true));
    const next = executor.submit(() => 'next');
    expect([future.running(), future.cancel(), executor.queued]).toEqual([true, false, 1]);
    const waiting = wait([future]);
    expect(future.abort('reason')).toBe(true);
    expect(future.cancelled()).toBe(true);
    expect((await waiting).done.size).toBe(1);
    expect(await rejection(future)).toMatchObject({ name: 'CancelledError', cause: 'reason' });
    expect(await next).toBe('next');
    await executor.shutdown();
    expect(called).toBe(false);
  });

  test('the same while its worker is being initialized', async () => {
    const hold = gate();
    const executor = new AsyncPoolExecutor({ max_workers: 1, initializer: () => hold.promise });
    let called = false;
    const future = executor.submit(() => (called = true));
    await settle();
    expect(future.abort()).toBe(true);
    hold.open();
    await executor.shutdown();
    expect(called).toBe(false);
  });

  test("set_abort_handler() is the executor's side; it is forgotten when the call is done", () => {
    const future = new Future<number>();
    future.set_running_or_notify_cancel();
    const reasons: unknown[] = [];
    expect(future.abort(1)).toBe(false);
    future.set_abort_handler((reason) => reasons.push(reason));
    expect([future.abort(2), future.abort(3)]).toEqual([true, true]);
    future.set_abort_handler(null);
    expect(future.abort(4)).toBe(false);
    future.set_abort_handler((reason) => reasons.push(reason));
    future.set_result(1);
    expect(future.abort(5)).toBe(false);
    future.set_abort_handler((reason) => reasons.push(reason));
    expect(future.abort(6)).toBe(false);
    expect(reasons).toEqual([2, 3]);
    expect(future._abortHandler).toBeNull();
  });
});

test('a done future cannot be aborted', () => {
  const finished = new Future<number>();
  finished.set_result(1);
  const cancelled = new Future();
  cancelled.cancel();
  expect([finished.abort(), cancelled.abort('late')]).toEqual([false, false]);
  expect(thrown(() => cancelled.result_now())).not.toHaveProperty('cause');
});

describe('the current call', () => {
  test('abort_signal() outside of a call, or after its first await, is a RuntimeError', async () => {
    expect(() => abort_signal()).toThrow(RuntimeError);
    expect(currentAbortToken()).toBeNull();
    await using executor = new AsyncPoolExecutor(1);
    const future = executor.submit(async () => {
      await settle();
      return abort_signal();
    });
    expect(await future.exception()).toBeInstanceOf(RuntimeError);
    expect(
      await executor
        .submit(() => {
          throw new Error('x');
        })
        .exception(),
    ).toBeInstanceOf(Error);
    expect(() => abort_signal()).toThrow('before its first await');
  });

  test('one call has one token and one signal, each call its own', async () => {
    await using executor = new AsyncPoolExecutor(2);
    const look = () => ({ token: currentAbortToken(), again: currentAbortToken(), signal: abort_signal() });
    const [one, two] = await Promise.all([executor.submit(look), executor.submit(look)]);
    expect(one.again).toBe(one.token);
    expect(one.token?.signal).toBe(one.signal);
    expect(two.token).not.toBe(one.token);
  });
});
