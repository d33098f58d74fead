import { describe, expect, test } from 'vitest';
import { Limiter, type LimitsOptions, parseKeyLimits, parseLimits } from '../../src/limits/index.js';
import { FakeClock, TestTurn } from './fake-clock.js';
import { random } from './random.js';

function setUp(options: LimitsOptions): { clock: FakeClock; limiter: Limiter } {
  const clock = new FakeClock();
  return { clock, limiter: new Limiter(parseLimits('limits', options).settings, clock) };
}

/** Enters `count` turns; they are under way until `end`. */
function enter(limiter: Limiter, count: number, keys: string | readonly string[] = 'a'): TestTurn[] {
  return Array.from({ length: count }, () => {
    const turn = new TestTurn();
    limiter.enter(turn, keys);
    return turn;
  });
}

function end(limiter: Limiter, turns: readonly TestTurn[]): void {
  for (const turn of turns) {
    if (!turn.began) continue;
    limiter.written(turn);
    limiter.leave(turn);
  }
}

function begun(turns: readonly TestTurn[]): number {
  return turns.filter(({ began }) => began).length;
}

describe('places', () => {
  test('limit holds for all keys together, limit_per_host for each', () => {
    const { limiter } = setUp({ limit: 3, limit_per_host: 2 });
    const [a, b] = [enter(limiter, 4, 'a'), enter(limiter, 4, 'b')];
    expect([begun(a), begun(b)]).toEqual([2, 1]);
    end(limiter, a.slice(0, 1));
    expect([begun(a), begun(b)]).toEqual([2, 2]);
  });

  test('are taken in the order of entering, and those that start again come first', () => {
    const { limiter } = setUp({ limit: 1 });
    const order: string[] = [];
    const named = (name: string): TestTurn => new TestTurn(() => order.push(name));
    const [a, b, c] = [named('a'), named('b'), named('c')];
    limiter.enter(a, 'k');
    limiter.enter(b, 'k');
    limiter.enter(c, 'k');
    limiter.leave(a);
    limiter.enter(a, 'k', true);
    limiter.leave(b);
    limiter.leave(a);
    expect(order).toEqual(['a', 'b', 'a', 'c']);
  });
});

describe('tokens', () => {
  test('are reserved from the start, and used when the start is written', () => {
    const { clock, limiter } = setUp({ per_second: 1 });
    const turns = enter(limiter, 2);
    clock.advance(10);
    expect(begun(turns)).toBe(1);
    limiter.written(turns[0] as TestTurn);
    clock.advance(0.999);
    expect(begun(turns)).toBe(1);
    clock.advance(0.001);
    expect(begun(turns)).toBe(2);
  });

  test('are free again when what had started ends before it was written', () => {
    const { limiter } = setUp({ per_minute: 1 });
    const turns = enter(limiter, 2);
    limiter.leave(turns[0] as TestTurn);
    expect(begun(turns)).toBe(2);
  });

  test('are not taken by what is withdrawn while it waits', () => {
    const { clock, limiter } = setUp({ per_second: 1 });
    const turns = enter(limiter, 4);
    end(limiter, turns.slice(0, 1));
    limiter.leave(turns[1] as TestTurn);
    limiter.leave(turns[2] as TestTurn);
    expect(limiter.queued).toBe(1);
    clock.advance(1);
    expect(turns.map(({ began }) => began)).toEqual([true, false, false, true]);
  });
});

