/** The arguments of executor and worker, and their checks. */
import {
  checkOptions,
  isPlainObject,
  LONGEST_DELAY,
  numberOrType,
  typeName,
  ValueError,
} from '../builtins/index.js';
import { parseMaxWorkers } from '../concurrent-futures/internal.js';
import { checkConnection, type RedisConnection } from './connection.js';

/** Options that executors and workers of one queue must agree on. */
export interface SharedOptions {
  /** The name of the BullMQ queue. In a Redis Cluster put it, or `prefix`, in braces. */
  queue: string;
  /** Where Redis is: a URL, ioredis's options, or a client of ioredis, which is copied. Default: `redis://127.0.0.1:6379`. */
  connection?: RedisConnection | null | undefined;
  /** The prefix of BullMQ's keys. Default `bull`. */
  prefix?: string | null | undefined;
  /** The largest call or outcome, in bytes. Default 16 MiB. */
  max_size?: number | null | undefined;
  /**
   * Seconds for which a silent worker counts as alive, and BullMQ's locks hold. Nothing may block the worker's event loop for
   * that long. At most 24 days. Default 30.
   */
  lock_duration?: number | null | undefined;
  /** The version of the program. A worker refuses calls of another version, naming both. Default: none, not compared. */
  version?: string | null | undefined;
}

/** The arguments of `new BullMQExecutor()`. */
export interface BullMQExecutorOptions extends SharedOptions {
  /** How many calls may be in Redis at once, waiting or running; the others wait here. Default 100. */
  max_workers?: number | null | undefined;
  /** How often to rerun a call that may have run, but whose worker was lost. Only for calls that may run twice. Default 0. */
  retry_lost?: number | null | undefined;
  /** Seconds without Redis after which the calls in it fail. Default 60. */
  redis_timeout?: number | null | undefined;
  /** Seconds without any worker after which waiting calls fail with NoWorkersError. Null: never. Default 300. */
  worker_timeout?: number | null | undefined;
  /** The fate of waiting calls when this program is gone: `'drop'` (the default) or `'run'`. */
  orphans?: 'drop' | 'run' | null | undefined;
}

/** The arguments of `new RedisLimitStore()`. */
export interface RedisLimitStoreOptions {
  /** Where Redis is: a URL, ioredis's options, or a client of ioredis, which is copied. Default: `redis://127.0.0.1:6379`. */
  connection?: RedisConnection | null | undefined;
  /** The prefix of its keys. Default `bull`, as in a BullMQExecutor. */
  prefix?: string | null | undefined;
  /** Stores of the same name share their limits. Default `default`. */
  name?: string | null | undefined;
  /** Seconds without Redis after which waiting requests fail with LimitStoreError. Default 60. */
  redis_timeout?: number | null | undefined;
}

/** One line of a worker's log: a call that has ended, or did not run. */
export interface CallLog {
  /** When it ended, in ISO 8601. */
  readonly time: string;
  /** Distinguishes these lines from others. */
  readonly event: 'call';
  /** The id of the call, which begins with that of its client. */
  readonly call: string;
  /** The name of the function; null when it could not be read. */
  readonly function: string | null;
  /** How long it ran, in seconds. */
  readonly seconds: number;
  /** `refused`: not a call for this worker. `skipped`: already run, or aborted. `orphan`: its client is gone. */
  readonly outcome: 'returned' | 'threw' | 'refused' | 'skipped' | 'orphan' | 'lost';
  /** Name and message of the error, if there was one. */
  readonly error?: string;
}

/** The arguments of `new BullMQWorker()`. */
export interface BullMQWorkerOptions extends SharedOptions {
  /**
   * The importable functions and classes that calls may use, or modules (`import * as hooks from './hooks.js'`) and
   * objects that contain them. Default: none, which is enough for requests without hooks of your own.
   */
  functions?: Iterable<unknown> | null | undefined;
  /** How many calls it runs at once. Default 100. */
  max_workers?: number | null | undefined;
  /** The number of worker threads to spread calls over, for functions that compute. Default 0: run in the worker's own event loop. */
  threads?: number | null | undefined;
  /** How many calls may start in any second, in all workers of the queue with this option together. Default: no limit. */
  per_second?: number | null | undefined;
  /** Seconds that `close()` gives running calls to finish; `Infinity` is no limit. Default 30. */
  grace?: number | null | undefined;
  /** Receives a line for each call. What it throws or rejects with is logged. Default: none. */
  log?: ((entry: CallLog) => unknown) | null | undefined;
}

/** The shared options after checking. */
export interface ParsedShared {
  readonly queue: string;
  readonly connection: RedisConnection | null;
  readonly prefix: string;
  readonly maxSize: number;
  /** Seconds. */
  readonly lockDuration: number;
  readonly version: string | null;
}

export interface ParsedExecutorOptions extends ParsedShared {
  readonly maxWorkers: number;
  readonly retryLost: number;
  readonly redisTimeout: number;
  readonly workerTimeout: number;
  readonly orphans: 'drop' | 'run';
}

export interface ParsedWorkerOptions extends ParsedShared {
  readonly functions: readonly unknown[];
  readonly maxWorkers: number;
  readonly threads: number;
  readonly perSecond: number | null;
  readonly grace: number;
  readonly log: ((entry: CallLog) => unknown) | null;
}

