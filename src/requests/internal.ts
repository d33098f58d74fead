/**
 * What `futures-session` and `bullmq` need of this column beside its public names.
 * @internal
 */

export {
  changeCookies,
  cookieChanges,
  copySession,
  forgetState,
  giveBack,
  hasUsualCookies,
  reduceSession,
  rememberedParts,
  type SessionParts,
} from './crossing/index.js';
export { publishEvents, requestChannel, RequestTrace, type TraceIdentity } from './diagnostics/trace.js';
export { ProtocolError } from './exceptions/urllib3.js';
export { hostKey, refusalOf } from './limiter/rules.js';
export { kSendNow } from './sessions/redirecting-session.js';
export { kRequestNow } from './sessions/session.js';
export { bindRequest } from './sessions/verbs.js';
export { kContext, type PauseReason, type RequestContext } from './types.js';
export type { RetryableResponse } from './urllib3/retry-options.js';
export { joinBase } from './urls/join-base.js';
export { VERSION } from './version.js';
