/** Python's `concurrent.futures`, with its calling convention. */
export {
  type LevelLogger,
  type Logger,
  type LogLevel,
  RuntimeError,
  setLogger as set_logger,
  TimeoutError,
} from '../../builtins/index.js';
export {
  type AsyncPoolExecutorOptions as ThreadPoolExecutorOptions,
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  CancelledError,
  type Class,
  copyreg,
  FuturesError,
  FuturesError as Error,
  importable,
  InvalidStateError,
  type MapOptions,
  PickleError,
  PicklingError,
  type Reduced,
  type ReturnWhen,
  type ShutdownOptions,
  type TimeoutArgument,
  type TimeoutOptions,
  UnpicklingError,
  type WaitOptions,
  type WorkerPoolExecutorOptions as ProcessPoolExecutorOptions,
  type WorkerResourceLimits,
} from '../../concurrent-futures/index.js';
export { ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION } from '../../concurrent-futures/index.js';
export { Executor } from './executor.js';
export { Future } from './future.js';
export {
  ProcessPoolExecutor,
  ProcessPoolExecutor as WorkerPoolExecutor,
  ThreadPoolExecutor,
  ThreadPoolExecutor as AsyncPoolExecutor,
} from './pool-executors.js';
export { as_completed, type DoneAndNotDoneFutures, wait } from './waiting.js';
