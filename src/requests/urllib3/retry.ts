import { inspect, types } from 'node:util';
import {
  type AbortToken,
  checkCount,
  checkOptions,
  isPlainObject,
  repr,
  typeName,
} from '../../builtins/index.js';
import {
  ConnectTimeoutError,
  MaxRetryError,
  ProtocolError,
  ProxyError,
  ReadTimeoutError,
  ResponseError,
} from '../exceptions/urllib3.js';
import { pause, secondsUntil } from './retry-after.js';
import {
  checkNumbers,
  type IncrementOptions,
  OPTION_NAMES,
  type RequestHistory,
  type RetryableResponse,
  type RetryCount,
  type RetryOptions,
} from './retry-options.js';

export type { RetryCount } from './retry-options.js';

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

// Above 300 lines: a class whose seventeen settings are all public and documented.
/**
 * urllib3's Retry: what is sent again, how often, and after which pause. It never changes: each failed attempt gives a new
 * one with smaller counters, so one object may serve many requests.
 *
 * @example
 * ```ts
 * const retries = new Retry({ total: 5, backoff_factor: 0.2, status_forcelist: [502, 503, 504] });
 * session.mount('https://', new HTTPAdapter({ max_retries: retries }));
 * ```
 */
export class Retry {
  /** The methods that are safe to send twice. */
  static readonly DEFAULT_ALLOWED_METHODS: ReadonlySet<string> = new Set([
    'HEAD',
    'GET',
    'PUT',
    'DELETE',
    'OPTIONS',
    'TRACE',
  ]);
  /** The statuses whose `Retry-After` is a reason to retry. */
  static readonly RETRY_AFTER_STATUS_CODES: ReadonlySet<number> = new Set([413, 429, 503]);
  /** See {@link RetryOptions.remove_headers_on_redirect}. */
  static readonly DEFAULT_REMOVE_HEADERS_ON_REDIRECT: ReadonlySet<string> = new Set([
    'Cookie',
    'Authorization',
    'Proxy-Authorization',
  ]);
  /** Seconds. */
  static readonly DEFAULT_BACKOFF_MAX: number = 120;
  /** Seconds. */
  static readonly DEFAULT_RETRY_AFTER_MAX: number = 21_600;
  /** The default of {@link from_int}: three retries. */
  static DEFAULT: Retry;

  static {
    Retry.DEFAULT = new Retry(3);
  }

  /** What is left of {@link RetryOptions.total}. */
  readonly total: RetryCount;
  /** What is left of {@link RetryOptions.connect}. */
  readonly connect: RetryCount;
  /** What is left of {@link RetryOptions.read}. */
  readonly read: RetryCount;
  /** What is left of {@link RetryOptions.redirect}. */
  readonly redirect: RetryCount;
  /** What is left of {@link RetryOptions.status}. */
  readonly status: RetryCount;
  /** What is left of {@link RetryOptions.other}. */
  readonly other: RetryCount;
  /** See {@link RetryOptions.allowed_methods}. */
  readonly allowed_methods: ReadonlySet<string> | null;
  /** See {@link RetryOptions.status_forcelist}. */
  readonly status_forcelist: ReadonlySet<number>;
  /** See {@link RetryOptions.backoff_factor}. */
  readonly backoff_factor: number;
  /** See {@link RetryOptions.backoff_max}. */
  readonly backoff_max: number;
  /** See {@link RetryOptions.backoff_jitter}. */
  readonly backoff_jitter: number;
  /** See {@link RetryOptions.raise_on_redirect}. */
  readonly raise_on_redirect: boolean;
  /** See {@link RetryOptions.raise_on_status}. */
  readonly raise_on_status: boolean;
  /** See {@link RetryOptions.respect_retry_after_header}. */
  readonly respect_retry_after_header: boolean;
  /** In lower case. */
  readonly remove_headers_on_redirect: ReadonlySet<string>;
  /** See {@link RetryOptions.retry_after_max}. */
  readonly retry_after_max: number;
  /** The failed attempts so far, oldest first. */
  readonly history: readonly RequestHistory[];

