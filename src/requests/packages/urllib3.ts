/** Python's `urllib3`, as far as adapters and their users go: `requests.packages.urllib3`. */
export * as exceptions from '../exceptions/urllib3.js';
export { HTTPConnectionPool, HTTPSConnectionPool } from '../transports/connections/connection-pool.js';
export { PoolManager, ProxyManager } from '../transports/connections/pool-manager.js';
export type { PoolRequestOptions } from '../transports/pool-request.js';
export { Retry } from '../urllib3/retry.js';
export type {
  IncrementOptions,
  RequestHistory,
  RetryableResponse,
  RetryCount,
  RetryOptions,
} from '../urllib3/retry-options.js';
export { encode_multipart_formdata, type MultipartFields } from '../urllib3/filepost.js';
export { HTTPHeaderDict, type HTTPHeaderSource } from '../urllib3/http-header-dict.js';
export { HTTPResponse, type HTTPResponseInit, type ReadOptions } from '../urllib3/response.js';
export { add_stderr_logger } from '../urllib3/stderr-logger.js';
export { Timeout, type TimeoutOptions } from '../urllib3/timeout.js';
export * as util from '../urllib3/util.js';
export { make_headers, type HeaderShortcuts, type SSLContextOptions } from '../urllib3/util.js';
export { disable_warnings } from '../urllib3/warnings.js';
