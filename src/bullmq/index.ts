/**
 * An executor whose workers are other processes and machines, like dask's `Client.get_executor()` in Python. It needs
 * `bullmq`, `ioredis`, and a Redis server.
 *
 * ```ts
 * import { BullMQExecutor } from 'requests-futures/bullmq';
 * ```
 *
 * @packageDocumentation
 */

export { BullMQExecutor } from './bullmq-executor.js';
export { BullMQWorker, type WorkerHealth } from './bullmq-worker.js';
export type { RedisConnection } from './connection.js';
export { NoWorkersError } from './errors.js';
export type {
  BullMQExecutorOptions,
  BullMQWorkerOptions,
  CallLog,
  RedisLimitStoreOptions,
  SharedOptions,
} from './options.js';
export { RedisLimitStore } from './redis-limit-store.js';
