export * as exceptions from '../../../requests/exceptions/urllib3.js';
export { HTTPHeaderDict } from '../../../requests/urllib3/http-header-dict.js';
export type { HTTPResponseInit, ReadOptions } from '../../../requests/urllib3/response.js';
export { Retry } from '../../../requests/urllib3/retry.js';
export type {
  IncrementOptions,
  RequestHistory,
  RetryableResponse,
  RetryCount,
  RetryOptions,
} from '../../../requests/urllib3/retry-options.js';
export { Timeout, type TimeoutOptions } from '../../../requests/urllib3/timeout.js';
export { disable_warnings } from '../../../requests/urllib3/warnings.js';
export { HTTPResponse } from '../raw-response.js';
