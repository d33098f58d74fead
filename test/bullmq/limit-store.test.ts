import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { RedisLimitStore } from 'requests-futures/bullmq';
import type { Demand, Grant } from 'requests-futures';
import { eventually, hasRedis, newQueue, TestRedis } from './redis.js';

const SECOND = 1_000_000;
/** What is asked for: `count` starts per `period` seconds. */
function demand(count: number, period: number): readonly Demand[] {
  return [{ key: 'key:a', rates: [{ count, period: period * SECOND }] }];
}

describe.skipIf(!hasRedis)('a RedisLimitStore', () => {
  const redis = new TestRedis();
  beforeAll(() => redis.start());
  afterAll(() => redis.remove());

  /** A store of a test's own, its keys, and a way to ask it. */
  function setUp(name = newQueue()) {
    const store = new RedisLimitStore({ connection: redis.url, name });
    onTestFinished(() => store.close());
    return {
      store,
      name,
      key: (part: string) => `bull:{rf-limits:${name}}:key:a:${part}`,
      take: (demands: readonly Demand[], wanted: number, asker = 1): Promise<Grant> =>
        store.take(demands, wanted, asker),
    };
  }

  test('grants what is free, and says when the next is', async () => {
    const { store, take } = setUp();
    const demands = demand(3, 60);
    const first = await take(demands, 5);
    expect(first.tickets).toHaveLength(3);
    // Not used yet, so that it is not known.
    expect(first.wait).toBeLessThan(SECOND);
    store.settle(demands, first.tickets, 'used');
    const second = await take(demands, 1);
    expect(second.tickets).toEqual([]);
    expect(second.wait).toBeGreaterThan(59 * SECOND);
    expect(second.wait).toBeLessThanOrEqual(60 * SECOND);
  });

  test('what is given back is free again', async () => {
    const { store, take } = setUp();
    const demands = demand(2, 60);
    store.settle(demands, (await take(demands, 2)).tickets, 'unused');
    expect((await take(demands, 2)).tickets).toHaveLength(2);
  });

  test('those that wait are served in their order: each is told another time', async () => {
    const { store, take } = setUp();
    const demands = demand(1, 60);
    store.settle(demands, (await take(demands, 1)).tickets, 'used');
    const waits: number[] = [];
    for (const asker of [2, 3, 4]) waits.push((await take(demands, 1, asker)).wait);
    expect(waits.map((wait) => Math.round(wait / SECOND))).toEqual([60, 120, 180]);
    store.withdraw(demands, 2);
    expect(Math.round((await take(demands, 1, 3)).wait / SECOND)).toBe(60);
  });

  test('a free start is kept for those that wait, and they lose it when they do not come back', async () => {
    const { store, take, key } = setUp();
    const demands = demand(1, 0.05);
    store.settle(demands, (await take(demands, 1)).tickets, 'used');
    expect((await take(demands, 1, 2)).wait).toBeGreaterThan(0);
    await eventually(() => take(demands, 1, 3).then(({ tickets }) => tickets)).toHaveLength(1);
    // One that does not come back is forgotten a second after its time.
    expect(Number(redis.command('ZCARD', key('waiting')))).toBe(0);
  });

  test('several keys are taken together, or none', async () => {
    const { take } = setUp();
    const [both] = [
      [
        { key: 'all', rates: [{ count: 5, period: 60 * SECOND }] },
        { key: 'key:b', rates: [{ count: 2, period: 60 * SECOND }] },
      ],
    ] as const;
    expect((await take(both, 5)).tickets).toHaveLength(2);
    const other = [both[0], { key: 'key:c', rates: [{ count: 9, period: 60 * SECOND }] }];
    expect((await take(other, 9)).tickets).toHaveLength(3);
    expect((await take([{ key: 'key:c', rates: other[1]?.rates ?? [] }], 9)).tickets).toHaveLength(6);
  });

  test('tickets of a process that is gone count as used when their time is over', async () => {
    const { take, key } = setUp();
    const demands = demand(2, 60);
    const { tickets } = await take(demands, 2);
    // As if the lease had been over for ten seconds.
    for (const ticket of tickets) {
      const [seconds = '', microseconds = ''] = redis.command('TIME').split('\n');
      redis.command(
        'ZADD',
        key('starts'),
        `${(Number(seconds) - 10) * SECOND + Number(microseconds)}`,
        ticket,
      );
    }
    const { wait } = await take(demands, 1);
    expect(wait).toBeLessThanOrEqual(50 * SECOND);
    // A machine that is busy takes a while for these commands.
    expect(wait).toBeGreaterThan(30 * SECOND);
  });

  test('a clock of Redis that was set back holds nothing up for longer than a period', async () => {
    const { take, key } = setUp();
    const demands = demand(1, 0.2);
    await take(demands, 1);
    const hours = (time: string): string => String(Number(time) + 3600 * SECOND);
    const [ticket = '', time = ''] = redis
      .command('ZRANGE', key('starts'), '0', '-1', 'WITHSCORES')
      .split('\n');
    redis.command('ZADD', key('starts'), hours(time), ticket);
    await eventually(() => take(demands, 1).then(({ tickets }) => tickets)).toHaveLength(1);
  });

  test('a pause lets one probe through, and its outcome decides', async () => {
    const { store, take, key } = setUp();
    const demands = [{ key: 'key:a', rates: [] }];
    store.pause('key:a', 60 * SECOND);
    const paused = await take(demands, 3);
    expect(paused.tickets).toEqual([]);
    expect(paused.wait).toBeLessThanOrEqual(60 * SECOND);
    // It is over.
    redis.command('HSET', key('state'), 'paused', '1');
    let probe = paused;
    await eventually(async () => (probe = await take(demands, 3)).tickets).toHaveLength(1);
    expect(probe.isProbe).toBe(true);
    expect((await take(demands, 3, 2)).tickets).toEqual([]);
    store.probed('key:a', probe.tickets[0] ?? '', false);
    const another = await take(demands, 3, 2);
    expect(another).toMatchObject({ isProbe: true });
    // Too late: others have taken over.
    store.probed('key:a', probe.tickets[0] ?? '', true);
    expect((await take(demands, 3, 3)).tickets).toEqual([]);
    store.probed('key:a', another.tickets[0] ?? '', true);
    expect((await take(demands, 3, 3)).tickets).toHaveLength(3);
  });

  test('a probe that goes well does not end a pause that came after it had started', async () => {
    const { store, take } = setUp();
    const demands = [{ key: 'key:a', rates: [] }];
    store.pause('key:a', 1000);
    let probe: Grant | undefined;
    await eventually(async () => (probe = await take(demands, 1)).isProbe).toBe(true);
    store.pause('key:a', 60 * SECOND);
    store.probed('key:a', probe?.tickets[0] ?? '', true);
    const paused = await take(demands, 1);
    expect(paused.tickets).toEqual([]);
    expect(Math.round(paused.wait / SECOND)).toBe(60);
  });

  test('programs with other periods for the same key do not shorten what it remembers', async () => {
    const { store, take, key } = setUp();
    store.settle(demand(9, 0.05), (await take(demand(9, 0.05), 1)).tickets, 'used');
    const long = demand(2, 60);
    store.settle(long, (await take(long, 2)).tickets, 'used');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await take(demand(9, 0.05), 1, 2);
    expect((await take(long, 1, 3)).tickets).toEqual([]);
    expect(redis.command('HGET', key('state'), 'period')).toBe('60000000');
  });

  test('those far behind are not told to ask again at once while a start is not written yet', async () => {
    const { take } = setUp();
    const demands = demand(1, 10);
    await take(demands, 1);
    const waits: number[] = [];
    for (const asker of [2, 3, 4]) waits.push((await take(demands, 1, asker)).wait);
    expect(waits.map((wait) => Math.round(wait / SECOND))).toEqual([0, 10, 20]);
  });

  test('leaves nothing behind', async () => {
    const { store, take, name, key } = setUp();
    const demands = demand(3, 1);
    const { tickets } = await take(demands, 4);
    store.settle(demands, tickets, 'kept');
    store.pause('key:a', SECOND);
    await take(demands, 1);
    const keys = redis.command('KEYS', `*{rf-limits:${name}}*`).split('\n');
    expect(keys.sort()).toEqual(['starts', 'state', 'waiting'].map(key));
    for (const one of keys) {
      const left = Number(redis.command('PTTL', one));
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThan(120_000);
    }
  });

  test('what others have written is refused, or has no effect for long', async () => {
    const hostile: readonly (readonly [part: string, ...command: string[]])[] = [
      ['starts', 'SET', 'x'],
      ['waiting', 'SADD', 'x'],
      ['state', 'LPUSH', 'x'],
    ];
    for (const [part, command = '', value = ''] of hostile) {
      const { take, key } = setUp();
      redis.command(command, key(part), value);
      await expect(take(demand(1, 1), 1)).rejects.toThrow('WRONGTYPE');
    }
    const { take, key } = setUp();
    const fields = ['paused', 'inf', 'probing', 'nan', 'period', '1e300', 'prober', 'x', '__proto__', 'x'];
    redis.command('HSET', key('state'), ...fields);
    redis.command('ZADD', key('starts'), 'inf', 'a', '-inf', 'b', '1e300', 'c', '-1', 'd');
    redis.command('ZADD', key('waiting'), 'inf', 'a', '1e300', 'b', '-inf', 'c');
    await eventually(() => take(demand(2, 0.2), 2).then((grant) => grant.tickets)).toHaveLength(2);
  });

  test('refuses bad options by name', () => {
    const make = (options: object) => () => new RedisLimitStore(options);
    expect(make({ nam: 'x' })).toThrow("RedisLimitStore() got an unexpected keyword argument 'nam'");
    expect(make({ name: '' })).toThrow('name must not be empty');
    expect(make({ redis_timeout: 0 })).toThrow('redis_timeout must be greater than 0');
    expect(make({ connection: 'http://u:secret@h' })).toThrow(/^(?!.*secret).*connection must be a URL/);
    expect(() => new RedisLimitStore('redis://x' as never)).toThrow('takes an options object, got str');
  });
});
