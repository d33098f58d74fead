export {
  disable_warnings,
  exceptions,
  HTTPHeaderDict,
  type HTTPResponseInit,
  type IncrementOptions,
  type ReadOptions,
  type RequestHistory,
  Retry,
  type RetryableResponse,
  type RetryCount,
  type RetryOptions,
  Timeout,
  type TimeoutOptions,
} from '../../../requests/packages/urllib3.js';
export { HTTPResponse } from '../raw-response.js';
