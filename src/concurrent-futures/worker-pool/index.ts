export { type WorkerPoolExecutorOptions, type WorkerResourceLimits } from './options.js';
export { WorkerPoolExecutor } from './worker-pool-executor.js';