  /** Takes the options, or the total and then the others. Throws TypeError for an unknown option, and for NaN. */
  constructor(total?: RetryCount | RetryOptions, options?: RetryOptions) {
    checkCount('Retry() takes (total, options)', 2, arguments.length);
    const others = checkOptions('Retry()', options ?? {}, OPTION_NAMES);
    const first = isPlainObject(total) || total === undefined ? total : { total };
    const given = checkOptions<RetryOptions>('Retry()', { ...others, ...first }, OPTION_NAMES);
    checkNumbers(given);
    this.total = given.total === undefined ? 10 : given.total;
    this.connect = given.connect ?? null;
    this.read = given.read ?? null;
    this.status = given.status ?? null;
    this.other = given.other ?? null;
    const ignoresRedirects = given.redirect === false || this.total === false;
    this.redirect = ignoresRedirects ? 0 : (given.redirect ?? null);
    this.raise_on_redirect = !ignoresRedirects && (given.raise_on_redirect ?? true);
    this.raise_on_status = given.raise_on_status ?? true;
    this.allowed_methods =
      given.allowed_methods === undefined
        ? Retry.DEFAULT_ALLOWED_METHODS
        : given.allowed_methods === null
          ? null
          : asSet('allowed_methods', given.allowed_methods, isMethod, "methods in capitals: ['GET']");
    this.status_forcelist = asSet(
      'status_forcelist',
      given.status_forcelist ?? [],
      isNumber,
      'numbers: [503]',
    );
    this.backoff_factor = given.backoff_factor ?? 0;
    this.backoff_max = given.backoff_max ?? Retry.DEFAULT_BACKOFF_MAX;
    this.backoff_jitter = given.backoff_jitter ?? 0;
    this.respect_retry_after_header = given.respect_retry_after_header ?? true;
    const removed = given.remove_headers_on_redirect ?? Retry.DEFAULT_REMOVE_HEADERS_ON_REDIRECT;
    this.remove_headers_on_redirect = new Set(
      Array.from(asSet('remove_headers_on_redirect', removed, isText, 'names'), (name) => name.toLowerCase()),
    );
    this.retry_after_max = given.retry_after_max ?? Retry.DEFAULT_RETRY_AFTER_MAX;
    this.history = given.history ?? [];
  }

  /** A copy with some of the options changed. */
  new(changes: RetryOptions = {}): this {
    // Subclasses are constructed as this class is; Python relies on the same.
    const Class = this.constructor as new (options: RetryOptions) => this;
    const own = Object.fromEntries(OPTION_NAMES.map((name) => [name, this[name]]));
    return new Class({ ...own, ...changes });
  }

  /** `retries` itself when it is a Retry; a number as `total`; null as `fallback`, else {@link DEFAULT}. */
  static from_int(
    retries: Retry | RetryCount | undefined,
    redirect: RetryCount = true,
    fallback: Retry | RetryCount | undefined = null,
  ): Retry {
    const chosen = retries ?? fallback ?? this.DEFAULT;
    if (chosen instanceof Retry) return chosen;
    return new this(chosen, { redirect: redirect ? null : false });
  }

  /** The pause before the next attempt, in seconds: none before the first retry. */
  get_backoff_time(): number {
    let failures = 0;
    while (failures < this.history.length && this.history.at(-1 - failures)?.redirect_location === null)
      failures++;
    if (failures <= 1) return 0;
    const pause = this.backoff_factor * 2 ** (failures - 1) + Math.random() * this.backoff_jitter;
    return Math.max(0, Math.min(this.backoff_max, pause));
  }

  /**
   * The seconds of a `Retry-After`, which is a number or a date; at most `retry_after_max`. Throws urllib3's
   * InvalidHeader for anything else.
   */
  parse_retry_after(retry_after: string): number {
    const seconds = /^\s*[0-9]+\s*$/.test(retry_after) ? Number(retry_after) : secondsUntil(retry_after);
    return Math.min(Math.max(seconds, 0), this.retry_after_max);
  }

  /** The seconds of a response's `Retry-After`; null if it has none. */
  get_retry_after(response: RetryableResponse): number | null {
    const value = response.headers.get('Retry-After');
    return value === null || value === undefined ? null : this.parse_retry_after(value);
  }

  /** Waits for the seconds of the response's `Retry-After`; false when there are none. */
  sleep_for_retry(response: RetryableResponse): Promise<boolean>;
  /** `token` ends the wait. @internal */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- the declarations leave this one out
  sleep_for_retry(response: RetryableResponse, token: AbortToken | null | undefined): Promise<boolean>;
  async sleep_for_retry(response: RetryableResponse, token?: AbortToken | null): Promise<boolean> {
    const seconds = this.get_retry_after(response);
    if (!seconds) return false;
    await pause(seconds, token);
    return true;
  }

  /** Waits before the next attempt: for the seconds of `Retry-After`, else of {@link get_backoff_time}. */
  sleep(response?: RetryableResponse | null): Promise<void>;
  /** `token` ends the wait: it rejects with its reason. @internal */
  sleep(response: RetryableResponse | null | undefined, token: AbortToken | null | undefined): Promise<void>;
  async sleep(response?: RetryableResponse | null, token?: AbortToken | null): Promise<void> {
    if (this.respect_retry_after_header && response && (await this.sleep_for_retry(response, token))) return;
    const seconds = this.get_backoff_time();
    if (seconds > 0) await pause(seconds, token);
  }

