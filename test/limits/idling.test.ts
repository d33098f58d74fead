/** What time that has passed, and keys that are idle, change. */
import { describe, expect, test } from 'vitest';
import { Limiter, type LimitsOptions, parseLimits } from '../../src/limits/index.js';
import { FakeClock, TestTurn } from './fake-clock.js';

function setUp(options: LimitsOptions): { clock: FakeClock; limiter: Limiter } {
  const clock = new FakeClock();
  return { clock, limiter: new Limiter(parseLimits('limits', options).settings, clock) };
}

/** Enters `count` turns of no length. Returns the times of their starts, in seconds from now, as they start. */
function enter({ clock, limiter }: ReturnType<typeof setUp>, count: number, key = 'a'): number[] {
  const from = clock.time;
  const starts: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const turn = new TestTurn((self) => {
      starts.push(Math.round((clock.time - from) * 1000) / 1000);
      limiter.written(self);
      limiter.leave(self);
    });
    limiter.enter(turn, key);
  }
  return starts;
}

describe('after a time without work', () => {
  test('of a whole window, the whole rate may start together, as at the beginning, and no more', () => {
    const setting = setUp({ per_second: 5 });
    for (const idle of [1, 3600]) {
      const starts = enter(setting, 12);
      setting.clock.advance(3);
      expect(starts).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2]);
      setting.clock.advance(idle);
    }
  });

  test('of less, what of the window is free starts at once, and the rest the moment it is', () => {
    const setting = setUp({ per_second: 5 });
    enter(setting, 2);
    setting.clock.advance(0.4);
    const starts = enter(setting, 7);
    setting.clock.advance(2);
    expect(starts).toEqual([0, 0, 0, 0.6, 0.6, 1, 1]);
  });

  test('a host whose window is longer than bursts of work keeps its count', () => {
    const setting = setUp({ per_hour: 3 });
    const starts: number[] = [];
    for (let minute = 0; minute < 100; minute += 10) {
      starts.push(...enter(setting, 1).map(() => minute));
      setting.clock.advance(600);
    }
    expect(starts).toEqual([0, 10, 20]);
  });
});

test('a key whose call runs for longer than any window is not forgotten, nor is its place given away', () => {
  const { clock, limiter } = setUp({ per_second: 10, limit_per_host: 2 });
  const enterOne = (): TestTurn => {
    const turn = new TestTurn();
    limiter.enter(turn, 'a');
    limiter.written(turn);
    return turn;
  };
  const [long, short] = [enterOne(), enterOne()];
  limiter.leave(short);
  clock.advance(24 * 3600);
  expect(limiter.size).toBe(1);
  const [second, third] = [enterOne(), enterOne()];
  expect([second.began, third.began]).toEqual([true, false]);
  limiter.leave(long);
  expect(third.began).toBe(true);
});

test('any number of keys shares one timer', () => {
  const setting = setUp({ per_minute: 2, max_delay: 500 });
  for (let i = 0; i < 100; i += 1) enter(setting, 5, `k${i}`);
  expect(setting.clock.timers.size).toBe(1);
  setting.clock.advance(59);
  expect(setting.clock.timers.size).toBe(1);
});

test('others start at the very times at which they would start without a key that never ends', () => {
  const times = (isStuck: boolean): number[] => {
    const setting = setUp({ per_second: 7, burst: 2, limit_per_host: 2, limit: 10 });
    if (isStuck) for (let i = 0; i < 500; i += 1) setting.limiter.enter(new TestTurn(), 'stuck');
    const starts = ['a', 'b', 'c'].map((key) => enter(setting, 100, key));
    setting.clock.advance(20);
    return starts.flat();
  };
  expect(times(true)).toHaveLength(300);
  expect(times(true)).toEqual(times(false));
});

test('errors that come fast slow a key down, and answers that come slowly speed nothing up', () => {
  const { clock, limiter } = setUp({ adaptive: true, limit_per_host: 8 });
  const limit = (): number | null | undefined => limiter.stats().keys.get('a')?.limit;
  const round = (count: number, seconds: number, end: (turn: TestTurn) => void): void => {
    const turns = Array.from({ length: count }, () => new TestTurn());
    for (const turn of turns) limiter.enter(turn, 'a');
    clock.advance(seconds);
    for (const turn of turns) {
      limiter.written(turn);
      end(turn);
      limiter.leave(turn);
    }
  };
  round(8, 0.001, (turn) => {
    limiter.refused(turn, null);
  });
  expect(limit()).toBe(4);
  round(4, 1000, (turn) => {
    limiter.succeeded(turn);
  });
  // One more for a whole round, however long it took.
  expect(limit()).toBe(5);
  for (let i = 0; i < 10; i += 1)
    round(8, 1000, (turn) => {
      limiter.succeeded(turn);
    });
  expect(limit()).toBe(8);
});
