import type { Rate } from './rates.js';

/** A key that a start counts for, and its rates. */
export interface Demand {
  /** What the start counts for. */
  readonly key: string;
  /** All of them hold. */
  readonly rates: readonly Rate[];
}

/** The answer of a {@link LimitStore}. */
export interface Grant {
  /** One ticket for each start that is allowed now. */
  readonly tickets: readonly string[];
  /** Microseconds until the next attempt is worthwhile; 0 when all requested starts are allowed. */
  readonly wait: number;
  /** Whether the one allowed start is the first after a pause: nothing else starts until its outcome is known. */
  readonly isProbe: boolean;
}

/** The ticket of a started turn. */
export interface Ticket {
  readonly id: string;
  readonly demands: readonly Demand[];
  isProbe: boolean;
}

/** Seconds after which to ask again, however long the store said to wait. */
export const LONGEST_POLL = 60;

/** The fate of tickets; `kept` means still needed. */
export type TicketUse = 'used' | 'unused' | 'kept';

/**
 * Counts starts for several processes that share one rate. A start takes a ticket, which counts until it is given
 * back, or until its period has passed since its use. See `RedisLimitStore` of `requests-futures/bullmq`.
 */
export interface LimitStore {
  /** Seconds after which a ticket that is neither used nor kept counts as used. */
  readonly lease: number;
  /**
   * Requests starts that count for all keys of `demands`.
   * @param wanted the number of starts
   * @param asker identifies the caller within this thread: the same on each repeated request
   */
  take(demands: readonly Demand[], wanted: number, asker: number): Promise<Grant>;
  /** Reports the fate of tickets as of now. */
  settle(demands: readonly Demand[], tickets: readonly string[], use: TicketUse): void;
  /** Withdraws the request of `asker`. */
  withdraw(demands: readonly Demand[], asker: number): void;
  /** Pauses `key` for `microseconds`. */
  pause(key: string, microseconds: number): void;
  /** The outcome of the probe that started with `ticket`: ends the pause of `key`, or lets another probe start. */
  probed(key: string, ticket: string, isWell: boolean): void;
}

const METHODS = ['take', 'settle', 'withdraw', 'pause', 'probed'] as const;

export function isLimitStore(value: unknown): value is LimitStore {
  if (typeof value !== 'object' || value === null) return false;
  return METHODS.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
