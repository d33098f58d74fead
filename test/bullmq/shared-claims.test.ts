/** Calls that need several keys, beside crowds that need one of them, where Redis counts the starts. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { RedisLimitStore } from 'requests-futures/bullmq';
import { systemClock } from '../../src/limits/alarm.js';
import type { KeyLimits } from '../../src/limits/index.js';
import { startCrowds } from '../limits/claiming-crowds.js';
import { random } from '../limits/random.js';
import { eventually, hasRedis, newQueue, TestRedis } from './redis.js';

/** What each of the keys allows, drawn at random: rates that are short enough for a test by the clock of Redis. */
const CASES: readonly [what: string, limits: readonly KeyLimits[], calls: number][] = [
  ['one place each', [{ limit: 1, per_second: 100 }], 6],
  ['rates and places', [{ limit: 1, per_second: 40 }, { limit: 2, per_second: 30 }, { per_second: 20 }], 2],
];

describe.skipIf(!hasRedis)('over a Redis', () => {
  const redis = new TestRedis();
  beforeAll(() => redis.start());
  afterAll(() => redis.remove());

  test.each(CASES)(
    'each call of several keys starts at last, and none too early: %s',
    async (_what, limits, calls) => {
      const name = newQueue();
      // Two connections, as of two processes.
      const stores = [1, 2].map(() => new RedisLimitStore({ connection: redis.url, name }));
      onTestFinished(async () => {
        await Promise.all(stores.map((store) => store.close()));
      });
      const errors: unknown[] = [];
      const crowds = startCrowds({ clock: systemClock, stores, rng: random(1), longest: 60 }, limits, errors);
      onTestFinished(() => {
        crowds.stop();
      });
      for (let i = 1; i <= calls; i += 1) {
        crowds.several();
        // The crowds go on all the while.
        await eventually(() => crowds.counts.ended).toBe(i);
      }
      crowds.stop();
      await eventually(() => crowds.open()).toBe(0);
      expect(errors).toEqual([]);
    },
  );
});
