/**
 * Python's `requests_futures.sessions`, and the everyday names of the other two doors:
 *
 * ```ts
 * import { as_completed, FuturesSession, HTTPAdapter, Retry, ThreadPoolExecutor } from 'requests-futures';
 * ```
 *
 * @packageDocumentation
 */

export {
  ALL_COMPLETED,
  abort_signal,
  as_completed,
  type AsCompletedOptions,
  AsyncPoolExecutor,
  BrokenExecutor,
  CancelledError,
  Executor,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  importable,
  InvalidStateError,
  ProcessPoolExecutor,
  type Progress,
  ThreadPoolExecutor,
  TimeoutError,
  wait,
  WorkerPoolExecutor,
} from './concurrent-futures/index.js';
export {
  type BackgroundCallback,
  type CloseOptions,
  type ExecutorLike,
  type FuturesRequestOptions,
  FuturesSession,
  type FuturesSessionOptions,
  type RequestingSession,
  type LimitsStats,
  type ResponseFuture,
  SessionLimits,
} from './futures-session/index.js';
export type {
  KeyLimits,
  KeyStats,
  LimitedRequest,
  LimitsOptions,
  RateOptions,
} from './limits/index.js';
export {
  AbortError,
  CaseInsensitiveDict,
  ChunkedEncodingError,
  codes,
  ConnectionError,
  ConnectTimeout,
  ContentDecodingError,
  DeadlineExceeded,
  type DeadlinePhase,
  HARRecorder,
  HTTPAdapter,
  HTTPError,
  InvalidHeader,
  InvalidSchema,
  InvalidURL,
  JSONDecodeError,
  MaxDelayExceeded,
  MissingSchema,
  PreparedRequest,
  ProxyError,
  ReadTimeout,
  Request,
  REQUEST_CHANNEL,
  type RequestEvent,
  RequestException,
  type RequestOptions,
  RequestsCookieJar,
  Response,
  ResponseNotRead,
  ResponseTooLarge,
  Retry,
  RetryError,
  Session,
  SSLError,
  StreamConsumedError,
  timedelta,
  Timeout,
  TooManyRedirects,
  UndiciAdapter,
  URLRequired,
} from './requests/index.js';
