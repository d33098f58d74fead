/**
 * What `futures-session`, `bullmq` and `blocking` use of this folder beyond its public names.
 */

export { parseBuffersize, parseMaxWorkers, parseShutdown, poolOptions, splitOptions } from './arguments.js';
export { type Call, currentAbortToken, currentCall } from './call-context.js';
export { runCallback } from './done-callback.js';
export type { FutureOwner } from './future.js';
export { type Futures, futureSet } from './future-set.js';
export { idOf, stateText } from './future-text.js';
export { MapInputs } from './map-inputs.js';
export { checkInitializer, checkMapped, notCallable } from './not-callable.js';
export { PoolExecutor } from './pool-executor.js';
export { checkReturnWhen, snapshot } from './return-when.js';
export {
  CANCELLED,
  CANCELLED_AND_NOTIFIED,
  FAILED,
  FINISHED,
  PENDING,
  RUNNING,
  type State,
} from './states.js';
export { deadlineAfter, parseTimeout, remaining, timeoutOf } from './timeout.js';
export type { WorkItem } from './work-item.js';
export { parseOptions as parseWorkerPoolOptions } from './worker-pool/options.js';
export { mapInChunks } from './worker-pool/map-in-chunks.js';
export { runChunk } from './worker-pool/run-chunk.js';
export { ThreadCall } from './worker-pool/thread-call.js';
