import { typeName } from '../../builtins/index.js';
import type { LimitsStats } from '../../futures-session/index.js';
import {
  type KeyLimits,
  type LimitsOptions as AwaitedOptions,
  parseKeyLimits,
  parseLimits,
  refuseSingleOptions,
} from '../../limits/index.js';
import type { OwnLimits } from '../wire/session-parts.js';

/**
 * Limits on how many requests go where, and how fast. There is no `key`, as the caller's function could not run while its thread waits,
 * and no `store`, which belongs to the thread that created it.
 */
export type LimitsOptions = Omit<AwaitedOptions, 'key' | 'store'>;

/** The limits of a FuturesSession, to inspect, and to change while requests wait and run. The gateway enforces them. */
export class SessionLimits {
  static {
    refuseSingleOptions(this.prototype);
  }
  readonly #call: (method: string, args: readonly unknown[]) => unknown;
  #options: LimitsOptions | null = null;
  readonly #own = new Map<string, OwnLimits>();

  /** @internal */
  constructor(call: (method: string, args: readonly unknown[]) => unknown, options: LimitsOptions | null) {
    this.#call = call;
    if (options !== null) this.#options = checked(options);
  }

  /** Replaces the limits, except those of single hosts and keys; null lifts all. Applies to waiting requests; earlier starts count. */
  set(options: LimitsOptions | null): void {
    const limits = options === null ? null : checked(options);
    this.#call('set', [limits]);
    this.#options = limits;
  }

  /** Gives the host of `url` limits of its own, instead of those for each host; null removes them. */
  set_host(url: string | URL, limits: KeyLimits | null): void {
    this.#setOwn('set_host', String(url), limits);
  }

  /** Gives `key` limits of its own; null removes them. */
  set_key(key: string, limits: KeyLimits | null): void {
    if (typeof key !== 'string') throw new TypeError(`set_key() takes a string, got ${typeName(key)}`);
    this.#setOwn('set_key', key, limits);
  }

  /** The current state of all requests together, and of each host. */
  stats(): LimitsStats {
    return this.#call('stats', []) as LimitsStats;
  }

  /** What the gateway needs to create them. @internal */
  _parts(): { readonly limits: LimitsOptions | null; readonly own: readonly OwnLimits[] } {
    return { limits: this.#options, own: [...this.#own.values()] };
  }

  #setOwn(method: OwnLimits[0], name: string, limits: KeyLimits | null): void {
    parseKeyLimits(`${method}()`, limits);
    this.#call(method, [name, limits]);
    this.#own.set(`${method} ${name}`, [method, name, limits]);
  }
}

/** Checked here too, so that mistakes throw at once. */
function checked(options: LimitsOptions): LimitsOptions {
  const { key, store } = options as AwaitedOptions;
  if (key != null || store != null) {
    throw new TypeError(
      `limits: '${key == null ? 'store' : 'key'}' would have to run in this thread, which waits; use requests-futures without /blocking`,
    );
  }
  const copy = parseLimits('limits', options).statuses;
  return { ...options, limit_statuses: [...copy] };
}
