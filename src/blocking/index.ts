/**
 * Python's `requests`, `requests_futures` and `concurrent.futures` with Python's calling convention, without a single `await`:
 *
 * ```ts
 * import { as_completed, FuturesSession } from 'requests-futures/blocking';
 *
 * const session = new FuturesSession({ max_workers: 10 });
 * for (const future of as_completed(urls.map((url) => session.get(url, { timeout: 5 })))) {
 *   const response = future.result();
 *   console.log(response.status_code, response.json());
 * }
 * ```
 *
 * Calls block their thread: use this in scripts, command-line tools, REPLs and tests, never in servers.
 *
 * @packageDocumentation
 */

// First, so that the gateway starts while the rest loads.
import './caller/connection.js';

export * as concurrent from './concurrent/index.js';
export { BinaryFile, type FileMode, open, TextFile } from './files.js';
export {
  type BackgroundCallback,
  type ExecutorLike,
  type FuturesRequestOptions,
  FuturesSession,
  type FuturesSessionOptions,
  type RequestingSession,
  type ResponseFuture,
} from './futures/futures-session.js';
export { type LimitsOptions, SessionLimits } from './futures/session-limits.js';
export {
  ALL_COMPLETED,
  as_completed,
  AsyncPoolExecutor,
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
  CancelledError,
  copyreg,
  type DoneAndNotDoneFutures,
  Executor,
  FIRST_COMPLETED,
  FIRST_EXCEPTION,
  Future,
  importable,
  InvalidStateError,
  PickleError,
  PicklingError,
  ProcessPoolExecutor,
  RuntimeError,
  set_logger,
  ThreadPoolExecutor,
  TimeoutError,
  UnpicklingError,
  wait,
  WorkerPoolExecutor,
} from './futures/index.js';
export {
  AbortError,
  adapters,
  auth,
  CaseInsensitiveDict,
  ChunkedEncodingError,
  codes,
  ConnectionError,
  ConnectTimeout,
  ContentDecodingError,
  cookies,
  DeadlineExceeded,
  type DeadlinePhase,
  delete,
  exceptions,
  FileModeWarning,
  get,
  HARRecorder,
  head,
  hooks,
  HTTPAdapter,
  type HTTPAdapterOptions,
  HTTPError,
  InvalidHeader,
  InvalidSchema,
  InvalidURL,
  JSONDecodeError,
  KeyError,
  LimitStoreError,
  MaxDelayExceeded,
  MissingSchema,
  models,
  NotImplementedError,
  options,
  OSError,
  patch,
  post,
  PreparedRequest,
  ProxyError,
  put,
  ReadTimeout,
  Request,
  request,
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
  session,
  SSLError,
  StreamConsumedError,
  structures,
  timedelta,
  Timeout,
  TooManyRedirects,
  UndiciAdapter,
  type UndiciAdapterOptions,
  urllib3,
  URLRequired,
  utils,
  ValueError,
} from './requests/index.js';
export * as requests from './requests/index.js';
export * as time from './time.js';
export { sleep } from './time.js';
export type { CloseOptions, LimitsStats } from '../futures-session/index.js';
export type { KeyLimits, KeyStats, RateOptions } from '../limits/index.js';
