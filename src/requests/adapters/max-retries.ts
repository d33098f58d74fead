import { Retry, type RetryCount } from '../urllib3/retry.js';

/** What `max_retries` means: without retries a failed read is raised as it is, as in Python. */
export function asRetry(max_retries: Retry | RetryCount): Retry {
  const isNone = max_retries === 0 || max_retries === false;
  return isNone ? new Retry(0, { read: false }) : Retry.from_int(max_retries);
}
