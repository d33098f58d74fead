/**
 * Python's `concurrent.futures`: futures, executors and ways to wait for them. Independent of HTTP.
 *
 * ```ts
 * import { as_completed, ThreadPoolExecutor, wait } from 'requests-futures/concurrent-futures';
 * ```
 *
 * @packageDocumentation
 */

export {
  type LevelLogger,
  type Logger,
  type LogLevel,
  RuntimeError,
  setLogger as set_logger,
  TimeoutError,
} from '../builtins/index.js';
export type {
  AsyncPoolExecutorOptions,
  AsyncPoolExecutorOptions as ThreadPoolExecutorOptions,
  MapOptions,
  ShutdownOptions,
} from './arguments.js';
export { type AsCompleted, as_completed, type AsCompletedOptions, type Progress } from './as-completed.js';
export {
  AsyncPoolExecutor,
  AsyncPoolExecutor as ThreadPoolExecutor,
} from './async-pool-executor.js';
export { abort_signal, current_worker_name } from './call-context.js';
export {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  CancelledError,
  FuturesError,
  FuturesError as Error,
  InvalidStateError,
} from './errors.js';
export { Executor } from './executor.js';
export type { AnyIterable, MapIterator } from './executor-map.js';
export { type AbortHandler, Future } from './future.js';
export type { TimeoutArgument, TimeoutOptions } from './timeout.js';
export { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION, type ReturnWhen } from './return-when.js';
export { type DoneAndNotDoneFutures, wait, type WaitOptions } from './wait.js';
export type { Class, Reduced } from '../builtins/index.js';
export { copyreg, importable, PickleError, PicklingError, UnpicklingError } from '../pickle/index.js';
export {
  WorkerPoolExecutor,
  WorkerPoolExecutor as ProcessPoolExecutor,
  type WorkerPoolExecutorOptions,
  type WorkerPoolExecutorOptions as ProcessPoolExecutorOptions,
  type WorkerResourceLimits,
} from './worker-pool/index.js';
