import { checkOptions } from '../../builtins/index.js';
import { noteBackgroundCallback, sessionOptions } from '../../futures-session/internal.js';
import type { CloseOptions, FuturesSessionOptions as AwaitedOptions } from '../../futures-session/index.js';
import {
  type PreparedRequest,
  type RequestArguments,
  RequestException,
  type UrlInput,
  type WithMethodAndUrl,
} from '../../requests/index.js';
import { bindRequest, checkedSendOptions, checkSendCount, joinBase } from '../../requests/internal.js';
import { onAsked, onLeaving } from '../caller/sides.js';
import { type HTTPAdapterOptions, HTTPAdapter } from '../requests/adapters/adapters.js';
import type { RequestOptions, SessionSendOptions } from '../requests/inputs.js';
import type { Response } from '../requests/response.js';
import { Session } from '../requests/session.js';
import { urlText } from '../requests/verbs.js';
import type { FuturesParts } from '../wire/session-parts.js';
import { asStandIn } from '../wire/stand-in.js';
import { Future } from './future.js';
import { ProcessPoolExecutor, ThreadPoolExecutor } from './pool-executors.js';
import { type LimitsOptions, SessionLimits } from './session-limits.js';
import { Kept, startCall } from './started-call.js';

/** The handle of one request. */
export type ResponseFuture = Future<Response> & {
  /** The prepared request; null until it is known, and if it could not be prepared. */
  request: PreparedRequest | null;
};

/** The caller's own executor: any object with a `submit` that returns a Future. */
export interface ExecutorLike {
  /** Calls `fn(...args)` when there is room. */
  submit<A extends unknown[], T>(fn: (...args: A) => T, ...args: A): Future<T>;
}

/** What a FuturesSession needs of the session that it sends through. */
export interface RequestingSession {
  /** Sends a request and returns its response. */
  request(method: string, url: string, options?: RequestOptions): Response;
}

/**
 * Runs in the slot after each response and its hooks. A truthy return value becomes the future's result. Deprecated in Python: use `hooks`.
 */
export type BackgroundCallback = (session: FuturesSession, response: Response) => unknown;

/** How a {@link FuturesSession} is made. */
export interface FuturesSessionOptions
  extends Omit<AwaitedOptions, 'executor' | 'session' | 'adapter_kwargs' | 'limits'> {
  /** Runs the requests. The session does not shut it down. Default: an executor of its own. */
  executor?: ExecutorLike | null | undefined;
  /** Sends the requests instead of this session. `close()` leaves it open. Default null. */
  session?: RequestingSession | Session | null | undefined;
  /** Options for the session's adapters; they override the sizes derived from `max_workers`. Default none. */
  adapter_kwargs?: HTTPAdapterOptions | null | undefined;
  /** Limits on how many requests go where, and how fast. Refused with an executor of the caller's own class. Default null: no limits. */
  limits?: LimitsOptions | null | undefined;
}

/** The options of a FuturesSession's requests. */
export interface FuturesRequestOptions extends RequestOptions {
  /** Runs in the slot after each response. Deprecated, as in Python: use `hooks`. */
  background_callback?: BackgroundCallback | null | undefined;
}

/** With more workers than this, the default pool of 10 connections would discard connections. */
const DEFAULT_POOLSIZE = 10;

/**
 * A {@link Session} whose requests return at once, as futures, and are sent by the workers of an executor: Python's
 * `requests_futures.sessions.FuturesSession`.
 *
 * Whatever goes wrong with a request is the outcome of its future. Only a malformed call or a closed
 * executor throws from the call itself.
 *
 * @example
 * ```ts
 * using session = new FuturesSession({ max_workers: 10 });
 * const futures = urls.map((url) => session.get(url, { timeout: 5 }));
 * for (const future of as_completed(futures)) {
 *   const response = future.result();
 * }
 * ```
 */
export class FuturesSession extends Session<ResponseFuture, FuturesRequestOptions> {
  /** What runs the requests. */
  readonly executor: ExecutorLike;
  /** The session that sends the requests; null when this one does. */
  readonly session: RequestingSession | Session | null;
  readonly #own: ThreadPoolExecutor | null;
  readonly #limits: SessionLimits;
  /** Whether requests may wait for a turn. */
  #isLimited = false;

