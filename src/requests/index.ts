/**
 * Python's `requests`, with its submodules as namespaces:
 *
 * ```ts
 * import * as requests from 'requests-futures/requests';
 *
 * const response = await requests.get('https://example.org/', { auth: new requests.auth.HTTPDigestAuth('user', 'password') });
 * ```
 *
 * @packageDocumentation
 */

import './crossing/index.js';

export * as adapters from './adapters/index.js';
export {
  HTTPAdapter,
  type HTTPAdapterOptions,
  UndiciAdapter,
  type UndiciAdapterOptions,
} from './adapters/index.js';
export { delete, get, head, options, patch, post, put, request, session } from './api.js';
export * as auth from './auth/index.js';
export * as cookies from './cookies/index.js';
export { RequestsCookieJar } from './cookies/index.js';
export {
  type AttemptEvent,
  type BodyEvent,
  type ConnectedEvent,
  type FailedEvent,
  type HAR,
  type HARContent,
  type HARCreator,
  type HAREntry,
  type HARLog,
  type HARNameValue,
  HARRecorder,
  type HARRequest,
  type HARResponse,
  type HARTimings,
  type HeaderLines,
  type HeadersEvent,
  type PausedEvent,
  type QueuedEvent,
  REQUEST_CHANNEL,
  type RequestEvent,
  type RequestEventBase,
  type ResumedEvent,
  type SettledEvent,
  type StartedEvent,
  type SubmittedEvent,
} from './diagnostics/index.js';
export * as exceptions from './exceptions/index.js';
export {
  AbortError,
  ChunkedEncodingError,
  ConnectionError,
  ConnectTimeout,
  ContentDecodingError,
  FileModeWarning,
  HTTPError,
  InvalidHeader,
  InvalidSchema,
  InvalidURL,
  JSONDecodeError,
  MissingSchema,
  ProxyError,
  ReadTimeout,
  RequestException,
  type RequestExceptionOptions,
  ResponseNotRead,
  ResponseTooLarge,
  RetryError,
  SSLError,
  StreamConsumedError,
  Timeout,
  TooManyRedirects,
  URLRequired,
} from './exceptions/requests.js';
export {
  DeadlineExceeded,
  type DeadlinePhase,
  LimitStoreError,
  MaxDelayExceeded,
} from './exceptions/waiting.js';
export * as hooks from './packages/hooks.js';
export {
  LimiterAdapter,
  LimiterMixin,
  type LimiterOptions,
  LimiterSession,
  SharedLimiter,
} from './limiter/index.js';
export * as models from './models/index.js';
export { PreparedRequest } from './models/prepared-request.js';
export { Request, type RequestFields, type RequestParts } from './models/request.js';
export { Response } from './models/response.js';
export type {
  RequestArguments,
  UrlInput,
  WithMethodAndUrl,
  WithUrl,
} from './sessions/verbs.js';
export type { EnvironmentSettings } from './sessions/settings.js';
export type { ResolveRedirectsOptions } from './sessions/redirecting-session.js';
export { type EnvironmentInput, Session } from './sessions/session.js';
export type { SessionHooks } from './sessions/merge.js';
export { codes, type StatusCodes } from './status-codes.js';
export * as structures from './structures/index.js';
export { CaseInsensitiveDict } from './structures/index.js';
export type {
  Bytes,
  Cert,
  CookiesInput,
  Data,
  FileContent,
  Files,
  FileSpec,
  HeadersInput,
  Pairs,
  Params,
  ParamValue,
  Primitive,
  Proxies,
  StreamingBody,
  TimeoutInput,
} from './inputs.js';
export type {
  Auth,
  AuthCallable,
  HookLists,
  HookOptions,
  Hooks,
  RequestOptions,
  ResponseHook,
  SendOptions,
  SessionSendOptions,
} from './types.js';
export * as urllib3 from './packages/urllib3.js';
export { Retry } from './packages/urllib3.js';
export * as utils from './utils/index.js';
export { VERSION as __version__ } from './version.js';
export {
  KeyError,
  type LevelLogger,
  type Logger,
  type LogLevel,
  NotImplementedError,
  OSError,
  RuntimeError,
  setLogger as set_logger,
  timedelta,
  type TimedeltaOptions,
  ValueError,
} from '../builtins/index.js';
