/**
 * What `futures-session`, `bullmq` and `blocking` need of this column beside its public names.
 */

export type { HTTPResponseInit } from './bodies/incoming/response-init.js';
export { isSeekable } from './bodies/outgoing/body-position.js';
export type { PreparedBody } from './bodies/outgoing/body.js';
export { closeBody, endsWhenClosed, mustBeClosed, takeBody } from './bodies/outgoing/close-body.js';
export { encodeNow } from './bodies/outgoing/json-body.js';
export { bodiesOf } from './bodies/outgoing/multipart.js';
export { super_len } from './bodies/outgoing/super-len.js';
export {
  type BodySource,
  checkChunkSize,
  iterContent,
  type IterContentOptions,
  iterLines,
  type IterLinesOptions,
} from './bodies/text/iter-body.js';
export type { JSONReviver } from './bodies/text/response-json.js';
export { isPristine } from './cookies/requests-cookie-jar.js';
export { copyHTTPAdapter, partsOf, poolOptions } from './crossing/adapter-copy.js';
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
export { rememberedState } from './crossing/session-copy.js';
export {
  type HeaderList,
  type ResponseClasses,
  restoreShortResponse,
  shortenResponse,
  type ShortResponse,
} from './crossing/short-response.js';
export { publishEvents, requestChannel, RequestTrace, type TraceIdentity } from './diagnostics/trace.js';
export { ProtocolError } from './exceptions/urllib3.js';
export { rawValues } from './headers/raw-headers.js';
export { default_hooks, deregister_hook, HOOKS, register_hook } from './hooks.js';
export { LimitedAttempts } from './limiter/limited-attempts.js';
export { hostKey, refusalOf } from './limiter/rules.js';
export { withDeadline } from './sessions/deadline.js';
export { checkAdapters, checkSession } from './sessions/merge.js';
export {
  checkedSendOptions,
  checkNoArguments,
  checkSendCount,
  checkSignal,
} from './sessions/option-shapes.js';
export {
  kNoAdapters,
  kRequestNow,
  kSendNow,
  RedirectingSession,
  type RedirectStep,
} from './sessions/redirecting-session.js';
export { SendSettings } from './sessions/settings.js';
export { bindRequest, bindVerb, requestPart } from './sessions/verbs.js';
export {
  HTTPConnectionPool,
  HTTPSConnectionPool,
  type PoolOptions,
} from './transports/connections/connection-pool.js';
export { socketsPolled } from './transports/connections/kept-connections.js';
export {
  type HostParams,
  PoolManager,
  type PoolManagerOptions,
  ProxyManager,
} from './transports/connections/pool-manager.js';
export type { PoolProxy } from './transports/connections/proxy-agents.js';
export type { SocketOption, SocketSettings } from './transports/connections/socket-settings.js';
export type { ConnectionSettings } from './transports/connections/tls-settings.js';
export { kContext, type PauseReason, type RequestContext } from './types.js';
export type { RetryableResponse } from './urllib3/retry-options.js';
export { joinBase } from './urls/join-base.js';
export { toBuffer } from './urls/python-text.js';
export { VERSION } from './version.js';
