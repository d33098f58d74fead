import { describe, expect, test } from 'vitest';
import { Limiter, type LimitsOptions, parseLimits } from '../../src/limits/index.js';
import { FakeClock, TestTurn } from './fake-clock.js';
import { random } from './random.js';

const HOUR = 3600;

/** The most starts in any window of `period` seconds, which is open at one end. */
function mostInAnyWindow(starts: readonly number[], period: number): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < starts.length; last += 1) {
    // Microseconds, as sums of fractions are not exact.
    while (Math.round(((starts[last] as number) - (starts[first] as number)) * 1e6) < 0) first += 1;
    while (Math.floor(((starts[last] as number) - (starts[first] as number)) * 1e6 + 1e-3) >= period * 1e6)
      first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Starts `count` things that take no time, in groups with pauses in between, each written `delay` seconds after its start. */
function run(
  options: LimitsOptions,
  count: number,
  rng: () => number,
  idle: number,
  delay: number,
): number[] {
  const clock = new FakeClock();
  const limiter = new Limiter(parseLimits('limits', options).settings, clock);
  const starts: number[] = [];
  const write = (turn: TestTurn): void => {
    limiter.written(turn);
    starts.push(clock.time);
    limiter.leave(turn);
  };
  const begin = (turn: TestTurn): void => {
    if (delay === 0) write(turn);
    else
      clock.setTimeout(() => {
        write(turn);
      }, delay * 1000);
  };
  let left = count;
  while (left > 0) {
    const group = Math.min(left, 1 + Math.floor(rng() * count * 0.7));
    left -= group;
    const wanted = starts.length + group;
    for (let i = 0; i < group; i += 1) limiter.enter(new TestTurn(begin), 'a');
    while (starts.length < wanted) clock.tick();
    clock.advance(idle * rng());
  }
  return starts;
}

const RATES: readonly (readonly [options: LimitsOptions, count: number, period: number])[] = [
  [{ per_second: 0.5 }, 1, 2],
  [{ per_second: 1 }, 1, 1],
  [{ per_second: 2.5 }, 3, 1.2],
  [{ per_second: 7 }, 7, 1],
  [{ per_second: 20 }, 20, 1],
  [{ per_second: 333 }, 333, 1],
  [{ per_second: 2000 }, 2000, 1],
  [{ per_minute: 50 }, 50, 60],
  [{ per_hour: 100 }, 100, HOUR],
  [{ per_day: 12.5 }, 13, (24 * HOUR * 13) / 12.5],
];

/** Of the rate; each is rounded to a number that is allowed. */
const BURSTS = [0.001, 0.05, 0.1, 0.2, 0.3, 0.5, 0.66, 0.8, 0.95, 1];

describe('no window holds more starts than allowed, and nearly all that are allowed are used', () => {
  for (const [options, count, period] of RATES) {
    test(JSON.stringify(options), () => {
      for (const share of BURSTS) {
        const burst = Math.max(1, Math.round(count * share));
        for (const seed of [1, 2, 3]) {
          const rng = random(seed);
          const what = `burst ${burst}, seed ${seed}`;
          const total = 4 * count + 3;
          const starts = run({ ...options, burst }, total, rng, period * 2.5, 0);
          expect(starts, what).toHaveLength(total);
          expect(mostInAnyWindow(starts, period), what).toBeLessThanOrEqual(count);
          expect(mostInAnyWindow(starts, (period * burst) / count), what).toBeLessThanOrEqual(burst);
        }
        // Work that always waits: what starts in five whole periods.
        const starts = run({ ...options, burst }, 6 * count, () => 1.5, 0, 0);
        const [first = 0] = starts;
        const used = starts.filter((at) => at - first < 5 * period).length / (5 * count);
        const turn = (period * burst) / count;
        // A timer has whole milliseconds: of turns that are shorter than ten of them that is much.
        if (turn >= 0.01)
          expect(used, `use at burst ${burst}`).toBeGreaterThanOrEqual(turn >= 0.1 ? 0.98 : 0.9);
      }
    });
  }

  test('also where what has started is written later', () => {
    for (const seed of [1, 2, 3]) {
      const starts = run({ per_second: 20 }, 200, random(seed), 1, 0.03);
      expect(mostInAnyWindow(starts, 1)).toBe(20);
    }
  });

  test('several rates hold side by side', () => {
    const starts = run({ per_second: 5, per_minute: 20, per_hour: 70 }, 150, random(1), 10, 0);
    expect(mostInAnyWindow(starts, 1)).toBe(5);
    expect(mostInAnyWindow(starts, 60)).toBe(20);
    expect(mostInAnyWindow(starts, 3600)).toBe(70);
  });
});

test('the count of the tests sees one start too many', () => {
  expect(mostInAnyWindow([0, 0.1, 0.9, 1.05], 1)).toBe(3);
  expect(mostInAnyWindow([0, 1], 1)).toBe(1);
  expect(mostInAnyWindow([0, 0.999], 1)).toBe(2);
});
