/**
 * What `futures-session` needs of this column beside its public names.
 * @internal
 */

export { flattenResponse, restoreFlatResponse } from './crossing/response-copy.js';
export {
  changeCookies,
  cookieChanges,
  giveBack,
  hasUsualCookies,
  reduceSession,
  rememberedParts,
  type SessionParts,
} from './crossing/session-copy.js';
export { forgetState } from './crossing/session-state.js';
export { publishEvents, requestChannel, RequestTrace, type TraceIdentity } from './diagnostics/trace.js';
export { asQueuedAt, nextMoment } from './environment/environment-variables.js';
export { bindRequest } from './sessions/verbs.js';
export { kSendNow } from './sessions/redirecting-session.js';
export { copySession, kRequestNow } from './sessions/session.js';
export { kContext, type RequestContext } from './types.js';
