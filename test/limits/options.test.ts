import { expect, test } from 'vitest';
import { type LimitsOptions, parseKeyLimits, parseLimits } from '../../src/limits/index.js';

const refused = (options: object): string => {
  try {
    parseLimits('limits', options);
    return 'accepted';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

test('nothing stated, or null, is no limit; 429 pauses nevertheless', () => {
  const nothing = parseLimits('limits', {});
  expect(nothing.settings).toEqual({
    all: { rates: [], limit: Infinity },
    each: { rates: [], limit: Infinity },
    maxDelay: Infinity,
    longestPause: 3600,
    store: null,
    adaptive: false,
  });
  expect([...nothing.statuses]).toEqual([429]);
  expect(
    parseLimits('limits', { per_second: null, burst: null, limit: null, max_delay: null, key: null }),
  ).toEqual(nothing);
});

test('rates below one and between whole numbers become whole starts in longer windows', () => {
  const { each } = parseLimits('limits', { per_second: 2.5, per_minute: 0.5, per_month: 10 }).settings;
  expect(each.rates).toEqual([
    { count: 3, period: 1_200_000 },
    { count: 1, period: 120_000_000 },
    { count: 10, period: 30 * 86_400_000_000 },
  ]);
});

test('per_host says for whom the rates hold', () => {
  const rate = { count: 5, period: 1_000_000 };
  const parsed = (per_host: LimitsOptions['per_host']): unknown => {
    const { all, each } = parseLimits('limits', { per_second: 5, per_host }).settings;
    return [all.rates, each.rates];
  };
  expect(parsed(null)).toEqual([[], [rate]]);
  expect(parsed(true)).toEqual([[], [rate]]);
  expect(parsed(false)).toEqual([[rate], []]);
  expect(parsed({ per_minute: 7 })).toEqual([[rate], [{ count: 7, period: 60_000_000 }]]);
});

test('burst binds the shortest period, beside it', () => {
  const { each } = parseLimits('limits', { per_second: 5, per_minute: 60, burst: 2 }).settings;
  expect(each.rates.map(({ count, period }) => [count, period / 1e6])).toEqual([
    [2, 0.4],
    [5, 1],
    [60, 60],
  ]);
});

test('a name that it does not know is refused, and so is what is no number or has no meaning', () => {
  expect(refused({ per_secnd: 5 })).toMatch(/^TypeError: .*'per_secnd'/);
  expect(refused({ per_host: { limit: 5 } })).toMatch(/^TypeError: .*'limit'/);
  for (const name of [
    'per_second',
    'per_minute',
    'per_hour',
    'per_day',
    'per_month',
    'retry_after_max',
    'max_delay',
  ]) {
    expect(refused({ [name]: '5' })).toMatch(new RegExp(`^TypeError: limits: ${name} must be a number`));
    for (const value of [-1, NaN, Infinity]) {
      expect(refused({ [name]: value })).toMatch(
        new RegExp(`^ValueError: limits: ${name} must be greater than 0`),
      );
    }
  }
  expect(refused({ per_second: 0 })).toMatch(/^ValueError: limits: per_second/);
  for (const name of ['limit', 'limit_per_host']) {
    expect(refused({ [name]: 1.5 })).toMatch(new RegExp(`^TypeError: limits: ${name} must be an integer`));
    expect(refused({ [name]: 0 })).toMatch(new RegExp(`^ValueError: limits: ${name} must be at least 1`));
  }
  expect(refused({ adaptive: 1 })).toMatch(/^TypeError: limits: adaptive/);
  expect(refused({ key: 'host' })).toMatch(/^TypeError: limits: key must be a function/);
  expect(refused({ limit_statuses: ['429'] })).toMatch(
    /^TypeError: limits: each of limit_statuses must be an integer, got string/,
  );
  for (const value of [429, '429']) {
    expect(refused({ limit_statuses: value })).toMatch(
      /^TypeError: limits: limit_statuses must be a list such as \[429, 503\], got (number|string)/,
    );
  }
  expect(refused([])).toMatch(/^TypeError: limits takes an object/);
});

test('contradictions are refused by name', () => {
  const key = (): string => 'k';
  expect(refused({ burst: 2 })).toMatch(/^TypeError: limits: burst needs a rate/);
  expect(refused({ per_second: 5, burst: 6 })).toMatch(/^ValueError: limits: burst \(6\)/);
  expect(refused({ per_second: 5, burst: 1.5 })).toMatch(/^TypeError: limits: burst must be an integer/);
  for (const per_host of [true, false, { per_second: 1 }]) {
    expect(refused({ per_second: 5, per_host, key })).toMatch(
      /^TypeError: limits: per_host and key contradict/,
    );
  }
  expect(refused({ per_second: 5, per_host: {} })).toMatch(/^ValueError: limits.per_host states no rate/);
  expect(refused({ per_second: 5, per_host: 'yes' })).toMatch(/^TypeError: limits: per_host/);
});

test('what one key allows is checked in the same way', () => {
  expect(parseKeyLimits('set_host()', null)).toBe(null);
  expect(parseKeyLimits('set_host()', { per_second: 1, limit: 2 })).toEqual({
    rates: [{ count: 1, period: 1_000_000 }],
    limit: 2,
  });
  expect(() => parseKeyLimits('set_host()', { max_delay: 1 } as object)).toThrow(/set_host\(\).*'max_delay'/);
});
