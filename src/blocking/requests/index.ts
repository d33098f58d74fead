/** Python's `requests`, with its submodules as namespaces, and with its calling convention. */
import '../../requests/index.js';

export * as adapters from './adapters/index.js';
export {
  HTTPAdapter,
  type HTTPAdapterOptions,
  UndiciAdapter,
  type UndiciAdapterOptions,
} from './adapters/index.js';
export { delete, get, head, options, patch, post, put, request, session } from './api.js';
export * as auth from '../../requests/auth/index.js';
export * as cookies from '../../requests/cookies/index.js';
export { RequestsCookieJar } from '../../requests/cookies/index.js';
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
  type ResumedEvent,
  REQUEST_CHANNEL,
  type RequestEvent,
  type RequestEventBase,
  type SettledEvent,
  type StartedEvent,
  type SubmittedEvent,
} from '../../requests/diagnostics/index.js';
export * as exceptions from '../../requests/exceptions/index.js';
export {
  __version__,
  AbortError,
  DeadlineExceeded,
  type DeadlinePhase,
  LimitStoreError,
  MaxDelayExceeded,
  type AuthCallable,
  type Bytes,
  type Cert,
  ChunkedEncodingError,
  codes,
  ConnectionError,
  ConnectTimeout,
  ContentDecodingError,
  type CookiesInput,
  type EnvironmentInput,
  type EnvironmentSettings,
  FileModeWarning,
  type HeadersInput,
  HTTPError,
  InvalidHeader,
  InvalidSchema,
  InvalidURL,
  JSONDecodeError,
  MissingSchema,
  type Pairs,
  type Params,
  type ParamValue,
  PreparedRequest,
  type Primitive,
  type Proxies,
  ProxyError,
  ReadTimeout,
  Request,
  type RequestArguments,
  RequestException,
  type RequestExceptionOptions,
  type RequestFields,
  type RequestParts,
  ResponseNotRead,
  ResponseTooLarge,
  RetryError,
  type SendOptions,
  SSLError,
  type StatusCodes,
  StreamConsumedError,
  Timeout,
  type TimeoutInput,
  TooManyRedirects,
  type UrlInput,
  URLRequired,
  type WithMethodAndUrl,
  type WithUrl,
} from '../../requests/index.js';
export * as hooks from './hooks.js';
export * as models from './models/index.js';
export { Response } from './response.js';
export { Session, type SessionHooks, type SyncSession } from './session.js';
export * as structures from '../../requests/structures/index.js';
export { CaseInsensitiveDict } from '../../requests/structures/index.js';
export type {
  Auth,
  Data,
  FileContent,
  Files,
  FileSpec,
  HookOptions,
  Hooks,
  RequestOptions,
  ResponseHook,
  SessionSendOptions,
  StreamingBody,
} from './inputs.js';
export * as urllib3 from './urllib3/index.js';
export { Retry } from '../../requests/packages/urllib3.js';
export * as utils from '../../requests/utils/index.js';
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
} from '../../builtins/index.js';
