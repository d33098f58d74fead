import { typeName } from '../../builtins/index.js';
import type { LimitsStats } from '../../futures-session/index.js';
import {
  type KeyLimits,
  type LimitsOptions as AwaitedOptions,
  parseKeyLimits,
  parseLimits,
} from '../../limits/index.js';
import type { OwnLimits } from '../wire/session-parts.js';

/**
 * What may go to whom, and how fast. A `key` function of the caller's could not run while its thread waits, and a `store` belongs to the
 * thread that made it.
 */
export type LimitsOptions = Omit<AwaitedOptions, 'key' | 'store'>;

/** The limits of a FuturesSession: to look at, and to change while requests wait and run. They are kept by the gateway. */
export class SessionLimits {
  readonly #call: (method: string, args: readonly unknown[]) => unknown;
  #options: LimitsOptions | null = null;
  readonly #own = new Map<string, OwnLimits>();

  /** @internal */
  constructor(call: (method: string, args: readonly unknown[]) => unknown, options: LimitsOptions | null) {
    this.#call = call;
    if (options !== null) this.#options = checked(options);
  }

  /** Takes the place of the limits, but for those of single hosts and keys; null lifts all. What waits is looked at anew, and what has started counts. */
  set(options: LimitsOptions | null): void {
    const limits = options === null ? null : checked(options);
    this.#call('set', [limits]);
    this.#options = limits;
  }

  /** Gives the host of `url` limits of its own, in place of those for each host; null takes them away. */
  set_host(url: string | URL, limits: KeyLimits | null): void {
    this.#setOwn('set_host', String(url), limits);
  }

  /** Gives what counts for `key` limits of its own; null takes them away. */
  set_key(key: string, limits: KeyLimits | null): void {
    if (typeof key !== 'string') throw new TypeError(`set_key() takes a string, got ${typeName(key)}`);
    this.#setOwn('set_key', key, limits);
  }

  /** How all together and each host do at this moment. */
  stats(): LimitsStats {
    return this.#call('stats', []) as LimitsStats;
  }

  /** What the gateway makes them of. @internal */
  _parts(): { readonly limits: LimitsOptions | null; readonly own: readonly OwnLimits[] } {
    return { limits: this.#options, own: [...this.#own.values()] };
  }

  #setOwn(method: OwnLimits[0], name: string, limits: KeyLimits | null): void {
    parseKeyLimits(`${method}()`, limits);
    this.#call(method, [name, limits]);
    this.#own.set(`${method} ${name}`, [method, name, limits]);
  }
}

/** Mistakes are errors at once, and here. */
function checked(options: LimitsOptions): LimitsOptions {
  const { key, store } = options as AwaitedOptions;
  if (key != null || store != null) {
    throw new TypeError(
      `limits: '${key == null ? 'store' : 'key'}' would have to run in this thread, which waits; the awaited doors take it`,
    );
  }
  const copy = parseLimits('limits', options).statuses;
  return { ...options, limit_statuses: [...copy] };
}
