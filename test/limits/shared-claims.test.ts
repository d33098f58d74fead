/** Calls that need several keys, beside crowds that need one of them, where a store counts the starts. */
import { expect, test } from 'vitest';
import { type KeyLimits, Limiter, parseKeyLimits, parseLimits } from '../../src/limits/index.js';
import { FakeClock, TestTurn } from './fake-clock.js';
import { MemoryStore } from './memory-store.js';
import { random } from './random.js';

const LIMITS: readonly KeyLimits[] = [
  { limit: 1, per_second: 10 },
  { limit: 3, per_second: 2 },
  { per_second: 1 },
  { per_second: 5, limit: 2 },
  { per_minute: 6, limit: 1 },
  { per_minute: 20, limit: 1 },
];

/** Lets `seconds` pass, and after each timer what promises bring. */
async function pass(clock: FakeClock, seconds: number): Promise<void> {
  const end = clock.time + seconds;
  for (;;) {
    await new Promise(setImmediate);
    const next = Math.min(...Array.from(clock.timers, ({ due }) => due)) / 1000;
    if (next > end) break;
    clock.advance(Math.max(0, next - clock.time));
  }
  clock.advance(end - clock.time);
}

function run(seed: number): {
  limiters: Limiter[];
  several: () => void;
  clock: FakeClock;
  done: () => [number, number];
} {
  const rng = random(seed);
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const keys = ['a', 'b', 'c'];
  const limits = new Map(keys.map((key) => [key, LIMITS[Math.floor(rng() * LIMITS.length)] as KeyLimits]));
  // As in two processes.
  const limiters = [1, 2].map(() => new Limiter(parseLimits('limits', { store }).settings, clock));
  const starts = new Map<string, number[]>(keys.map((key) => [key, []]));
  let [entered, ended] = [0, 0];
  for (const limiter of limiters) {
    for (const [key, one] of limits) limiter.setKey(key, parseKeyLimits('x', one));
  }
  const enter = (limiter: Limiter, of: readonly string[], then: () => void): void => {
    limiter.enter(
      new TestTurn((turn) => {
        limiter.written(turn);
        for (const key of of) {
          const { limit, per_second, per_minute } = limits.get(key) ?? {};
          expect(limiter.stats().keys.get(key)?.running).toBeLessThanOrEqual(limit ?? Infinity);
          const times = starts.get(key) as number[];
          times.push(clock.now());
          const since = (window: number): number =>
            times.filter((at) => at > clock.now() - window * 1000).length;
          if (per_second) expect(since(1)).toBeLessThanOrEqual(per_second);
          if (per_minute) expect(since(60)).toBeLessThanOrEqual(per_minute);
        }
        clock.setTimeout(
          () => {
            then();
            limiter.leave(turn);
          },
          Math.ceil(rng() * 3000),
        );
      }),
      of,
    );
  };
  for (const limiter of limiters) {
    for (const key of keys) {
      const one = (): void => {
        enter(limiter, [key], one);
      };
      for (let i = 0; i < 3; i += 1) one();
    }
  }
  return {
    limiters,
    clock,
    several: () => {
      entered += 1;
      const of = keys.filter(() => rng() < 0.7);
      enter(limiters[entered % 2] as Limiter, of.length > 1 ? of : ['a', 'b'], () => (ended += 1));
    },
    done: () => [entered, ended],
  };
}

test.each(Array.from({ length: 10 }, (_, i) => i + 1))(
  'each call of several keys starts at last, and none too early (seed %d)',
  { timeout: 120_000 },
  async (seed) => {
    const { several, clock, done } = run(seed);
    for (let i = 0; i < 6; i += 1) {
      several();
      await pass(clock, 2);
    }
    await pass(clock, 1200);
    const [entered, ended] = done();
    expect(ended).toBe(entered);
  },
);
