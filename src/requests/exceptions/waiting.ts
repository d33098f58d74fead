/** What ends a request that would take too long, besides the timeouts of Python. */
import { setErrorNames } from '../../builtins/index.js';
import { RequestException, type RequestExceptionOptions, Timeout } from './requests.js';

/** What a request was doing when its deadline passed. */
export type DeadlinePhase =
  | 'connecting'
  | 'waiting for the response'
  | 'reading the body'
  | 'pausing before a retry'
  | 'waiting for its turn';

/** The `deadline` of a request passed before its last byte was there. Not in Python. */
export class DeadlineExceeded extends Timeout {
  /** In seconds. */
  readonly deadline: number;
  /** The stage. A transport that does not report when it is connected is `connecting` until there is a response. */
  readonly phase: DeadlinePhase;

  constructor(deadline: number, phase: DeadlinePhase, options: RequestExceptionOptions = {}) {
    super(`The request was not done within ${deadline} seconds (${phase})`, options);
    this.deadline = deadline;
    this.phase = phase;
  }
}

/** The limits of a session would let the request start only after more than `max_delay`; it was not sent. Python raises pyrate's `BucketFullException`. */
export class MaxDelayExceeded extends Timeout {
  /** After how many seconds it may be worth trying again. */
  readonly retry_after: number;

  constructor(retry_after: number, options: RequestExceptionOptions = {}) {
    const why =
      retry_after < 0.001
        ? 'has waited for its turn for as long as max_delay allows'
        : `would have to wait for ${retry_after.toFixed(3)} seconds or longer`;
    super(`The request ${why}`, options);
    this.retry_after = retry_after;
  }
}

/** The store of the limits, which counts for several processes, cannot be reached or has failed; the request was not sent. Not in Python. */
export class LimitStoreError extends RequestException {}

setErrorNames({ DeadlineExceeded, LimitStoreError, MaxDelayExceeded });