const SHARED = ['queue', 'connection', 'prefix', 'max_size', 'lock_duration', 'version'];

export function parseExecutorOptions(given: unknown): ParsedExecutorOptions {
  const callee = 'BullMQExecutor()';
  const options: BullMQExecutorOptions = checked(callee, given, [
    'max_workers',
    'retry_lost',
    'redis_timeout',
    'worker_timeout',
    'orphans',
  ]);
  const { orphans, worker_timeout } = options;
  if (![undefined, null, 'drop', 'run'].includes(orphans)) {
    throw new ValueError(`${callee}: orphans must be 'drop' or 'run'`);
  }
  return {
    ...parseShared(callee, options),
    maxWorkers: parseMaxWorkers(options.max_workers, 100),
    retryLost: count(callee, 'retry_lost', options.retry_lost, 0),
    redisTimeout: seconds(callee, 'redis_timeout', options.redis_timeout, 60),
    workerTimeout:
      worker_timeout === null ? Infinity : seconds(callee, 'worker_timeout', worker_timeout, 300),
    orphans: orphans ?? 'drop',
  };
}

export function parseWorkerOptions(given: unknown): ParsedWorkerOptions {
  const callee = 'BullMQWorker()';
  const options: BullMQWorkerOptions = checked(callee, given, [
    'functions',
    'max_workers',
    'threads',
    'per_second',
    'grace',
    'log',
  ]);
  const { functions, per_second, log } = options;
  if (
    typeof functions === 'string' ||
    (functions != null && typeof functions[Symbol.iterator] !== 'function')
  ) {
    throw new TypeError(`${callee}: functions must be a list of importable functions and modules`);
  }
  if (log != null && typeof log !== 'function') throw new TypeError(`${callee}: log must be a function`);
  return {
    ...parseShared(callee, options),
    functions: [...(functions ?? [])],
    maxWorkers: parseMaxWorkers(options.max_workers, 100),
    threads: count(callee, 'threads', options.threads, 0),
    perSecond: per_second == null ? null : seconds(callee, 'per_second', per_second, 1),
    grace: parseGrace(callee, options.grace, 30),
    log: log ?? null,
  };
}

/** The options of a store, checked. */
export function parseStoreOptions({
  connection = null,
  prefix,
  name: given,
  redis_timeout,
}: RedisLimitStoreOptions): {
  connection: RedisConnection | null;
  prefix: string;
  name: string;
  redisTimeout: number;
} {
  const callee = 'RedisLimitStore()';
  checkConnection(callee, connection);
  return {
    connection,
    prefix: prefix == null ? 'bull' : name(callee, 'prefix', prefix),
    name: given == null ? 'default' : name(callee, 'name', given),
    redisTimeout: seconds(callee, 'redis_timeout', redis_timeout, 60),
  };
}

function checked(callee: string, given: unknown, own: readonly string[]): SharedOptions {
  if (!isPlainObject(given)) throw new TypeError(`${callee} takes an options object, got ${typeName(given)}`);
  checkOptions(callee, given, [...SHARED, ...own]);
  // `queue` is checked with the others.
  return given as unknown as SharedOptions;
}

function parseShared(callee: string, options: SharedOptions): ParsedShared {
  const { queue, connection = null, prefix, max_size, lock_duration, version } = options;
  checkConnection(callee, connection);
  return {
    queue: name(callee, 'queue', queue),
    connection,
    prefix: prefix == null ? 'bull' : name(callee, 'prefix', prefix),
    maxSize: count(callee, 'max_size', max_size, 16 * 1024 * 1024),
    lockDuration: lockSeconds(callee, lock_duration),
    version: version == null ? null : name(callee, 'version', version),
  };
}

function name(callee: string, option: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new TypeError(`${callee}: ${option} must be a string, got ${typeName(value)}`);
  }
  if (value === '' || (option === 'queue' && value.includes(':'))) {
    throw new ValueError(
      `${callee}: ${option} must not be empty${option === 'queue' ? ' or have a colon in it' : ''}`,
    );
  }
  return value;
}

function count(callee: string, option: string, value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new TypeError(`${callee}: ${option} must be an integer, got ${numberOrType(value)}`);
  }
  if (value < 0) throw new ValueError(`${callee}: ${option} must not be negative`);
  return value;
}

/** Seconds, 0 among them. */
export function parseGrace(callee: string, value: unknown, fallback: number): number {
  return value === 0 ? 0 : seconds(callee, 'grace', value, fallback);
}

/** BullMQ's timers can wait no longer, and Redis takes whole milliseconds. */
function lockSeconds(callee: string, value: unknown): number {
  const given = seconds(callee, 'lock_duration', value, 30);
  if (given * 1000 > LONGEST_DELAY) {
    throw new ValueError(`${callee}: lock_duration must be at most ${LONGEST_DELAY / 1000}, got ${given}`);
  }
  return Math.ceil(given * 1000) / 1000;
}

function seconds(callee: string, option: string, value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new TypeError(`${callee}: ${option} must be a number, got ${numberOrType(value)}`);
  }
  if (value <= 0) throw new ValueError(`${callee}: ${option} must be greater than 0`);
  return value;
}
