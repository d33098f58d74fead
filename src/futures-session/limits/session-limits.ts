import { isPlainObject, typeName, ValueError } from '../../builtins/index.js';
import { Future } from '../../concurrent-futures/index.js';
import {
  type KeyLimits,
  type KeyStats,
  Limiter,
  type Limits,
  type LimitsOptions,
  parseKeyLimits,
  parseLimits,
} from '../../limits/index.js';
import { hostKey, refusalOf, type RequestTrace } from '../../requests/internal.js';
import type { Response } from '../../requests/index.js';
import { type CallRules, LimitedCall } from './limited-call.js';

/** How the limits of a session do. */
export interface LimitsStats extends KeyStats {
  /** Each host, or key, that has something to wait for or to remember. */
  readonly hosts: Readonly<Record<string, KeyStats>>;
}

/** The limits of a FuturesSession: to look at, and to change while requests wait and run. */
export class SessionLimits {
  #limits: Limits | null = null;
  #limiter: Limiter | null = null;
  /** How many calls have not ended. */
  #open = 0;
  #idleWaiters: (() => void)[] = [];
  #rules: CallRules | null = null;

  /** Takes the place of the limits, but for those of single hosts and keys; null lifts all. What waits is looked at anew, and what has started counts. */
  set(options: LimitsOptions | null): void {
    const limits = options === null ? null : parseLimits('limits', options);
    this.#limits = limits;
    if (limits !== null) this.#engine(limits);
    else this.#limiter?.lift();
  }

  /**
   * Gives the host of `url` limits of its own, in place of those for each host; null takes them away.
   * @throws TypeError where `limits.key` stands in the host's place
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

  /** Gives what counts for `key` limits of its own; null takes them away. */
  set_key(key: string, limits: KeyLimits | null): void {
    if (typeof key !== 'string') throw new TypeError(`set_key() takes a string, got ${typeName(key)}`);
    this.#setOwn('set_key()', key, limits);
  }

  /** How all together and each host do at this moment. */
  stats(): LimitsStats {
    const { all, keys } = (this.#limiter ?? new Limiter(NOTHING.settings)).stats();
    return { ...all, hosts: Object.fromEntries(keys) };
  }

  /** Whether requests have to wait for a turn. @internal */
  get isOn(): boolean {
    return this.#limits !== null;
  }

  /** Queues a call, and submits it in its turn. @internal */
  enter(
    call: { limited: LimitedCall | null; readonly trace: RequestTrace | null },
    method: string,
    url: string,
    submit: () => Future<Response>,
  ): Future<Response> {
    const rules = (this.#rules ??= this.#makeRules());
    let keys: string | readonly string[];
    try {
      keys = this.#keysOf(method, url);
    } catch (error) {
      return failedFuture(error);
    }
    this.#open += 1;
    const limited = new LimitedCall(rules, method, keys, submit);
    call.limited = limited;
    limited.enter();
    limited.throwFailure();
    if (limited.isWaiting) call.trace?.queued();
    return limited.future;
  }

  /** @internal */
  pause(): void {
    if (this.#limits === null) this.#engine((this.#limits = NOTHING));
    this.#limiter?.pause();
  }

  /** @internal */
  resume(): void {
    this.#limiter?.resume();
  }

  /** Cancels what waits for its turn. @internal */
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
    this.#limits ??= parseLimits('limits', {});
    this.#engine(this.#limits).setKey(key, allowance);
  }

  #engine({ settings }: Limits): Limiter {
    if (this.#limiter === null) this.#limiter = new Limiter(settings);
    else this.#limiter.set(settings);
    return this.#limiter;
  }

  #makeRules(): CallRules {
    return {
      limiter: this.#engine(this.#limits ?? NOTHING),
      keysOf: (method, url) => this.#keysOf(method, url),
      refusalOf: (status, retryAfter) => refusalOf(status, retryAfter, this.#limits ?? NOTHING),
      ended: () => {
        this.#open -= 1;
        if (this.#open > 0) return;
        const waiters = this.#idleWaiters;
        this.#idleWaiters = [];
        for (const resolve of waiters) resolve();
      },
    };
  }

  #keysOf(method: string, url: string): string | readonly string[] {
    const host = hostKey(url);
    const key = this.#limits?.key;
    if (host === null || key == null) return host ?? '';
    const keys: unknown = key({ method: method.toUpperCase(), url: new URL(url) });
    if (typeof keys === 'string') return keys;
    if (Array.isArray(keys) && keys.length > 0 && keys.every((one) => typeof one === 'string')) return keys;
    throw new TypeError(
      `limits.key() must return a string or strings, got ${isPlainObject(keys) ? 'an object' : typeName(keys)}`,
    );
  }
}

/** Of a request whose key could not be found. */
function failedFuture(error: unknown): Future<Response> {
  const future = new Future<Response>();
  future.set_running_or_notify_cancel();
  future.set_exception(error);
  return future;
}

/** Holds back what has to be held back, and limits nothing. */
const NOTHING = parseLimits('limits', { limit_statuses: [] });
