import { randomBytes } from 'node:crypto';
import { checkOptions, isPlainObject, setReducer, setReferences, typeName } from '../builtins/index.js';
import type { Demand, Grant, LimitStore, TicketUse } from '../limits/index.js';
import { LimitRedis } from './limit-redis.js';
import { parseStoreOptions, type RedisLimitStoreOptions } from './options.js';
import { storeHere } from './stores-here.js';

/**
 * Counts starts in Redis, so that any number of processes on any number of machines share one rate, and one pause after a 429. Times
 * come from Redis's own clock.
 *
 * ```ts
 * const store = new RedisLimitStore({ connection: 'redis://10.0.0.1' });
 * const session = new FuturesSession({ limits: { per_second: 10, store } });
 * ```
 *
 * The connection is opened on first use and does not keep an idle process alive, even without `close()`.
 */
export class RedisLimitStore implements LimitStore, AsyncDisposable {
  /** Stores of this name, in one Redis, share their limits. */
  readonly name: string;
  /** Seconds. */
  readonly lease: number = 30;
  readonly #redis: LimitRedis;
  readonly #prefix: string;
  /** Distinguishes the askers and tickets of this store from others. */
  readonly #id = randomBytes(9).toString('base64url');
  #lastTake = 0;

  /** @throws TypeError and ValueError for bad options, without showing the connection */
  constructor(options?: RedisLimitStoreOptions);
  /** @internal */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- this one is left out of the declarations
  constructor(options: RedisLimitStoreOptions, redis: LimitRedis);
  constructor(options: RedisLimitStoreOptions = {}, redis?: LimitRedis) {
    const given = options as unknown;
    if (!isPlainObject(given))
      throw new TypeError(`RedisLimitStore() takes an options object, got ${typeName(given)}`);
    checkOptions('RedisLimitStore()', given, ['connection', 'prefix', 'name', 'redis_timeout']);
    const { connection, prefix, name, redisTimeout } = parseStoreOptions(options);
    this.name = name;
    // The braces keep all keys on one node of a Redis Cluster.
    this.#prefix = `${prefix}:{rf-limits:${name}}:`;
    this.#redis = redis ?? new LimitRedis(connection, redisTimeout);
  }

  /** See {@link LimitStore}. */
  async take(demands: readonly Demand[], wanted: number, asker: number): Promise<Grant> {
    this.#lastTake += 1;
    const base = `${this.#id}:${this.#lastTake}:`;
    const keys = demands.flatMap(({ key }) => this.#keysOf(key));
    const rates = demands.flatMap(({ rates: all }) => [
      all.length,
      ...all.flatMap(({ count, period }) => [count, period]),
    ]);
    const lease = this.lease * 1_000_000;
    const tickets = (room: number): string[] => Array.from({ length: room }, (_, i) => `${base}${i + 1}`);
    const [room, wait, isProbe] = await this.#redis.ask(
      (client) => client.rfTake(keys.length, ...keys, wanted, base, `${this.#id}:${asker}`, lease, ...rates),
      ([late, , wasProbe]) => {
        this.settle(demands, tickets(late), 'unused');
        if (wasProbe === 1) for (const { key } of demands) this.probed(key, `${base}1`, false);
        this.withdraw(demands, asker);
      },
    );
    return { tickets: tickets(room), wait: Number(wait), isProbe: isProbe === 1 };
  }

  /** See {@link LimitStore}. */
  settle(demands: readonly Demand[], tickets: readonly string[], use: TicketUse): void {
    const counted = demands.filter(({ rates }) => rates.length > 0);
    if (counted.length === 0 || tickets.length === 0) return;
    const keys = counted.map(({ key }) => this.#key(key, 'starts'));
    const periods = counted.map(({ rates }) => Math.max(...rates.map(({ period }) => period)));
    this.#redis.tell((client) =>
      client.rfSettle(keys.length, ...keys, use, this.lease * 1_000_000, ...periods, ...tickets),
    );
  }

  /** See {@link LimitStore}. */
  withdraw(demands: readonly Demand[], asker: number): void {
    for (const { key, rates } of demands) {
      if (rates.length === 0) continue;
      this.#redis.tell((client) => client.zrem(this.#key(key, 'waiting'), `${this.#id}:${asker}`));
    }
  }

  /** See {@link LimitStore}. */
  pause(key: string, microseconds: number): void {
    this.#redis.tell((client) => client.rfPause(this.#key(key, 'state'), microseconds));
  }

  /** See {@link LimitStore}. */
  probed(key: string, ticket: string, isWell: boolean): void {
    this.#redis.tell((client) => client.rfProbed(this.#key(key, 'state'), ticket, isWell ? 1 : 0));
  }

  /** Closes the connection. The store opens another one when it is used again. */
  async close(): Promise<void> {
    await this.#redis.close();
  }

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #keysOf(key: string): string[] {
    return [this.#key(key, 'starts'), this.#key(key, 'waiting'), this.#key(key, 'state')];
  }

  #key(key: string, part: 'starts' | 'waiting' | 'state'): string {
    return `${this.#prefix}${key}:${part}`;
  }
}

/** In a worker: the store of this name on the worker's own Redis. */
function restoreLimitStore(name: string): LimitStore {
  return storeHere(name);
}

setReferences(import.meta.url, { restoreLimitStore });
setReducer(RedisLimitStore, ({ name }) => [restoreLimitStore, [name]]);
