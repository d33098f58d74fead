import { typeName, ValueError } from '../../builtins/index.js';
import { Future } from '../../concurrent-futures/index.js';
import {
  type KeyLimits,
  type KeyStats,
  Limiter,
  type Limits,
  type LimitsOptions,
  parseKeyLimits,
  parseLimits,
  refuseSingleOptions,
} from '../../limits/index.js';
import { hostKey, refusalOf, type RequestTrace } from '../../requests/internal.js';
import type { Response } from '../../requests/index.js';
import type { FarLimits } from './far-limits.js';
import { keysFor } from './keys-for.js';
import { type CallRules, LimitedCall } from './limited-call.js';

/** The state of a session's limits. */
export interface LimitsStats extends KeyStats {
  /** Each host, or key, that is active or remembered. */
  readonly hosts: Readonly<Record<string, KeyStats>>;
}

/** The limits of a FuturesSession, to inspect, and to change while requests wait and run. */
export class SessionLimits {
  static {
    refuseSingleOptions(this.prototype);
  }
  #limits: Limits | null = null;
  #limiter: Limiter | null = null;
  /** How many calls have not ended. */
  #open = 0;
  #idleWaiters: (() => void)[] = [];
  #rules: CallRules | null = null;
  /** Whether the workers that send the requests use the store themselves. */
  readonly #isFar: boolean;
  #options: LimitsOptions | null = null;
  readonly #own = new Map<string, KeyLimits>();

  /** @internal */
  constructor(isFar = false) {
    this.#isFar = isFar;
  }

  /** Replaces the limits, except those of single hosts and keys; null lifts all. Applies to waiting requests; earlier starts count. */
  set(options: LimitsOptions | null): void {
    const limits = options === null ? null : parseLimits('limits', options);
    this.#limits = limits;
    this.#options = options;
    if (limits !== null) this.#engine(limits);
    else {
      this.#own.clear();
      this.#limiter?.lift();
    }
  }

  /**
   * Gives the host of `url` limits of its own, instead of those for each host; null removes them.
   * @throws TypeError when `limits.key` is used instead of the host
   */
  set_host(url: string | URL, limits: KeyLimits | null): void {
    if (this.#limits?.key != null) throw new TypeError('set_host(): these limits have a key; use set_key()');
    const key = hostKey(String(url));
    if (key === null)
      throw new ValueError(
        `set_host() takes a URL with scheme and host, got ${typeName(url)} '${String(url)}'`,
      );
    this.#setOwn('set_host()', key, limits);
  }

  /** Gives `key` limits of its own; null removes them. */
  set_key(key: string, limits: KeyLimits | null): void {
    if (typeof key !== 'string') throw new TypeError(`set_key() takes a string, got ${typeName(key)}`);
    this.#setOwn('set_key()', key, limits);
  }

  /** The current state of all requests together, and of each host. */
  stats(): LimitsStats {
    const { all, keys } = (this.#limiter ?? new Limiter(nothing().settings)).stats();
    return { ...all, hosts: Object.fromEntries(keys) };
  }

  /** Whether requests have to wait for a turn. @internal */
  get isOn(): boolean {
    return this.#limits !== null;
  }

  /** Queues a call, to submit it in its turn. @internal */
  enter(
    call: { limited: LimitedCall | null; readonly trace: RequestTrace | null },
    method: string,
    url: string,
    submit: () => Future<Response>,
  ): Future<Response> {
    const rules = (this.#rules ??= this.#makeRules());
    let keys: string | readonly string[];
    try {
      keys = keysFor(this.#limits?.key ?? null, method, url);
    } catch (error) {
      return failedFuture(error);
    }
    this.#open += 1;
    const limited = new LimitedCall(rules, method, keys, submit);
    const { future } = limited;
    call.limited = limited;
    limited.enter();
    limited.throwFailure();
    if (limited.isWaiting) call.trace?.queued();
    return future;
  }

  /** The limits for the workers that send the requests to keep; null for none. @internal */
  get far(): FarLimits | null {
    const { settings, statuses, key } = this.#limits ?? {};
    if (!this.#isFar || settings?.store == null) return null;
    // Concurrency, and what changes it, is limited here; the rest crosses by itself.
    const held = { limit: null, limit_per_host: null, adaptive: null, key: null, store: null };
    const options = { ...this.#options, ...held, limit_statuses: [...(statuses ?? [])] };
    const own = Array.from(this.#own, ([name, one]) => [name, { ...one, limit: null }] as const);
    return { options, own, key: key ?? null, store: settings.store };
  }

  /** @internal */
  pause(): void {
    if (this.#limits === null) this.#engine((this.#limits = nothing()));
    this.#limiter?.pause();
  }

  /** @internal */
  resume(): void {
    this.#limiter?.resume();
  }

  /** Cancels the waiting calls. @internal */
  cancel(): void {
    for (const turn of [...(this.#limiter?.waiting() ?? [])])
      if (turn instanceof LimitedCall) turn.future.cancel();
  }

  /** Whether no call is open. @internal */
  get isIdle(): boolean {
    return this.#open === 0;
  }

  /** Resolves when every call has ended. @internal */
  idle(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  #setOwn(what: string, key: string, limits: KeyLimits | null): void {
    const allowance = parseKeyLimits(what, limits);
    if (limits === null) this.#own.delete(key);
    else this.#own.set(key, { ...limits });
    this.#limits ??= parseLimits('limits', {});
    this.#engine(this.#limits).setKey(key, allowance);
  }

  #engine(limits: Limits): Limiter {
    const settings = this.#isFar ? { ...limits.settings, store: null } : limits.settings;
    if (this.#limiter === null) this.#limiter = new Limiter(settings);
    else this.#limiter.set(settings);
    return this.#limiter;
  }

  #makeRules(): CallRules {
    return {
      limiter: this.#engine(this.#limits ?? nothing()),
      keysOf: (method, url) => keysFor(this.#limits?.key ?? null, method, url),
      isCountedElsewhere: () => this.#isFar && this.#limits?.settings.store != null,
      refusalOf: (status, retryAfter) => refusalOf(status, retryAfter, this.#limits ?? nothing()),
      ended: () => {
        this.#open -= 1;
        if (this.#open > 0) return;
        const waiters = this.#idleWaiters;
        this.#idleWaiters = [];
        for (const resolve of waiters) resolve();
      },
    };
  }
}

/** For a request whose key could not be determined. */
function failedFuture(error: unknown): Future<Response> {
  const future = new Future<Response>();
  future.set_running_or_notify_cancel();
  future.set_exception(error);
  return future;
}

/** Only pauses; limits nothing. */
const nothing = (): Limits => (limitsNothing ??= parseLimits('limits', { limit_statuses: [] }));
let limitsNothing: Limits | undefined;
