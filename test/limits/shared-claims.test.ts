/** Calls that need several keys, beside crowds that need one of them, where a store counts the starts. */
import { expect, test } from 'vitest';
import type { KeyLimits } from '../../src/limits/index.js';
import { startCrowds } from './claiming-crowds.js';
import { FakeClock } from './fake-clock.js';
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

test.each(Array.from({ length: 10 }, (_, i) => i + 1))(
  'each call of several keys starts at last, and none too early (seed %d)',
  { timeout: 120_000 },
  async (seed) => {
    const clock = new FakeClock();
    const store = new MemoryStore(clock);
    const errors: unknown[] = [];
    // As in two processes.
    const crowds = startCrowds(
      { clock, stores: [store, store], rng: random(seed), longest: 3000 },
      LIMITS,
      errors,
    );
    for (let i = 0; i < 6; i += 1) {
      crowds.several();
      await pass(clock, 2);
    }
    await pass(clock, 1200);
    expect(errors).toEqual([]);
    expect(crowds.counts.ended).toBe(crowds.counts.entered);
  },
);
