import { expect, test } from 'vitest';
import {
  type Demand,
  type Grant,
  Limiter,
  type LimitsOptions,
  type LimitStore,
  parseLimits,
  type TicketUse,
} from '../../src/limits/index.js';
import { FakeClock, TestTurn } from './fake-clock.js';

/** A store whose answers a test gives, and which notes what it is told. */
class TestStore implements LimitStore {
  readonly lease = 30;
  readonly told: string[] = [];
  readonly asked: {
    wanted: number;
    asker: number;
    keys: string[];
    grant: (grant: Partial<Grant>) => void;
  }[] = [];
  #fail: ((error: Error) => void) | null = null;

  take(demands: readonly Demand[], wanted: number, asker: number): Promise<Grant> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      const grant = (given: Partial<Grant>): void => {
        resolve({ tickets: [], wait: 0, isProbe: false, ...given });
      };
      this.asked.push({ wanted, asker, keys: demands.map(({ key }) => key), grant });
    });
  }

  settle(_demands: readonly Demand[], tickets: readonly string[], use: TicketUse): void {
    this.told.push(`${use} ${tickets.join(' ')}`);
  }

  withdraw(_demands: readonly Demand[], asker: number): void {
    this.told.push(`withdraw ${asker}`);
  }

  pause(key: string, microseconds: number): void {
    this.told.push(`pause ${key} ${microseconds}`);
  }

  probed(key: string, ticket: string, isWell: boolean): void {
    this.told.push(`probed ${key} ${ticket} ${isWell}`);
  }

  fail(error: Error): void {
    this.#fail?.(error);
  }
}

function setUp(options: LimitsOptions): { clock: FakeClock; store: TestStore; limiter: Limiter } {
  const clock = new FakeClock();
  const store = new TestStore();
  return { clock, store, limiter: new Limiter(parseLimits('limits', { ...options, store }).settings, clock) };
}

function enter(limiter: Limiter, count: number, keys: string | readonly string[] = 'a'): TestTurn[] {
  return Array.from({ length: count }, () => {
    const turn = new TestTurn();
    limiter.enter(turn, keys);
    return turn;
  });
}

const begun = (turns: readonly TestTurn[]): number => turns.filter(({ began }) => began).length;

