import { Retry, type RetryCount } from '../urllib3/retry.js';

/** What an adapter makes of `max_retries`: by default a failed read is raised as it is, as Python does. */
export function asRetry(max_retries: Retry | RetryCount): Retry {
  const isNone = max_retries === 0 || max_retries === false;
  return isNone ? new Retry(0, { read: false }) : Retry.from_int(max_retries);
}

/** The retries of a request: its own, or else the adapter's. */
export function retriesOf(own: Retry | RetryCount | undefined, adapters: Retry): Retry {
  return own === undefined || own === null ? adapters : asRetry(own);
}
