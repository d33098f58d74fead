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
  REQUEST_CHANNEL,
  type RequestEvent,
  type RequestEventBase,
  type SettledEvent,
  type StartedEvent,
  type SubmittedEvent,
} from '../../requests/diagnostics/index.js';
export * as exceptions from '../../requests/exceptions/requests.js';
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
} from '../../requests/exceptions/requests.js';
export * as hooks from './hooks.js';
export * as models from './models/index.js';
export { PreparedRequest } from '../../requests/models/prepared-request.js';
export { Request, type RequestFields, type RequestParts } from '../../requests/models/request.js';
export { Response } from './response.js';
export type {
  RequestArguments,
  UrlInput,
  WithMethodAndUrl,
  WithUrl,
} from '../../requests/sessions/verbs.js';
export type { EnvironmentSettings } from '../../requests/sessions/settings.js';
export type { EnvironmentInput } from '../../requests/sessions/session.js';
export { Session, type SessionHooks, type SyncSession } from './session.js';
export { codes, type StatusCodes } from '../../requests/status-codes.js';
export * as structures from '../../requests/structures/index.js';
export { CaseInsensitiveDict } from '../../requests/structures/index.js';
export type {
  Bytes,
  Cert,
  CookiesInput,
  HeadersInput,
  Pairs,
  Params,
  ParamValue,
  Primitive,
  Proxies,
  TimeoutInput,
} from '../../requests/inputs.js';
export type { AuthCallable, SendOptions } from '../../requests/types.js';
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
export { VERSION as __version__ } from '../../requests/version.js';
export {
  KeyError,
  type Logger,
  NotImplementedError,
  OSError,
  RuntimeError,
  setLogger as set_logger,
  timedelta,
  type TimedeltaOptions,
  ValueError,
} from '../../builtins/index.js';
