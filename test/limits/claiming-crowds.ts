/** Calls that need several keys, beside crowds that need one of them, in two limiters that share a store. */
import { expect } from 'vitest';
import { type KeyLimits, Limiter, type LimitsClock, type LimitStore } from '../../src/limits/index.js';
import { parseKeyLimits, parseLimits } from '../../src/limits/index.js';
import { TestTurn } from './fake-clock.js';

const KEYS = ['a', 'b', 'c'];

export interface Crowds {
  /** Enters a call that needs two keys, or all. */
  several(): void;
  /** How many of them have been entered, and how many have ended. */
  readonly counts: { entered: number; ended: number };
  /** Lets the crowds come to their end. */
  stop(): void;
  /** How many calls are under way or wait. */
  open(): number;
}

/**
 * Starts the crowds. No start is too early: else `expect` fails in it, and the error is in `errors`.
 * @param limits what one of the keys allows, drawn at random
 * @param longest how long a call takes at the most, in milliseconds
 */
export function startCrowds(
  {
    clock,
    stores,
    rng,
    longest,
  }: { clock: LimitsClock; stores: readonly LimitStore[]; rng: () => number; longest: number },
  limits: readonly KeyLimits[],
  errors: unknown[],
): Crowds {
  const allowed = new Map(KEYS.map((key) => [key, limits[Math.floor(rng() * limits.length)] as KeyLimits]));
  const limiters = stores.map((store) => new Limiter(parseLimits('limits', { store }).settings, clock));
  const starts = new Map<string, number[]>(KEYS.map((key) => [key, []]));
  const counts = { entered: 0, ended: 0 };
  let isStopped = false;
  for (const limiter of limiters) {
    for (const [key, one] of allowed) limiter.setKey(key, parseKeyLimits('x', one));
  }
  const check = (limiter: Limiter, key: string): void => {
    const { limit, per_second, per_minute } = allowed.get(key) ?? {};
    expect(limiter.stats().keys.get(key)?.running).toBeLessThanOrEqual(limit ?? Infinity);
    const times = starts.get(key) as number[];
    const now = clock.now();
    times.push(now);
    const since = (window: number): number => times.filter((at) => at > now - window * 1000).length;
    if (per_second) expect(since(1)).toBeLessThanOrEqual(per_second);
    if (per_minute) expect(since(60)).toBeLessThanOrEqual(per_minute);
  };
  const enter = (limiter: Limiter, of: readonly string[], then: () => void): void => {
    const turn = new TestTurn((self) => {
      limiter.written(self);
      try {
        for (const key of of) check(limiter, key);
      } catch (error) {
        errors.push(error);
      }
      clock.setTimeout(
        () => {
          then();
          limiter.leave(self);
        },
        Math.ceil(rng() * longest),
      );
    });
    limiter.enter(turn, of);
  };
  for (const limiter of limiters) {
    for (const key of KEYS) {
      const one = (): void => {
        if (!isStopped) enter(limiter, [key], one);
      };
      for (let i = 0; i < 3; i += 1) one();
    }
  }
  return {
    counts,
    several() {
      counts.entered += 1;
      const of = KEYS.filter(() => rng() < 0.7);
      const limiter = limiters[counts.entered % limiters.length] as Limiter;
      enter(limiter, of.length > 1 ? of : ['a', 'b'], () => (counts.ended += 1));
    },
    stop() {
      isStopped = true;
    },
    open: () => limiters.reduce((sum, { queued, running }) => sum + queued + running, 0),
  };
}
