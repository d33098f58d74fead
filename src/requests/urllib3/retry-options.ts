import { numberOrType } from '../../builtins/index.js';
import type { Named } from '../exceptions/urllib3.js';

/** One failed attempt. */
export interface RequestHistory {
  /** The HTTP method. */
  readonly method: string | null;
  /** The request-target. */
  readonly url: string | null;
  /** The failure; null if the response itself was the reason. */
  readonly error: Error | null;
  /** The answer's status; null when there was none. */
  readonly status: number | null;
  /** Where a redirect led; null when it was none. */
  readonly redirect_location: string | null;
}

/** What Retry looks at of a response. */
export interface RetryableResponse {
  /** The status code. */
  readonly status: number;
  /** Read for `Retry-After` and `Location`. */
  readonly headers: { get(name: string): string | null | undefined };
}

/** The failed attempt, for `retry.increment()`. */
export interface IncrementOptions {
  /** The response that is the reason for the retry. */
  response?: RetryableResponse | null | undefined;
  /** The failure, when there was no answer. */
  error?: Error | null | undefined;
  /** Named in the message of a MaxRetryError. */
  pool?: Named | undefined;
}

/** A number of retries; null for no limit of its own, false to fail with the error itself. */
export type RetryCount = number | boolean | null;

/** Options of `Retry`; durations are seconds. */
export interface RetryOptions {
  /** All retries together. Null: only the other counters count. False: fail at once, with the error itself. Default 10. */
  total?: RetryCount | undefined;
  /** Retries after failures to connect. Default null. */
  connect?: RetryCount | undefined;
  /** Retries after failures once the request was sent, for `allowed_methods` only. False: fail with the error itself. Default null. */
  read?: RetryCount | undefined;
  /** Redirects are followed by the session, not here. Default null. */
  redirect?: RetryCount | undefined;
  /** Retries after answers whose status is in `status_forcelist`. Default null. */
  status?: RetryCount | undefined;
  /** Retries after failures of any other kind, such as TLS. Default null. */
  other?: RetryCount | undefined;
  /** The methods that are sent again after failed reads and bad statuses; null for all. Default: the idempotent ones. */
  allowed_methods?: Iterable<string> | null | undefined;
  /** The statuses that are retried. Default: none. */
  status_forcelist?: Iterable<number> | null | undefined;
  /** The pause before the n-th retry is `backoff_factor * 2 ** (n - 1)`, none before the first. Default 0. */
  backoff_factor?: number | undefined;
  /** The longest such pause. Default 120. */
  backoff_max?: number | undefined;
  /** Up to this is added to each pause, at random. Default 0. */
  backoff_jitter?: number | undefined;
  /** Of `PoolManager.request()`: raise when the redirects are used up, or return the last answer. Sessions follow redirects themselves. Default true. */
  raise_on_redirect?: boolean | undefined;
  /** When the retries for a bad status are used up: raise, or return the last answer. Default true. */
  raise_on_status?: boolean | undefined;
  /** Wait for the seconds of `Retry-After`, and retry a 413, 429 or 503 that has one. Default true. */
  respect_retry_after_header?: boolean | undefined;
  /** Of `PoolManager.request()`: what another host does not get. Default Cookie, Authorization, Proxy-Authorization. */
  remove_headers_on_redirect?: Iterable<string> | undefined;
  /** The longest pause that `Retry-After` is granted. Default 21600. */
  retry_after_max?: number | undefined;
  /** The failed attempts so far. Default: none. */
  history?: readonly RequestHistory[] | null | undefined;
}

/** The names of {@link RetryOptions}. */
export const OPTION_NAMES = [
  'total',
  'connect',
  'read',
  'redirect',
  'status',
  'other',
  'allowed_methods',
  'status_forcelist',
  'backoff_factor',
  'backoff_max',
  'backoff_jitter',
  'raise_on_redirect',
  'raise_on_status',
  'respect_retry_after_header',
  'remove_headers_on_redirect',
  'retry_after_max',
  'history',
] as const;

const COUNTS = ['total', 'connect', 'read', 'redirect', 'status', 'other'] as const;
const SECONDS = ['backoff_factor', 'backoff_max', 'backoff_jitter', 'retry_after_max'] as const;

/** Throws TypeError for anything but numbers, which cannot be counted down: the retries would never be used up. */
export function checkNumbers(options: RetryOptions): void {
  for (const name of COUNTS) {
    if (typeof options[name] !== 'boolean') checkNumber(name, options[name]);
  }
  for (const name of SECONDS) checkNumber(name, options[name]);
}

function checkNumber(name: string, value: unknown): void {
  if (value === undefined || value === null || (typeof value === 'number' && !Number.isNaN(value))) return;
  throw new TypeError(`Retry(): ${name} must be a number, not ${numberOrType(value)}`);
}
