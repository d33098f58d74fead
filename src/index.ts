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
  type ResponseFuture,
} from './futures-session/index.js';
export {
  AbortError,
  CaseInsensitiveDict,
  ChunkedEncodingError,
  codes,
  ConnectionError,
  ConnectTimeout,
  ContentDecodingError,
  HARRecorder,
  HTTPAdapter,
  HTTPError,
  InvalidHeader,
  InvalidSchema,
  InvalidURL,
  JSONDecodeError,
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