describe('fairness', () => {
  test('keys take turns at what is for all', () => {
    const { clock, limiter } = setUp({ per_second: 2, per_host: false });
    const order: string[] = [];
    for (const key of ['a', 'b', 'c']) {
      for (let i = 0; i < 4; i += 1) {
        const turn = new TestTurn((self) => {
          order.push(key);
          limiter.written(self);
          limiter.leave(self);
        });
        limiter.enter(turn, key);
      }
    }
    clock.advance(10);
    // The first two were there alone.
    expect(order.join('')).toBe('aa' + 'abcabcbcbc');
  });

  test('a key that never ends holds up no other', () => {
    const { clock, limiter } = setUp({ limit_per_host: 2, per_second: 10 });
    const stuck = enter(limiter, 50, 'stuck');
    let done = 0;
    for (let i = 0; i < 100; i += 1) {
      const turn = new TestTurn((self) => {
        done += 1;
        limiter.written(self);
        limiter.leave(self);
      });
      limiter.enter(turn, 'alive');
    }
    clock.advance(9.1);
    expect([done, begun(stuck)]).toEqual([100, 2]);
  });

  test('a paused limiter lets nothing start, and goes on where it was', () => {
    const { limiter } = setUp({ limit: 2 });
    limiter.pause();
    const turns = enter(limiter, 3);
    expect(begun(turns)).toBe(0);
    limiter.resume();
    expect(begun(turns)).toBe(2);
  });
});

describe('several keys', () => {
  test('all of them have to allow the start', () => {
    const { clock, limiter } = setUp({ per_second: 1 });
    limiter.setKey('account', parseKeyLimits('x', { per_second: 2 }));
    const a = enter(limiter, 2, ['a', 'account']);
    const b = enter(limiter, 2, ['account', 'b']);
    const c = enter(limiter, 1, ['c', 'account', 'account']);
    expect([begun(a), begun(b), begun(c)]).toEqual([1, 1, 0]);
    for (const turn of [...a, ...b]) limiter.written(turn);
    clock.advance(1);
    expect(begun(a) + begun(b) + begun(c)).toBe(4);
  });

  test('a line that waits for one key does not hold up those that do not need it', () => {
    const { limiter } = setUp({ limit_per_host: 1 });
    enter(limiter, 1, 'account');
    const both = enter(limiter, 1, ['a', 'account']);
    const one = enter(limiter, 1, 'a');
    expect([begun(both), begun(one)]).toEqual([0, 1]);
  });

  test('random keys: no more than allowed, and all come to their end', () => {
    for (const seed of [1, 2, 3]) {
      const rng = random(seed);
      const { clock, limiter } = setUp({ limit_per_host: 2, per_second: 5, limit: 7 });
      const running = new Map<string, number>();
      let [all, ended] = [0, 0];
      for (let i = 0; i < 400; i += 1) {
        const keys = [
          ...new Set(Array.from({ length: 1 + Math.floor(rng() * 3) }, () => `k${Math.floor(rng() * 6)}`)),
        ];
        const turn = new TestTurn((self) => {
          all += 1;
          expect(all).toBeLessThanOrEqual(7);
          for (const key of keys) {
            running.set(key, (running.get(key) ?? 0) + 1);
            expect(running.get(key)).toBeLessThanOrEqual(2);
          }
          clock.setTimeout(() => {
            limiter.written(self);
            all -= 1;
            ended += 1;
            for (const key of keys) running.set(key, (running.get(key) ?? 0) - 1);
            limiter.leave(self);
          }, rng() * 300);
        });
        limiter.enter(turn, keys);
        if (rng() < 0.1 && !turn.began) {
          limiter.leave(turn);
          ended += 1;
        }
        clock.advance(rng() * 0.05);
      }
      clock.advance(1000);
      expect([ended, limiter.queued], `seed ${seed}`).toEqual([400, 0]);
    }
  });
});

