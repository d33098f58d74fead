import type { Rate } from './rates.js';

/** One key that a start counts for, and how often something of that key may start. */
export interface Demand {
  readonly key: string;
  readonly rates: readonly Rate[];
}

/** The answer of a {@link LimitStore}. */
export interface Grant {
  /** What stands for each start that is allowed now. */
  readonly tickets: readonly string[];
  /** Microseconds until it is worth asking again; 0 when all that were wanted are allowed. */
  readonly wait: number;
  /** Whether the one start that is allowed is the first after a pause: nothing else starts until its outcome is known. */
  readonly isProbe: boolean;
}

/** What a turn has started with. */
export interface Ticket {
  readonly id: string;
  readonly demands: readonly Demand[];
  isProbe: boolean;
}

/** Seconds after which an asker asks again, however long it was told to wait. */
export const LONGEST_POLL = 60;

/** What has become of tickets: `kept` says that they are still needed. */
export type TicketUse = 'used' | 'unused' | 'kept';

/**
 * Counts starts for several processes, so that they keep one rate together. A start takes a ticket, which counts until it is given
 * back, or until its period has passed since it was used. See `RedisLimitStore` of `requests-futures/bullmq`.
 */
export interface LimitStore {
  /** Seconds after which a ticket that is neither used nor kept counts as used. */
  readonly lease: number;
  /**
   * Asks for starts that count for all keys of `demands`.
   * @param wanted how many
   * @param asker identifies the asker within this thread: the same one each time it asks again
   */
  take(demands: readonly Demand[], wanted: number, asker: number): Promise<Grant>;
  /** Says what has become of tickets, at this moment. */
  settle(demands: readonly Demand[], tickets: readonly string[], use: TicketUse): void;
  /** `asker` does not want a start any more. */
  withdraw(demands: readonly Demand[], asker: number): void;
  /** Lets nothing of `key` start for `microseconds`. */
  pause(key: string, microseconds: number): void;
  /** The outcome of the probe that started with `ticket`: ends the pause of `key`, or lets another probe start. */
  probed(key: string, ticket: string, isWell: boolean): void;
}

const METHODS = ['take', 'settle', 'withdraw', 'pause', 'probed'] as const;

export function isLimitStore(value: unknown): value is LimitStore {
  if (typeof value !== 'object' || value === null) return false;
  return METHODS.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
