import { checkOptions, numberOrType, typeName, ValueError } from '../builtins/index.js';

/** How often something may start. If several are given, all hold. */
export interface RateOptions {
  /** Starts in any one second. 2.5 is three in any 1.2 seconds, 0.5 one in two seconds. Default null: no limit. */
  per_second?: number | null | undefined;
  /** Starts in any one minute. Default null: no limit. */
  per_minute?: number | null | undefined;
  /** Starts in any one hour. Default null: no limit. */
  per_hour?: number | null | undefined;
  /** Starts in any 24 hours. Default null: no limit. */
  per_day?: number | null | undefined;
  /** Starts in any 30 days. Default null: no limit. */
  per_month?: number | null | undefined;
  /** How many may start together: a whole number, at most the rate of the shortest period (the default). 1 spaces starts evenly. */
  burst?: number | null | undefined;
}

/** At most `count` starts in any window of `period` microseconds. */
export interface Rate {
  /** How many starts. */
  readonly count: number;
  /** Microseconds. */
  readonly period: number;
}

/** In microseconds: times are whole ones, so that sums of them are exact. */
export const MILLISECOND = 1000;
/** In microseconds. */
export const SECOND = 1000 * MILLISECOND;

/** From the shortest to the longest; a month has 30 days, as requests-ratelimiter counts. */
const PERIODS = {
  per_second: SECOND,
  per_minute: 60 * SECOND,
  per_hour: 3600 * SECOND,
  per_day: 86_400 * SECOND,
  per_month: 30 * 86_400 * SECOND,
} as const;

const PERIOD_NAMES = Object.keys(PERIODS) as (keyof typeof PERIODS)[];

export const RATE_NAMES: readonly string[] = [...PERIOD_NAMES, 'burst'];

/**
 * The rates in `options`, shortest period first.
 * @param what names the options in errors
 * @throws TypeError and ValueError that name the option
 */
export function parseRates(what: string, options: RateOptions): readonly Rate[] {
  const rates: Rate[] = [];
  for (const name of PERIOD_NAMES) {
    const value = options[name] ?? null;
    if (value === null) continue;
    checkPositive(what, name, value);
    const count = Math.ceil(value);
    rates.push({ count, period: Math.ceil((PERIODS[name] * count) / value) });
  }
  const burst = options.burst ?? null;
  if (burst === null) return rates;
  checkWhole(what, 'burst', burst);
  const [shortest] = rates;
  if (shortest === undefined) throw new TypeError(`${what}: burst needs a rate, such as per_second`);
  if (burst > shortest.count) {
    throw new ValueError(
      `${what}: burst (${burst}) is more than the shortest period allows (${shortest.count})`,
    );
  }
  // In addition to the rate, not instead: 2 in 0.4 s can be 6 in one second, where 5 are allowed.
  if (burst === shortest.count) return rates;
  return [{ count: burst, period: Math.ceil((shortest.period * burst) / shortest.count) }, ...rates];
}

/** The same for an object that holds rates and nothing else. */
export function parseOnlyRates(what: string, options: RateOptions): readonly Rate[] {
  return parseRates(what, checkOptions(what, options, RATE_NAMES));
}

/** @throws TypeError unless `value` is a number, ValueError unless it is finite and above 0 */
export function checkPositive(what: string, name: string, value: unknown): asserts value is number {
  if (typeof value !== 'number')
    throw new TypeError(`${what}: ${name} must be a number, got ${typeName(value)}`);
  if (!(value > 0) || value === Infinity) {
    throw new ValueError(`${what}: ${name} must be greater than 0 and finite, got ${value}`);
  }
}

/** @throws TypeError unless `value` is a whole number, ValueError unless it is at least 1 */
export function checkWhole(what: string, name: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new TypeError(`${what}: ${name} must be an integer, got ${numberOrType(value)}`);
  }
  if (value < 1) throw new ValueError(`${what}: ${name} must be at least 1, got ${value}`);
}