  /** Whether a request with this method that was answered with this status is to be sent again. */
  is_retry(method: string, status_code: number, has_retry_after = false): boolean {
    if (!this.isMethodRetryable(method)) return false;
    if (this.status_forcelist.has(status_code)) return true;
    return (
      Boolean(this.total) &&
      this.respect_retry_after_header &&
      has_retry_after &&
      Retry.RETRY_AFTER_STATUS_CODES.has(status_code)
    );
  }

  /** Whether a counter has gone below 0. */
  is_exhausted(): boolean {
    const { total, connect, read, redirect, status, other } = this;
    return [total, connect, read, redirect, status, other].some((count) => Number(count ?? 0) < 0);
  }

  /**
   * What is left after one more failed attempt. Throws MaxRetryError when that is nothing, and the error itself where it
   * may not be retried.
   */
  increment(method: string | null = null, url: string | null = null, options: IncrementOptions = {}): this {
    const { response = null, error = null, pool = null } = options;
    if (this.total === false && error) throw error;
    const changes: RetryOptions = { total: oneLess(this.total) };
    let cause = 'too many error responses';
    let status: number | null = null;
    let location: string | null = null;
    if (error && isConnectionError(error)) {
      if (this.connect === false) throw error;
      changes.connect = oneLess(this.connect);
    } else if (error && isReadError(error)) {
      if (this.read === false || method === null || !this.isMethodRetryable(method)) throw error;
      changes.read = oneLess(this.read);
    } else if (error) {
      changes.other = oneLess(this.other);
    } else if (response) {
      ({ status } = response);
      location = redirectLocation(response);
      if (location !== null) {
        changes.redirect = oneLess(this.redirect);
        cause = 'too many redirects';
      } else {
        changes.status = oneLess(this.status);
        cause = `too many ${status} error responses`;
      }
    }
    const entry: RequestHistory = Object.freeze({ method, url, error, status, redirect_location: location });
    const next = this.new({ ...changes, history: [...this.history, entry] });
    if (next.is_exhausted()) throw new MaxRetryError(pool, url, error ?? new ResponseError(cause));
    return next;
  }

  // Not `#`: a copy in another thread is made without the constructor.
  private isMethodRetryable(method: string): boolean {
    const { allowed_methods } = this;
    return !allowed_methods?.size || allowed_methods.has(method.toUpperCase());
  }

  /** `Retry(total=…, connect=…, read=…, redirect=…, status=…)`, as Python prints it. */
  toString(): string {
    const { total, connect, read, redirect, status } = this;
    const parts = Object.entries({ total, connect, read, redirect, status });
    return `${this.constructor.name}(${parts.map(([name, value]) => `${name}=${repr(value)}`).join(', ')})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** As {@link toString}. */
  toJSON(): string {
    return this.toString();
  }
}

/** Text would be taken apart into its letters, and a member of another kind never matches. */
function asSet<T>(
  option: string,
  values: Iterable<T>,
  isMember: (value: T) => boolean,
  members: string,
): ReadonlySet<T> {
  if (typeof values !== 'object' || typeof (values as Partial<Iterable<T>>)[Symbol.iterator] !== 'function') {
    throw new TypeError(`${option} must be a list or a Set, got ${typeName(values)} ${repr(values)}`);
  }
  const set = types.isSet(values) ? (values as ReadonlySet<T>) : new Set(values);
  for (const value of set) {
    if (!isMember(value)) throw new TypeError(`${option} must hold ${members}; got ${repr(value)}`);
  }
  return set;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

/** A method is compared in capitals. */
function isMethod(value: unknown): boolean {
  return isText(value) && value === value.toUpperCase();
}

/** Python counts with booleans: True is 1. */
function oneLess(count: RetryCount): RetryCount {
  return count === null ? null : Number(count) - 1;
}

/** Whether the server most likely never saw the request. */
function isConnectionError(error: Error): boolean {
  return (error instanceof ProxyError ? error.original_error : error) instanceof ConnectTimeoutError;
}

/** Whether the server may have begun to work on the request. */
function isReadError(error: Error): boolean {
  return error instanceof ReadTimeoutError || error instanceof ProtocolError;
}

function redirectLocation(response: RetryableResponse): string | null {
  return REDIRECT_STATUSES.has(response.status) ? (response.headers.get('Location') ?? null) : null;
}
