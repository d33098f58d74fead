import { checkOptions, isPlainObject, typeName, ValueError } from '../builtins/index.js';
import type { Allowance } from './gate.js';
import {
  checkPositive,
  checkWhole,
  parseOnlyRates,
  parseRates,
  RATE_NAMES,
  type Rate,
  type RateOptions,
} from './rates.js';
import { isLimitStore, type LimitStore } from './store.js';

/** A request as {@link LimitsOptions.key} sees it. */
export interface LimitedRequest {
  /** In upper case. */
  readonly method: string;
  /** The whole URL, with `base_url` joined, without `params`. */
  readonly url: URL;
}

/** What a single host or key allows. */
export interface KeyLimits extends RateOptions {
  /** How many may be under way at once. Default null: any number. */
  limit?: number | null | undefined;
}

/** Limits on how many requests go where, and how fast. All that are set hold; an absent or null one does not limit. */
export interface LimitsOptions extends RateOptions {
  /** How many requests may be under way at once, to all hosts together. Default null: any number. */
  limit?: number | null | undefined;
  /** How many requests may be under way at once to each host, or for each key. Default null: any number. */
  limit_per_host?: number | null | undefined;
  /**
   * Whether the rates hold for each host (scheme, host and port) or for all hosts together; or an object with the rates of each
   * host, while those given directly hold for all together. Refused with `key`. Default true.
   */
  per_host?: boolean | RateOptions | null | undefined;
  /** Returns the key that a request counts for instead of its host, or several that must all allow it. Default null: the host. */
  key?: ((request: LimitedRequest) => string | readonly string[]) | null | undefined;
  /** The statuses whose `Retry-After` pauses the host. Default: only 429. */
  limit_statuses?: Iterable<number> | null | undefined;
  /** The longest such pause, in seconds. Default 3600. */
  retry_after_max?: number | null | undefined;
  /** The longest wait for a turn, in seconds; a request that would have to wait longer fails at once. Default null: no limit. */
  max_delay?: number | null | undefined;
  /**
   * Whether to send fewer requests at once to a host that answers with one of `limit_statuses` or 503, or resets connections:
   * half as many, and one more after each round of success. Default false.
   */
  adaptive?: boolean | null | undefined;
  /**
   * A store that counts starts for several processes and machines, which then share the rates and pauses; `limit`, `limit_per_host`,
   * `max_delay` and `adaptive` still hold per process. See `RedisLimitStore` of `requests-futures/bullmq`. Default null: this process
   * counts alone.
   */
  store?: LimitStore | null | undefined;
}

/** The settings of a limiter. */
export interface LimiterSettings {
  /** For all keys together. */
  readonly all: Allowance;
  /** For each key that has no allowance of its own. */
  readonly each: Allowance;
  /** The longest wait for a turn, in seconds; Infinity for no limit. */
  readonly maxDelay: number;
  /** The longest pause, in seconds. */
  readonly longestPause: number;
  /** Whether trouble lowers how many may be under way at once. */
  readonly adaptive: boolean;
  /** Counts for several processes; null where this one counts alone. */
  readonly store: LimitStore | null;
}

/** Limits, checked. */
export interface Limits {
  readonly settings: LimiterSettings;
  readonly key: ((request: LimitedRequest) => string | readonly string[]) | null;
  readonly statuses: ReadonlySet<number>;
}

const OPTION_NAMES = [
  ...RATE_NAMES,
  'limit',
  'limit_per_host',
  'per_host',
  'key',
  'limit_statuses',
  'retry_after_max',
  'max_delay',
  'adaptive',
  'store',
];

/**
 * Checks `options`.
 * @param what names them in errors
 * @throws TypeError or ValueError, naming the option, for one that is unknown, invalid or contradicts another
 */
export function parseLimits(what: string, given: LimitsOptions): Limits {
  const options = checkObject(what, given, OPTION_NAMES);
  const { key = null, adaptive = null, store = null } = options;
  if (key !== null && typeof key !== 'function') throw new TypeError(`${what}: key must be a function`);
  if (adaptive !== null && typeof adaptive !== 'boolean')
    throw new TypeError(`${what}: adaptive must be a boolean`);
  if (store !== null && !isLimitStore(store)) {
    throw new TypeError(`${what}: store must be a store, such as a RedisLimitStore, got ${typeName(store)}`);
  }
  const rates = parseRates(what, options);
  const { each, all } = divide(what, options, rates);
  return {
    settings: {
      all: { rates: all, limit: placesOf(what, 'limit', options.limit) },
      each: { rates: each, limit: placesOf(what, 'limit_per_host', options.limit_per_host) },
      maxDelay: secondsOf(what, 'max_delay', options.max_delay, Infinity),
      longestPause: secondsOf(what, 'retry_after_max', options.retry_after_max, 3600),
      adaptive: adaptive ?? false,
      store,
    },
    key,
    statuses: statusesOf(what, options.limit_statuses),
  };
}

/** Checks what a single key allows; null for nothing of its own. */
export function parseKeyLimits(what: string, given: KeyLimits | null): Allowance | null {
  if (given === null) return null;
  const options = checkObject(what, given, [...RATE_NAMES, 'limit']);
  return { rates: parseRates(what, options), limit: placesOf(what, 'limit', options.limit) };
}

/** Makes the assignment of a single option to the object that shows them, which would change nothing, an error. */
export function refuseSingleOptions(prototype: object): void {
  for (const name of OPTION_NAMES) {
    const set = (): never => {
      throw new TypeError(
        `limits.${name} cannot be assigned; write session.limits = { ${name}: … }, with all limits that should hold`,
      );
    };
    Object.defineProperty(prototype, name, { set, configurable: true });
  }
}

/** Which rates hold for each key, and which for all together. */
function divide(
  what: string,
  { key, per_host = null }: LimitsOptions,
  rates: readonly Rate[],
): { each: readonly Rate[]; all: readonly Rate[] } {
  if (per_host === null) return { each: rates, all: [] };
  if (key)
    throw new TypeError(`${what}: per_host and key contradict each other, as key stands in the host's place`);
  if (per_host === true) return { each: rates, all: [] };
  if (per_host === false) return { each: [], all: rates };
  if (!isPlainObject(per_host)) {
    throw new TypeError(
      `${what}: per_host must be a boolean or an object of rates, got ${typeName(per_host)}`,
    );
  }
  const each = parseOnlyRates(`${what}.per_host`, per_host);
  if (each.length === 0) throw new ValueError(`${what}.per_host states no rate`);
  return { each, all: rates };
}

function checkObject<O extends object>(what: string, options: O, names: readonly string[]): O {
  const isObject: boolean = isPlainObject(options);
  if (!isObject) throw new TypeError(`${what} takes an object, got ${typeName(options)}`);
  return checkOptions(what, options, names);
}

function placesOf(what: string, name: string, value: number | null | undefined): number {
  if (value === undefined || value === null || value === Infinity) return Infinity;
  checkWhole(what, name, value);
  return value;
}

function secondsOf(what: string, name: string, value: number | null | undefined, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (value === 0) return 0;
  checkPositive(what, name, value);
  return value;
}

function statusesOf(what: string, value: Iterable<number> | null | undefined): ReadonlySet<number> {
  const given: unknown = value ?? [429];
  if (typeof given !== 'object' || given === null || !(Symbol.iterator in given)) {
    throw new TypeError(`${what}: limit_statuses must be a list such as [429, 503], got ${typeName(given)}`);
  }
  const statuses = new Set(given as Iterable<number>);
  for (const status of statuses) checkWhole(what, 'each of limit_statuses', status);
  return statuses;
}