describe('changes while it runs', () => {
  test('a key gets an allowance of its own, and loses it again', () => {
    const { clock, limiter } = setUp({ per_second: 1 });
    const turns = enter(limiter, 10);
    for (const turn of turns) limiter.written(turn);
    limiter.setKey('a', parseKeyLimits('x', { per_second: 4 }));
    expect(begun(turns)).toBe(4);
    limiter.setKey('a', null);
    for (const turn of turns) limiter.written(turn);
    clock.advance(0.9);
    expect(begun(turns)).toBe(4);
    clock.advance(0.1);
    expect(begun(turns)).toBe(5);
  });

  test('new settings hold for all keys at once, and count what started before', () => {
    const { clock, limiter } = setUp({ per_second: 2, limit: 1 });
    const [a, b] = [enter(limiter, 4, 'a'), enter(limiter, 4, 'b')];
    limiter.written(a[0] as TestTurn);
    limiter.set(parseLimits('limits', { per_second: 2 }).settings);
    expect([begun(a), begun(b)]).toEqual([2, 2]);
    limiter.set(parseLimits('limits', { per_second: 3, per_host: false }).settings);
    for (const turn of [...a, ...b]) limiter.written(turn);
    clock.advance(0.5);
    expect([begun(a), begun(b)]).toEqual([2, 2]);
    clock.advance(0.5);
    expect(begun(a) + begun(b)).toBe(7);
  });
});

describe('a key that refuses', () => {
  test('pauses for as long as it says, then lets one probe start, then two, four, up to the limit', () => {
    const { clock, limiter } = setUp({ limit_per_host: 8 });
    const turns = enter(limiter, 40);
    expect(begun(turns)).toBe(8);
    limiter.refused(turns[0] as TestTurn, 30);
    end(limiter, turns.slice(0, 8));
    clock.advance(29.999);
    expect(begun(turns)).toBe(8);
    clock.advance(0.001);
    const waves: number[] = [];
    for (let from = 8; from < 40; ) {
      const upTo = begun(turns);
      waves.push(upTo - from);
      for (const turn of turns.slice(from, upTo)) {
        limiter.written(turn);
        limiter.succeeded(turn);
      }
      // All at once, so that the waves can be told apart.
      const wave = turns.slice(from, upTo);
      from = upTo;
      limiter.pause();
      for (const turn of wave) limiter.leave(turn);
      limiter.resume();
    }
    expect(waves.slice(0, 4)).toEqual([1, 2, 4, 8]);
  });

  test('a probe that is refused pauses anew; what was under way before says nothing', () => {
    const { clock, limiter } = setUp({ limit_per_host: 4 });
    const turns = enter(limiter, 12);
    limiter.refused(turns[0] as TestTurn, 10);
    for (const turn of turns.slice(0, 4)) limiter.succeeded(turn);
    end(limiter, turns.slice(0, 4));
    clock.advance(10);
    expect(begun(turns)).toBe(5);
    limiter.refused(turns[4] as TestTurn, 5);
    end(limiter, turns.slice(4, 5));
    clock.advance(4.9);
    expect(begun(turns)).toBe(5);
    clock.advance(0.1);
    expect(begun(turns)).toBe(6);
    // It fails without an answer: the next one is a probe again.
    end(limiter, turns.slice(5, 6));
    expect(begun(turns)).toBe(7);
    expect(begun(turns.slice(7))).toBe(0);
  });

  test('a pause is never shortened, and never longer than the longest', () => {
    const { clock, limiter } = setUp({ limit_per_host: 2, retry_after_max: 60 });
    const turns = enter(limiter, 4);
    limiter.refused(turns[0] as TestTurn, 100_000);
    limiter.refused(turns[1] as TestTurn, 1);
    end(limiter, turns.slice(0, 2));
    clock.advance(59.9);
    expect(begun(turns)).toBe(2);
    clock.advance(0.1);
    expect(begun(turns)).toBe(3);
  });

  test('without a time nothing is invented, and no other key is paused', () => {
    const { limiter } = setUp({});
    limiter.refused(enter(limiter, 1)[0] as TestTurn, null);
    expect(begun(enter(limiter, 5))).toBe(5);
    limiter.refused(enter(limiter, 1)[0] as TestTurn, 10);
    expect(begun(enter(limiter, 5, 'b'))).toBe(5);
    expect(begun(enter(limiter, 5))).toBe(0);
  });

  test('a pause without a limit ends in a ramp, too', () => {
    const { clock, limiter } = setUp({});
    const turns = enter(limiter, 1);
    limiter.refused(turns[0] as TestTurn, 1);
    end(limiter, turns);
    const waiting = enter(limiter, 200);
    clock.advance(1);
    const seen = [begun(waiting)];
    while (begun(waiting) < 200) {
      const wave = waiting.filter((turn) => turn.began && !turn.refusedFor);
      limiter.pause();
      for (const turn of wave) {
        turn.refusedFor = 1;
        limiter.written(turn);
        limiter.succeeded(turn);
        limiter.leave(turn);
      }
      limiter.resume();
      seen.push(begun(waiting));
    }
    expect(seen.slice(0, 4)).toEqual([1, 3, 7, 15]);
    expect(limiter.queued).toBe(0);
  });
});

