/** A worker's limit stores. */
import { isPlainObject } from '../builtins/index.js';
import type { RedisConnection } from './connection.js';
import { LimitRedis } from './limit-redis.js';
import { parseStoreOptions, type RedisLimitStoreOptions } from './options.js';
import { RedisLimitStore } from './redis-limit-store.js';
import { Stores } from './stores-here.js';

/** Stores on one Redis, over one connection. */
export function storesOn(where: RedisLimitStoreOptions): Stores {
  const { connection, redisTimeout } = parseStoreOptions(where);
  const redis = new LimitRedis(connection, redisTimeout);
  return new Stores(
    (name) => new RedisLimitStore({ ...where, name }, redis),
    () => redis.close(),
  );
}

/** A connection option that can cross to a thread: a client becomes its options, without functions. */
export function portable(connection: RedisConnection | null): RedisConnection | null {
  if (connection === null || typeof connection === 'string') return connection;
  if (connection instanceof URL) return String(connection);
  const isClient = 'duplicate' in connection && typeof connection.duplicate === 'function';
  const options = isClient ? (connection as { options: object }).options : connection;
  return withoutFunctions(options) as RedisConnection;
}

function withoutFunctions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFunctions);
  if (!isPlainObject(value)) return value;
  const kept = Object.entries(value).filter(([, one]) => typeof one !== 'function');
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutFunctions(one)]));
}
