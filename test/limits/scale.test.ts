import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { Limiter, parseLimits } from '../../src/limits/index.js';
import { FakeClock, TestTurn } from './fake-clock.js';

function limiterOf(clock: FakeClock): Limiter {
  return new Limiter(parseLimits('limits', { per_second: 5, limit_per_host: 4 }).settings, clock);
}

/** Seconds of CPU that `work` takes for one, at best of three. */
function perItem(count: number, work: (count: number) => void): number {
  const times = [1, 2, 3].map(() => {
    const { user } = process.cpuUsage();
    work(count);
    return (process.cpuUsage().user - user) / count;
  });
  return Math.min(...times);
}

test('a hundred thousand over ten thousand keys cost as much each as ten thousand over a thousand', () => {
  const work = (count: number): void => {
    const clock = new FakeClock();
    const limiter = limiterOf(clock);
    let started = 0;
    const begin = (turn: TestTurn): void => {
      started += 1;
      limiter.written(turn);
      limiter.leave(turn);
    };
    for (let i = 0; i < count; i += 1) limiter.enter(new TestTurn(begin), `k${i % (count / 10)}`);
    clock.advance(10);
    expect([started, limiter.queued, limiter.size]).toEqual([count, 0, 0]);
  };
  work(10_000);
  // A scan would make it ten times as much; the heap is deeper, and caches are smaller than memory.
  expect(perItem(100_000, work)).toBeLessThan(5 * perItem(10_000, work));
});

test('cancelling all of one key, in any order, costs as much each for many as for few', () => {
  const work = (count: number): void => {
    const limiter = limiterOf(new FakeClock());
    const turns = Array.from({ length: count }, () => new TestTurn());
    for (const turn of turns) limiter.enter(turn, 'k');
    for (let i = 0; i < count; i += 1) limiter.leave(turns[(i * 7919) % count] as TestTurn);
    expect([limiter.queued, limiter.running]).toEqual([0, 0]);
  };
  work(10_000);
  expect(perItem(100_000, work)).toBeLessThan(5 * perItem(10_000, work));
});

test('an idle key costs at most 400 bytes, and nothing after its window', () => {
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc') as () => void;
  const clock = new FakeClock();
  const limiter = limiterOf(clock);
  const used = (): number => {
    gc();
    return process.memoryUsage().heapUsed + process.memoryUsage().external;
  };
  const keys = 20_000;
  const visit = (from: number): void => {
    for (let i = from; i < from + keys; i += 1) {
      for (let n = 0; n < 4; n += 1) {
        const turn = new TestTurn();
        limiter.enter(turn, `https://host-${i}.example:443`);
        limiter.written(turn);
        limiter.leave(turn);
      }
    }
  };
  visit(0);
  clock.advance(3);
  const before = used();
  visit(keys);
  const during = used();
  expect(limiter.size).toBe(keys);
  expect((during - before) / keys).toBeLessThanOrEqual(400);
  clock.advance(3);
  expect(limiter.size).toBe(0);
  expect((used() - before) / keys).toBeLessThan(20);
});