describe('adaptive', () => {
  test('halves what may be under way, once for each round of trouble, and adds one for each round of success', () => {
    const { clock, limiter } = setUp({ limit_per_host: 8, adaptive: true });
    const turns = enter(limiter, 100);
    const limit = (): number | null | undefined => limiter.stats().keys.get('a')?.limit;
    for (const turn of turns.slice(0, 8)) limiter.refused(turn, null);
    expect(limit()).toBe(4);
    end(limiter, turns.slice(0, 8));
    expect(begun(turns)).toBe(12);
    clock.advance(0.1);
    for (const turn of turns.slice(8, 12)) limiter.succeeded(turn);
    expect(limit()).toBe(5);
    end(limiter, turns.slice(8, 12));
    expect(begun(turns)).toBe(17);
    for (const turn of turns.slice(12, 17)) limiter.troubled(turn);
    expect(limit()).toBe(2);
  });

  test('without it, trouble changes nothing', () => {
    const { limiter } = setUp({ limit_per_host: 8 });
    for (const turn of enter(limiter, 8)) limiter.troubled(turn);
    expect(limiter.stats().keys.get('a')?.limit).toBe(8);
  });

  test('without a limit it starts from what was under way', () => {
    const { limiter } = setUp({ adaptive: true });
    limiter.troubled(enter(limiter, 10)[0] as TestTurn);
    expect(limiter.stats().keys.get('a')?.limit).toBe(5);
  });
});

describe('max_delay', () => {
  test('refuses at once what is known to wait for longer', () => {
    const { limiter } = setUp({ per_second: 2, max_delay: 3 });
    const turns = enter(limiter, 10);
    // Two now, and two more for each of three seconds.
    expect(turns.map(({ refusedFor }) => refusedFor)).toEqual([...Array<null>(8).fill(null), 4, 4]);
    expect(limiter.queued).toBe(6);
  });

  test('counts every line that waits for what is for all', () => {
    const { limiter } = setUp({ per_second: 1, per_host: false, max_delay: 5 });
    const turns = Array.from({ length: 10 }, (_, i) => enter(limiter, 1, `k${i}`)).flat();
    expect(turns.filter(({ refusedFor }) => refusedFor !== null)).toHaveLength(4);
  });

  test('a pause that is too long refuses those that wait, the others wait on', () => {
    const { clock, limiter } = setUp({ limit_per_host: 1, max_delay: 60 });
    const turns = enter(limiter, 3);
    clock.advance(40);
    const late = enter(limiter, 1);
    limiter.refused(turns[0] as TestTurn, 50);
    expect([...turns, ...late].map(({ refusedFor }) => refusedFor)).toEqual([null, 50, 50, null]);
    expect(enter(limiter, 1)[0]?.refusedFor).toBe(null);
    limiter.refused(turns[0] as TestTurn, 61);
    expect(late[0]?.refusedFor).toBe(61);
    expect(enter(limiter, 1)[0]?.refusedFor).toBe(61);
  });

  test('what waits for a place is refused when its time is over', () => {
    const { clock, limiter } = setUp({ limit: 1, max_delay: 2 });
    const turns = enter(limiter, 3);
    clock.advance(1);
    const late = enter(limiter, 1);
    clock.advance(1.001);
    expect(turns.map(({ refusedFor }) => refusedFor !== null)).toEqual([false, true, true]);
    expect(late[0]?.refusedFor).toBe(null);
    end(limiter, turns.slice(0, 1));
    expect(begun(late)).toBe(1);
  });

  test('given later, it holds for those that wait already', () => {
    const { clock, limiter } = setUp({ limit: 1 });
    const turns = enter(limiter, 2);
    clock.advance(5);
    limiter.set(parseLimits('limits', { limit: 1, max_delay: 10 }).settings);
    clock.advance(4.9);
    expect(turns[1]?.refusedFor).toBe(null);
    clock.advance(0.2);
    expect(turns[1]?.refusedFor).not.toBe(null);
  });

  test('0 refuses whatever has to wait', () => {
    const { limiter } = setUp({ per_second: 1, max_delay: 0 });
    expect(enter(limiter, 2).map(({ refusedFor }) => refusedFor)).toEqual([null, 1]);
  });
});

