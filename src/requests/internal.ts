/**
 * What `futures-session` needs of this column beside its public names.
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
export { kSendNow } from './sessions/redirecting-session.js';
export { kRequestNow } from './sessions/session.js';
export { bindRequest } from './sessions/verbs.js';
export { kContext, type RequestContext } from './types.js';
