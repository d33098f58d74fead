/**
 * What `futures-session`, `bullmq` and `blocking` use of this folder beyond its public names.
 */

export { poolOptions } from './async-pool-executor.js';
export { type Call, currentAbortToken, currentCall } from './call-context.js';
export { parseShutdown } from './executor.js';
export { parseBuffersize, splitOptions } from './executor-map.js';
export type { FutureOwner } from './future.js';
export { type Futures, futureSet } from './future-set.js';
export { idOf, stateText } from './future-text.js';
export { MapInputs } from './map-inputs.js';
export { checkMapped, notCallable } from './not-callable.js';
export { parseMaxWorkers, PoolExecutor } from './pool-executor.js';
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
export { checkReturnWhen, snapshot } from './wait.js';
export type { WorkItem } from './work-item.js';
export { mapInChunks } from './worker-pool/map-in-chunks.js';
export { runChunk } from './worker-pool/run-chunk.js';
export { ThreadCall } from './worker-pool/thread-call.js';
