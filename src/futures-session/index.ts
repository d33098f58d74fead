import './crossing.js';

export {
  type CloseOptions,
  type ExecutorLike,
  type FuturesRequestOptions,
  FuturesSession,
  type FuturesSessionOptions,
} from './futures-session.js';
export type { BackgroundCallback, RequestingSession } from './in-slot.js';
export { type LimitsStats, SessionLimits } from './limits/index.js';
export type { ResponseFuture } from './response-future.js';