  constructor(options?: FuturesSessionOptions);
  constructor(executor: ExecutorLike, options?: Omit<FuturesSessionOptions, 'executor'>);
  constructor(first: ExecutorLike | FuturesSessionOptions = {}, second: FuturesSessionOptions = {}) {
    super();
    const options = sessionOptions<FuturesSessionOptions>(first, second);
    const { executor = null, max_workers = 8, session = null, adapter_kwargs, limits = null } = options;
    if ((max_workers as unknown) === null) throw new TypeError('max_workers must be an integer, got null');
    this.#own = executor === null ? new ThreadPoolExecutor({ max_workers }) : null;
    this.executor = executor ?? (this.#own as ThreadPoolExecutor);
    this.session = session;
    this.#limits = new SessionLimits((method, args) => this.#limit(method, args), limits);
    if (limits !== null) this.#noteLimits('limits');
    const isLarge = executor === null && max_workers > DEFAULT_POOLSIZE;
    const pools = isLarge ? { pool_connections: max_workers, pool_maxsize: max_workers } : {};
    const kwargs: HTTPAdapterOptions = { ...pools, ...adapter_kwargs };
    if (Object.keys(kwargs).length > 0) {
      this.mount('https://', new HTTPAdapter(kwargs));
      this.mount('http://', new HTTPAdapter(kwargs));
    }
  }

  /** The session's limits, to inspect and to change. Assigning an object or null replaces them all. */
  // eslint-disable-next-line @typescript-eslint/related-getter-setter-pairs -- options go in, and what shows them comes out
  get limits(): SessionLimits {
    return this.#limits;
  }

  set limits(limits: LimitsOptions | null | undefined) {
    this.#limits.set(limits ?? null);
  }

  /**
   * Holds back requests that have not begun, until {@link resume}. With the caller's executor, only those made from now on.
   */
  pause(): void {
    if (this.#own === null) this.#noteLimits('pause()');
    this.#own?.pause();
    this.perform('pause', [this.#own !== null]);
  }

  /** Resumes after {@link pause}, oldest request first. */
  resume(): void {
    this.#own?.resume();
    this.perform('resume', []);
  }

  /** Queues a request: `request(method, url, options)`, or `request({ method, url, … })`. */
  override request(...args: RequestArguments<FuturesRequestOptions>): ResponseFuture;
  override request(
    first: string | Uint8Array | WithMethodAndUrl<FuturesRequestOptions>,
    second?: UrlInput,
    third?: FuturesRequestOptions | null,
  ): ResponseFuture {
    const { method, url, options } = bindRequest<FuturesRequestOptions>(
      first,
      second,
      third,
      arguments.length,
    );
    const { background_callback = null } = options;
    if (background_callback !== null) noteBackgroundCallback(background_callback);
    const given =
      background_callback === null
        ? options
        : { ...options, background_callback: keepingResult(background_callback) };
    const text = this.base_url == null ? urlText(url) : joinBase(this.base_url, urlText(url));
    return this.#start('request', [method, text, given]);
  }

  /** Queues a prepared request. */
  override send(request: PreparedRequest, options?: SessionSendOptions | null): ResponseFuture {
    checkSendCount(arguments.length);
    const future = this.#start('send', [request, checkedSendOptions(options ?? {})]);
    future.request = request;
    return future;
  }

  /**
   * Waits for everything queued and running (unless `wait` is false), then closes the connections. Only an executor of
   * the session's own is shut down. Afterwards a request throws RuntimeError if the executor was the session's own.
   */
  override close(options: CloseOptions = {}): void {
    checkOptions('close()', options, ['wait', 'cancel_futures']);
    const { wait = true, cancel_futures = false } = options;
    if (this.#isLimited) {
      const args = [this, this.#own, cancel_futures];
      if (this.#own !== null) this.#own._end('finish-session', args, wait);
      else if (wait) this.perform('finish-session', args.slice(1));
    } else this.#own?.shutdown({ wait, cancel_futures });
    if (wait || this.#own === null) super.close();
  }

  /** What the gateway needs to create the FuturesSession. @internal */
  override _futuresParts(): FuturesParts {
    const session = requester(this.session) as NonNullable<FuturesParts>['session'];
    return { ...this.#limits._parts(), executor: this.executor, session };
  }

  #limit(method: string, args: readonly unknown[]): unknown {
    if (method !== 'stats') this.#noteLimits(`limits.${method}()`);
    return this.perform('limits', [method, args]);
  }

  #noteLimits(what: string): void {
    if (!isPool(this.executor)) {
      throw new TypeError(
        `${what} works with the executors of this package, whose requests the gateway sends`,
      );
    }
    this.#isLimited = true;
  }

  #start(op: string, args: readonly unknown[]): ResponseFuture {
    const { executor } = this;
    if (!isPool(executor)) return this.#submit(executor, op, args);
    executor._checkUsable();
    const future = Object.assign(new Future<Response>(), { request: null }) as ResponseFuture;
    // The first callback, so that later ones find the request.
    future.add_done_callback(noteRequest);
    startCall(future, op, [this, ...args]);
    return future;
  }

  /** Submits a blocking function to an executor of the caller's own class. */
  #submit(executor: ExecutorLike, op: string, args: readonly unknown[]): ResponseFuture {
    const inner = this.session ?? this.#plain();
    const run = (): Response =>
      op === 'request'
        ? inner.request(...(args as [string, string, RequestOptions]))
        : (inner as Session).send(...(args as [PreparedRequest, SessionSendOptions]));
    const future = executor.submit(run) as unknown;
    if (!(future instanceof Future)) {
      throw new TypeError('The executor’s submit() must return a Future of requests-futures/blocking');
    }
    const handle = Object.assign(future, { request: null }) as ResponseFuture;
    handle.add_done_callback(noteRequest);
    return handle;
  }

  /** A session that sends at once, with this session's settings. */
  #plain(): Session {
    const session = new Session();
    const { auth, proxies, params, stream, verify, cert, timeout, max_response_size, cookies } = this;
    const { max_redirects, trust_env, headers, base_url, deadline } = this;
    Object.assign(session, { auth, proxies, params, stream, verify, cert, timeout, max_response_size });
    Object.assign(session, { cookies, max_redirects, trust_env, headers, base_url, deadline });
    session.hooks = { response: this.hooks.response };
    session.adapters.clear();
    for (const [prefix, adapter] of this.adapters) session.adapters.set(prefix, adapter);
    return session;
  }
}

/** Whether the gateway can run the requests in a pool of its own. */
function isPool(executor: ExecutorLike): executor is ThreadPoolExecutor | ProcessPoolExecutor {
  return (
    (executor instanceof ThreadPoolExecutor && executor.submit === ThreadPoolExecutor.prototype.submit) ||
    (executor instanceof ProcessPoolExecutor && executor.submit === ProcessPoolExecutor.prototype.submit)
  );
}

/** What a callback returns belongs to the caller, and comes back as it is. */
function keepingResult(callback: BackgroundCallback): BackgroundCallback {
  return (session, response) => {
    const result = callback(session, response);
    if (typeof result !== 'object' || result === null || result === response) return result;
    return 'then' in result ? result : new Kept(result);
  };
}

function noteRequest(future: ResponseFuture): void {
  if (future.request !== null || future.cancelled()) return;
  const error = future.exception_now();
  if (error === null) future.request = (future.result_now() as Response | null)?.request ?? null;
  else if (error instanceof RequestException) future.request = error.request;
}

/** An inner session whose `request` is the caller's code. */
class Requester {
  constructor(readonly inner: RequestingSession) {}
}

function requester(inner: RequestingSession | Session | null): object | null {
  if (inner === null) return null;
  const isUsual = inner instanceof Session && Reflect.get(inner, 'request') === ownRequest(inner);
  return isUsual ? inner : new Requester(inner);
}

/** As verbs are bound to each session, check whether the class has its own. */
function ownRequest(session: Session): unknown {
  const inherited: unknown = Reflect.get(Object.getPrototypeOf(session) as object, 'request');
  return inherited === Reflect.get(Session.prototype, 'request') ? Reflect.get(session, 'request') : null;
}

onLeaving((object, to, scope) => {
  if (object instanceof Requester) {
    to.keep(object.inner);
    return asStandIn('requester', [scope.handle(object.inner)]);
  }
  if (object instanceof Kept) return asStandIn('opaque', [scope.handle(object)]);
  return undefined;
});

onAsked('request', (inner, [method, url, options]: [string, string, RequestOptions]) =>
  (inner as RequestingSession).request(method, url, options),
);