describe('what is left', () => {
  test('a key is forgotten when it is idle and its window has passed', () => {
    const { clock, limiter } = setUp({ per_minute: 5 });
    end(limiter, enter(limiter, 1, 'a'));
    const waiting = enter(limiter, 1, ['a', 'b']);
    end(limiter, waiting);
    expect(limiter.size).toBe(2);
    clock.advance(59);
    expect(limiter.size).toBe(2);
    clock.advance(2);
    expect([limiter.size, clock.timers.size]).toEqual([0, 0]);
  });

  test('not before: the window still counts', () => {
    const { clock, limiter } = setUp({ per_minute: 2 });
    end(limiter, enter(limiter, 2));
    clock.advance(59.9);
    const turns = enter(limiter, 1);
    expect(begun(turns)).toBe(0);
    clock.advance(0.1);
    expect(begun(turns)).toBe(1);
  });

  test('a paused key is remembered until the pause is over', () => {
    const { clock, limiter } = setUp({});
    const turns = enter(limiter, 1);
    limiter.refused(turns[0] as TestTurn, 100);
    end(limiter, turns);
    clock.advance(99);
    expect(begun(enter(limiter, 1))).toBe(0);
  });

  test('the timer keeps the process alive only while something waits', () => {
    const { clock, limiter } = setUp({ per_minute: 1 });
    const turns = enter(limiter, 2);
    limiter.written(turns[0] as TestTurn);
    expect([...clock.timers].map(({ isRef }) => isRef)).toEqual([true]);
    limiter.leave(turns[1] as TestTurn);
    limiter.leave(turns[0] as TestTurn);
    expect([...clock.timers].map(({ isRef }) => isRef)).toEqual([false]);
  });
});

describe('stats', () => {
  test('tell for all and for each key what waits, runs and has started, and how fast', () => {
    const { clock, limiter } = setUp({ per_second: 2, limit_per_host: 3 });
    const turns = enter(limiter, 50);
    for (let second = 0; second < 20; second += 1) {
      end(limiter, turns);
      clock.advance(1);
    }
    const { all, keys } = limiter.stats();
    const a = keys.get('a');
    expect(a).toMatchObject({ queued: 8, started: 42, limit: 3, paused_until: null });
    expect(a?.rate).toBeGreaterThan(1.8);
    expect(a?.rate).toBeLessThan(2.3);
    expect(all).toMatchObject({ queued: 8, started: 42, limit: null });
  });

  test('tell until when a key is paused', () => {
    const { limiter } = setUp({});
    limiter.refused(enter(limiter, 1)[0] as TestTurn, 1000);
    const until = limiter.stats().keys.get('a')?.paused_until ?? 0;
    expect(Math.abs(until - Date.now() / 1000 - 1000)).toBeLessThan(60);
  });
});
