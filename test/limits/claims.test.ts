import { describe, expect, test } from 'vitest';
import {
  type KeyLimits,
  Limiter,
  type LimitsOptions,
  parseKeyLimits,
  parseLimits,
} from '../../src/limits/index.js';
import { FakeClock, TestTurn } from './fake-clock.js';
import { random } from './random.js';

function setUp(options: LimitsOptions): { clock: FakeClock; limiter: Limiter } {
  const clock = new FakeClock();
  return { clock, limiter: new Limiter(parseLimits('limits', options).settings, clock) };
}

function enter(limiter: Limiter, keys: string | readonly string[]): TestTurn {
  const turn = new TestTurn();
  limiter.enter(turn, keys);
  return turn;
}

/** Keeps `waiting` turns of `keys` in the queue; each runs for `seconds()`. Returns how many have started so far. */
function crowd(
  { clock, limiter }: { clock: FakeClock; limiter: Limiter },
  keys: string | readonly string[],
  waiting: number,
  seconds: () => number,
): { started: number } {
  const figures = { started: 0 };
  const one = (): void => {
    const turn = new TestTurn((self) => {
      figures.started += 1;
      limiter.written(self);
      clock.setTimeout(() => {
        one();
        limiter.leave(self);
      }, seconds() * 1000);
    });
    limiter.enter(turn, keys);
  };
  for (let i = 0; i < waiting; i += 1) one();
  return figures;
}

describe('a call that needs two keys', () => {
  test('is not starved by those that need one of them', () => {
    const { limiter } = setUp({ limit_per_host: 1 });
    const running = { a: enter(limiter, 'a'), b: enter(limiter, 'b') };
    const both = enter(limiter, ['a', 'b']);
    // Of each key, another call always waits when the one that runs ends; never both keys are free at once.
    for (let round = 0; round < 20 && !both.began; round += 1) {
      for (const key of ['a', 'b'] as const) {
        const next = enter(limiter, key);
        limiter.leave(running[key]);
        running[key] = next;
      }
    }
    expect(both.began).toBe(true);
    limiter.leave(both);
    expect(running.a.began && running.b.began).toBe(true);
  });

  describe('keeps one place of a key for itself while it waits for the other', () => {
    /** `both` keeps one of the two places of b, as a call runs that needs a. */
    function claiming(): { limiter: Limiter; a: TestTurn; b: TestTurn[]; both: TestTurn } {
      const { limiter } = setUp({ limit_per_host: 1 });
      limiter.setKey('b', parseKeyLimits('x', { limit: 2 }));
      const a = [enter(limiter, 'a')];
      const b = [enter(limiter, 'b'), enter(limiter, 'b')];
      const both = enter(limiter, ['a', 'b']);
      const next = (turns: TestTurn[], key: string): void => {
        turns.push(enter(limiter, key));
        limiter.leave(turns.shift() as TestTurn);
      };
      next(a, 'a');
      next(b, 'b');
      next(a, 'a');
      expect(b.map(({ began }) => began)).toEqual([true, true]);
      // Its fourth turn in vain.
      next(b, 'b');
      expect(b.map(({ began }) => began)).toEqual([true, false]);
      next(b, 'b');
      expect(b.map(({ began }) => began)).toEqual([true, false]);
      return { limiter, a: a[0] as TestTurn, b, both };
    }

    test('until it starts', () => {
      const { limiter, a, b, both } = claiming();
      enter(limiter, 'a');
      limiter.leave(a);
      expect(both.began).toBe(true);
      limiter.leave(both);
      expect(b.map(({ began }) => began)).toEqual([true, true]);
    });

    test('until it is withdrawn', () => {
      const { limiter, b, both } = claiming();
      limiter.leave(both);
      expect(both.began).toBe(false);
      expect(b.map(({ began }) => began)).toEqual([true, true]);
    });

    test('until the other is paused', () => {
      const { limiter, a, b, both } = claiming();
      limiter.refused(a, 600);
      limiter.leave(a);
      expect(both.began).toBe(false);
      expect(b.map(({ began }) => began)).toEqual([true, true]);
    });
  });

  test('keeps no place of a fast key until a slow one opens', () => {
    const setting = setUp({});
    const { clock, limiter } = setting;
    limiter.setKey('a', parseKeyLimits('x', { per_minute: 1 }));
    limiter.setKey('b', parseKeyLimits('x', { limit: 1 }));
    crowd(setting, 'a', 3, () => 0.1);
    const fast = crowd(setting, 'b', 3, () => 1);
    const both = crowd(setting, ['a', 'b'], 1, () => 1);
    clock.advance(3600);
    expect(both.started).toBeGreaterThan(5);
    // At most until a call that is under way ends, the slow key waits, and not the fast one.
    expect(fast.started + both.started).toBeGreaterThan(3590);
  });
});

test('whatever the keys allow, each call of several keys starts at last, and none starts too early', {
  timeout: 120_000,
}, () => {
  const limits: readonly KeyLimits[] = [
    { limit: 1 },
    { limit: 3 },
    { per_second: 1 },
    { per_second: 5, limit: 2 },
    { per_minute: 6 },
    { per_minute: 20, limit: 1 },
  ];
  for (let seed = 1; seed <= 30; seed += 1) {
    const rng = random(seed);
    const setting = setUp(seed % 3 === 0 ? { limit: 6, per_host: false } : {});
    const { clock, limiter } = setting;
    const keys = ['a', 'b', 'c', 'd'];
    const allowed = new Map(keys.map((key) => [key, limits[Math.floor(rng() * limits.length)] as KeyLimits]));
    for (const [key, one] of allowed) limiter.setKey(key, parseKeyLimits('x', one));
    for (const key of keys) crowd(setting, key, 6, () => rng());
    const starts = new Map<string, number[]>(keys.map((key) => [key, []]));
    let [done, entered] = [0, 0];
    const several = (of: readonly string[]): void => {
      entered += 1;
      limiter.enter(
        new TestTurn((self) => {
          limiter.written(self);
          for (const key of of) {
            const { limit = Infinity, per_second, per_minute } = allowed.get(key) ?? {};
            expect(limiter.stats().keys.get(key)?.running).toBeLessThanOrEqual(limit ?? Infinity);
            const times = starts.get(key) as number[];
            times.push(clock.time);
            const inWindow = (window: number): number =>
              times.filter((at) => at > clock.time - window).length;
            if (per_second) expect(inWindow(1)).toBeLessThanOrEqual(per_second);
            if (per_minute) expect(inWindow(60)).toBeLessThanOrEqual(per_minute);
          }
          clock.setTimeout(() => {
            done += 1;
            limiter.leave(self);
          }, rng() * 1000);
        }),
        of,
      );
    };
    for (let i = 0; i < 10; i += 1) {
      several(keys.filter(() => rng() < 0.6));
      clock.advance(rng() * 3);
    }
    clock.advance(3600);
    expect([done, limiter.queued], `seed ${seed}`).toEqual([entered, limiter.queued]);
  }
});