/** Lets promises that are settled have their effect. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one question goes out for what could start, and what is granted starts', async () => {
  const { limiter, store } = setUp({ per_second: 3, per_host: { per_second: 2 } });
  const turns = enter(limiter, 4);
  expect(begun(turns)).toBe(0);
  expect(store.asked).toMatchObject([{ wanted: 1, keys: ['all', 'key:a'] }]);
  store.asked[0]?.grant({ tickets: ['t1'] });
  await settled();
  expect(begun(turns)).toBe(1);
  // The host allows one more by itself.
  expect(store.asked).toMatchObject([{}, { wanted: 1 }]);
  for (const turn of turns.slice(0, 1)) limiter.written(turn);
  await settled();
  expect(store.told).toEqual(['used t1']);
});

test('what has to wait asks again at its time, and other keys do not wait for it', async () => {
  const { clock, limiter, store } = setUp({ per_second: 10 });
  const [slow, fast] = [enter(limiter, 1, 'slow'), enter(limiter, 1, 'fast')];
  store.asked[0]?.grant({ wait: 500_000 });
  store.asked[1]?.grant({ tickets: ['t'] });
  await settled();
  expect([begun(slow), begun(fast)]).toEqual([0, 1]);
  enter(limiter, 1, 'slow');
  clock.advance(0.499);
  expect(store.asked).toHaveLength(2);
  clock.advance(0.001);
  expect(store.asked[2]).toMatchObject({ wanted: 2, asker: store.asked[0]?.asker });
});

test('what is granted and not needed any more is given back, and a place in the queue is left', async () => {
  const { limiter, store } = setUp({ per_second: 10 });
  const [first] = enter(limiter, 1) as [TestTurn];
  limiter.leave(first);
  store.asked[0]?.grant({ tickets: ['t1'], wait: 9 });
  await settled();
  const asker = store.asked[0]?.asker;
  expect(store.told).toEqual([`withdraw ${asker}`, 'unused t1']);
  const [second] = enter(limiter, 1) as [TestTurn];
  store.asked[1]?.grant({ wait: 1_000_000 });
  await settled();
  limiter.leave(second);
  expect(store.told.at(-1)).toBe(`withdraw ${store.asked[1]?.asker}`);
  const [third] = enter(limiter, 1) as [TestTurn];
  store.asked[2]?.grant({ tickets: ['t3'] });
  await settled();
  limiter.leave(third);
  await settled();
  expect(store.told.at(-1)).toBe('unused t3');
});

test('what a process that stood still was granted meanwhile is given back, and asked for anew', async () => {
  const { clock, limiter, store } = setUp({ per_second: 10 });
  const turns = enter(limiter, 1);
  clock.advance(16);
  store.asked[0]?.grant({ tickets: ['stale'], isProbe: true });
  await settled();
  expect(begun(turns)).toBe(0);
  expect(store.told).toEqual(['probed key:a stale false', 'unused stale']);
  store.asked[1]?.grant({ tickets: ['fresh'] });
  await settled();
  expect(begun(turns)).toBe(1);
});

test('a long wait is asked about again after a minute, and limiters that share a store are told apart', async () => {
  const { clock, limiter, store } = setUp({ per_second: 10 });
  enter(limiter, 1);
  store.asked[0]?.grant({ wait: 3_600_000_000 });
  await settled();
  clock.advance(60);
  expect(store.asked).toHaveLength(2);
  enter(new Limiter(parseLimits('limits', { per_second: 1, store }).settings, clock), 1);
  expect(store.asked[2]?.asker).not.toBe(store.asked[0]?.asker);
});

test('a ticket is kept for as long as its request is not written', async () => {
  const { clock, limiter, store } = setUp({ per_second: 10 });
  const [turn] = enter(limiter, 1) as [TestTurn];
  store.asked[0]?.grant({ tickets: ['t'] });
  await settled();
  for (const seconds of [15, 10]) {
    clock.advance(seconds);
    await settled();
  }
  expect(store.told).toEqual(['kept t', 'kept t']);
  limiter.written(turn);
  limiter.leave(turn);
  await settled();
  clock.advance(60);
  await settled();
  expect(store.told).toEqual(['kept t', 'kept t', 'used t']);
});

test('the outcome of a probe is told: well, not known, or another pause', async () => {
  const { limiter, store } = setUp({});
  const outcomes = [
    (turn: TestTurn) => {
      limiter.succeeded(turn);
    },
    () => undefined,
    (turn: TestTurn) => {
      limiter.refused(turn, 2);
    },
  ];
  for (const [index, outcome] of outcomes.entries()) {
    const [turn] = enter(limiter, 1, `k${index}`) as [TestTurn];
    store.asked[index]?.grant({ tickets: ['t'], isProbe: true });
    await settled();
    limiter.written(turn);
    outcome(turn);
    limiter.leave(turn);
  }
  expect(store.told.filter((line) => !line.startsWith('used'))).toEqual([
    'probed key:k0 t true',
    'probed key:k1 t false',
    'pause key:k2 2000000',
  ]);
});

test('a store that fails fails what waits for it, and is asked again for what comes later', async () => {
  const { limiter, store } = setUp({ per_second: 10 });
  const turns = enter(limiter, 2);
  store.fail(new Error('away'));
  await settled();
  expect(turns.map(({ error }) => error?.message)).toEqual(['away', 'away']);
  const later = enter(limiter, 1);
  store.asked[1]?.grant({ tickets: ['t'] });
  await settled();
  expect(begun(later)).toBe(1);
});

test('what has waited for max_delay, or would, is refused', async () => {
  const { clock, limiter, store } = setUp({ per_second: 10, max_delay: 2 });
  const turns = enter(limiter, 2);
  store.asked[0]?.grant({ wait: 60_000_000 });
  await settled();
  expect(turns.map(({ refusedFor }) => refusedFor)).toEqual([60, 60]);
  const [silent] = enter(limiter, 1, 'b') as [TestTurn];
  clock.advance(2);
  expect(silent.refusedFor).not.toBeNull();
});

test('other settings may take the store away, or put another in its place', async () => {
  const { limiter, store } = setUp({ per_second: 1 });
  const turns = enter(limiter, 2);
  limiter.set(parseLimits('limits', { per_second: 1 }).settings);
  expect(begun(turns)).toBe(1);
  store.asked[0]?.grant({ tickets: ['t'] });
  await settled();
  expect(store.told).toEqual(['unused t']);
});

test('a store that is none is refused by name', () => {
  expect(() => parseLimits('limits', { store: {} as LimitStore })).toThrow(
    'limits: store must be a store, such as a RedisLimitStore, got Object',
  );
});
