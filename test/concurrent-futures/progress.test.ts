import { expect, test } from 'vitest';
import { as_completed, Future, type Progress } from '../../src/concurrent-futures/index.js';
import { rejection } from '../helpers/failures.js';
import { captureLog } from '../helpers/log.js';

const log = captureLog();

test('on_progress tells how many of how many were handed out, how fast, and how long the others take', async () => {
  const futures = [new Future<number>(), new Future<number>(), new Future<number>()];
  const seen: Progress[] = [];
  const iterator = as_completed(futures, { on_progress: (progress) => seen.push(progress) });
  expect(seen).toEqual([]);
  futures[1]?.set_result(1);
  await iterator.next();
  expect(seen.map(({ done, total }) => [done, total])).toEqual([
    [0, 3],
    [1, 3],
  ]);
  expect(seen[0]).toMatchObject({ rate: 0, remaining: null });
  setImmediate(() => {
    futures[0]?.set_exception(new Error('failed'));
    futures[2]?.cancel();
    futures[2]?.set_running_or_notify_cancel();
  });
  await iterator.next();
  await iterator.next();
  expect((await iterator.next()).done).toBe(true);
  expect(seen.map(({ done }) => done)).toEqual([0, 1, 2, 3]);
  expect(seen[2]?.rate).toBeGreaterThan(0);
  expect(seen[2]?.remaining).toBeCloseTo(1 / (seen[2]?.rate ?? 0));
  expect(seen[3]?.remaining).toBe(0);
});

test('what on_progress throws rejects the next()', async () => {
  const future = new Future<number>();
  future.set_result(1);
  const iterator = as_completed([future], {
    on_progress: () => {
      throw new Error('no terminal');
    },
  });
  expect(await rejection(iterator.next())).toMatchObject({ message: 'no terminal' });
});

test('what an async on_progress rejects with is logged, as that of a done callback, and the loop goes on', async () => {
  const future = new Future<number>();
  future.set_result(1);
  const failures = [new Error('no terminal'), new Error('still none')];
  const iterator = as_completed([future], {
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- what a user writes
    on_progress: ({ done }) => Promise.reject(failures[done] as Error),
  });
  expect(await iterator.next()).toEqual({ value: future, done: false });
  expect(await iterator.next()).toEqual({ value: undefined, done: true });
  expect(log).toEqual(
    failures.map((error) => ({
      level: 'error',
      name: 'concurrent.futures',
      message: 'exception calling on_progress',
      error,
    })),
  );
});

test('the timeout goes beside it, and other names and values are refused', async () => {
  const iterator = as_completed([new Future()], { timeout: 0, on_progress: () => undefined });
  expect((await rejection(iterator.next())) as Error).toMatchObject({
    message: '1 (of 1) futures unfinished',
  });
  expect(() => as_completed([], { on_progres: 1 } as object)).toThrow("'on_progres'");
  expect(() => as_completed([], { on_progress: 1 } as object)).toThrow('on_progress must be a function, got');
});
