export * as exceptions from './exceptions.js';
export {
  type IncrementOptions,
  type RequestHistory,
  Retry,
  type RetryableResponse,
  type RetryCount,
  type RetryOptions,
} from './retry.js';
export { HTTPHeaderDict } from './http-header-dict.js';
export { HTTPResponse, type HTTPResponseInit, type ReadOptions } from './response.js';
export { Timeout, type TimeoutOptions } from './timeout.js';
export { disable_warnings } from './warnings.js';
