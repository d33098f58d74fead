export * as exceptions from '../exceptions/urllib3.js';
export { Retry } from './retry.js';
export type {
  IncrementOptions,
  RequestHistory,
  RetryableResponse,
  RetryCount,
  RetryOptions,
} from './retry-options.js';
export { HTTPHeaderDict, type HTTPHeaderSource } from './http-header-dict.js';
export { HTTPResponse, type HTTPResponseInit, type ReadOptions } from './response.js';
export { Timeout, type TimeoutOptions } from './timeout.js';
export { disable_warnings } from './warnings.js';
