import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, test, vi } from 'vitest';
import { Gate } from '../../src/limits/gate.js';
import { Limiter, parseLimits } from '../../src/limits/index.js';
import { FakeClock, TestTurn } from './fake-clock.js';

function limiterOf(clock: FakeClock): Limiter {
  return new Limiter(parseLimits('limits', { per_second: 5, limit_per_host: 4 }).settings, clock);
}

test('a million over a hundred thousand keys look at each a few times, and at none again and again', () => {
  const looks = vi.spyOn(Gate.prototype, 'opensAt');
  const looksAtEach = (count: number, perKey: number): number => {
    looks.mockClear();
    const clock = new FakeClock();
    const limiter = limiterOf(clock);
    let started = 0;
    const begin = (turn: TestTurn): void => {
      started += 1;
      limiter.written(turn);
      limiter.leave(turn);
    };
    for (let i = 0; i < count; i += 1) limiter.enter(new TestTurn(begin), `k${i % (count / perKey)}`);
    clock.advance(10);
    expect([started, limiter.queued, limiter.size]).toEqual([count, 0, 0]);
    return looks.mock.calls.length / count;
  };
  const few = looksAtEach(1000, 10);
  expect(few).toBeLessThan(5);
  expect(looksAtEach(100_000, 10)).toBeCloseTo(few, 1);
  looks.mockRestore();
});

test('of many keys that wait for what is for all, each start looks at a few', () => {
  const looks = vi.spyOn(Gate.prototype, 'opensAt');
  const clock = new FakeClock();
  const limiter = new Limiter(parseLimits('limits', { per_second: 100, per_host: false }).settings, clock);
  const begin = (turn: TestTurn): void => {
    limiter.written(turn);
    limiter.leave(turn);
  };
  for (let i = 0; i < 10_000; i += 1) limiter.enter(new TestTurn(begin), `k${i}`);
  looks.mockClear();
  clock.advance(50);
  expect(limiter.queued).toBe(10_000 - 51 * 100);
  expect(looks.mock.calls.length / 5000).toBeLessThan(5);
  looks.mockRestore();
});

test('cancelling all, in any order, looks at nothing else', () => {
  const limiter = limiterOf(new FakeClock());
  const count = 100_000;
  const turns = Array.from({ length: count }, () => new TestTurn());
  for (const [i, turn] of turns.entries()) limiter.enter(turn, `k${i % 10}`);
  const looks = vi.spyOn(Gate.prototype, 'opensAt');
  for (let i = 0; i < count; i += 1) limiter.leave(turns[(i * 7919) % count] as TestTurn);
  expect([limiter.queued, limiter.running]).toEqual([0, 0]);
  expect(looks.mock.calls.length).toBeLessThan(count / 10);
  looks.mockRestore();
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
