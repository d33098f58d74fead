import { checkOptions, kMethodOwner, RuntimeError } from '../builtins/index.js';
import { AsyncPoolExecutor, Future } from '../concurrent-futures/index.js';
import {
  HTTPAdapter,
  type HTTPAdapterOptions,
  type PreparedRequest,
  type RequestArguments,
  type RequestOptions,
  type Response,
  Session,
  type SessionSendOptions,
  type UrlInput,
  type WithMethodAndUrl,
} from '../requests/index.js';
import {
  bindRequest,
  checkAdapters,
  checkedSendOptions,
  checkSendCount,
  checkSignal,
  forgetState,
  joinBase,
  kRequestNow,
  kSendNow,
} from '../requests/internal.js';
import {
  type BackgroundCallback,
  FarSession,
  isCopy,
  isIsolated,
  isRemote,
  type RequestingSession,
  requestInSlot,
  sendInSlot,
} from './in-slot.js';
import type { LimitsOptions } from '../limits/index.js';
import { noteCaller, showsCallers } from './caller-frames.js';
import { checkFunctions, checkStream } from './check-functions.js';
import { SessionLimits } from './limits/index.js';
import { OpenRequests } from './open-requests.js';
import { PendingCall } from './pending-call.js';
import { adoptPromise, cancelledFuture, followSignal, type ResponseFuture } from './response-future.js';
import { noteBackgroundCallback, sessionOptions } from './session-options.js';
import { submitTraced, traceOutcome } from './traced-calls.js';

/** The caller's own executor: any object with a `submit` that returns a Future or a promise. */
export interface ExecutorLike {
  /** Calls `fn(...args)` when there is room. */
  submit<A extends unknown[], T>(
    fn: (...args: A) => T,
    ...args: A
  ): Future<Awaited<T>> | PromiseLike<Awaited<T> | T>;
}

/** How a {@link FuturesSession} is made. */
export interface FuturesSessionOptions<E extends ExecutorLike = ExecutorLike> {
  /**
   * Runs the requests. As in Python, the session neither shuts it down nor sizes its connection pools for it: they
   * keep 10 idle connections per host. For more workers, pass `adapter_kwargs: { pool_maxsize: workers }`. Default: an
   * executor of its own, with pools of matching size.
   */
  executor?: E | null | undefined;
  /** How many requests run at once in the session's own executor. Default 8; ignored when `executor` is given. */
  max_workers?: number | undefined;
  /**
   * Sends the requests instead of this session, whose headers, cookies and adapters are then unused. Only its `request`
   * is called, and `close()` leaves it open. Default null.
   */
  session?: RequestingSession | null | undefined;
  /** Options for the session's adapters; they override the sizes derived from `max_workers`. Default none. */
  adapter_kwargs?: HTTPAdapterOptions | null | undefined;
  /** Limits on how many requests go where, and how fast, for any executor. Default null: no limits, and no pause on 429. Not in Python. */
  limits?: LimitsOptions | null | undefined;
}

/** The options of a FuturesSession's requests. */
export interface FuturesRequestOptions extends RequestOptions {
  /** Runs in the slot after each response. Deprecated, as in Python: use `hooks`. */
  background_callback?: BackgroundCallback | null | undefined;
}

/** How a {@link FuturesSession} is closed. */
export interface CloseOptions {
  /** Resolve when everything queued and running is done. Default true. */
  wait?: boolean | undefined;
  /** Cancel what is still queued. Default false. */
  cancel_futures?: boolean | undefined;
}

/** Above this many workers the default pool of 10 connections would throw connections away. */
const DEFAULT_POOLSIZE = 10;

/**
 * A {@link Session} whose requests return at once, as futures, and are sent by the workers of an executor: Python's
 * `requests_futures.sessions.FuturesSession`.
 *
 * Whatever goes wrong with a request is the outcome of its future. Only a malformed call or a closed
 * executor throws from the call itself. Leaving an `await using` block waits for all requests.
 *
 * A hook runs in the slot of its request. It must not await a verb of this session: that would wait for a second slot while
 * holding one, and deadlock when all hooks do. To send another request from a hook, use
 * `response.connection.send(request, options)` or a plain {@link Session}, which need no slot.
 *
 * @example
 * ```ts
 * await using session = new FuturesSession({ max_workers: 10 });
 * const futures = urls.map((url) => session.get(url, { timeout: 5 }));
 * for await (const future of as_completed(futures)) {
 *   const response = await future.result();
 * }
 * ```
 */
export class FuturesSession<E extends ExecutorLike = ExecutorLike> extends Session<
  ResponseFuture,
  FuturesRequestOptions
> {
  /** What runs the requests. */
  readonly executor: E;
  /** What sends the requests in place of this session; null when it sends them itself. */
  readonly session: RequestingSession | null;
  readonly #ownExecutor: AsyncPoolExecutor | null;
  /** Created on first use. */
  #limits: SessionLimits | null = null;
  #isClosed = false;
  /** The requests under way in the caller's executor. */
  readonly #requests = new OpenRequests();

  constructor(options?: FuturesSessionOptions<E>);
  constructor(executor: E, options?: Omit<FuturesSessionOptions, 'executor'>);
  constructor(first: E | FuturesSessionOptions<E> = {}, second: FuturesSessionOptions<E> = {}) {
    super();
    const options = sessionOptions(first, second);
    const { executor = null, max_workers = 8, session = null, adapter_kwargs } = options;
    // Python refuses None here, although an executor takes it for its default.
    if ((max_workers as unknown) === null) throw new TypeError('max_workers must be an integer, got null');
    this.#ownExecutor = executor === null ? new AsyncPoolExecutor({ max_workers }) : null;
    this.executor = executor ?? (this.#ownExecutor as ExecutorLike as E);
    this.session = session;
    if (options.limits != null) this.limits.set(options.limits);
    this.sizePools(executor === null ? max_workers : 0, adapter_kwargs ?? {});
  }

  /** The session's limits, to inspect and to change. Assigning an object or null replaces them all. */
  // eslint-disable-next-line @typescript-eslint/related-getter-setter-pairs -- options go in, and what shows them comes out
  get limits(): SessionLimits {
    return (this.#limits ??= new SessionLimits(isRemote(this.executor)));
  }

  set limits(limits: LimitsOptions | null | undefined) {
    this.limits.set(limits ?? null);
  }

  /**
   * Holds back requests that have not begun, until {@link resume}. With the caller's executor, only those made from now on.
   */
  pause(): void {
    if (this.#ownExecutor !== null) this.#ownExecutor.pause();
    if (this.#ownExecutor === null || this.#limits?.isOn === true) this.limits.pause();
  }

  /** Resumes after {@link pause}, oldest request first. */
  resume(): void {
    this.#ownExecutor?.resume();
    this.#limits?.resume();
  }

  /** Queues a request: `request(method, url, options)`, or `request({ method, url, … })`. */
  override request(...args: RequestArguments<FuturesRequestOptions>): ResponseFuture;
  override request(
    first: string | Uint8Array | WithMethodAndUrl<FuturesRequestOptions>,
    second?: UrlInput,
    third?: FuturesRequestOptions | null,
  ): ResponseFuture {
    if (isCopy(this.executor)) return this.requestNow(first, second, third, arguments.length) as never;
    const {
      method,
      url: given,
      options,
    } = bindRequest<FuturesRequestOptions>(first, second, third, arguments.length);
    const url = this.base_url == null ? given : joinBase(this.base_url, given);
    const { background_callback = null, signal } = options;
    if (signal !== undefined) checkSignal(signal);
    const call = new PendingCall(method, url);
    const isFar = isIsolated(this.executor);
    const isOwn = this.session === null && this.prepare_request === Session.prototype.prepare_request;
    const captured = call.capture(options, isOwn && !isFar);
    if (background_callback !== null) noteBackgroundCallback(background_callback);
    if (isFar) checkFunctions(this.session ?? this, captured, background_callback);
    if (isRemote(this.executor)) checkStream(this.session ?? this, captured, background_callback);
    const traced = isFar && call.trace !== null ? call.trace.identity() : null;
    return this.submit(call, method, url, options, () =>
      this.executor.submit(
        requestInSlot,
        isFar ? far(this.session ?? this) : (this.session ?? this),
        method,
        url,
        captured,
        background_callback,
        traced,
        this.#limits?.far,
      ),
    );
  }

  /** Queues a prepared request. */
  override send(request: PreparedRequest, options?: SessionSendOptions | null): ResponseFuture {
    checkSendCount(arguments.length);
    const given = options ?? {};
    if (isCopy(this.executor)) return this.sendNow(request, given) as never;
    checkedSendOptions(given);
    const call = new PendingCall(request.method, request.url);
    call.captureRequest(request);
    const captured = call.capture(given);
    const isFar = isIsolated(this.executor);
    if (isRemote(this.executor)) checkStream(this, { ...given, hooks: request.hooks }, null);
    const traced = isFar && call.trace !== null ? call.trace.identity() : null;
    return this.submit(call, request.method ?? '', request.url ?? '', given, () =>
      this.executor.submit(
        sendInSlot,
        isFar ? far(this) : this,
        request,
        captured,
        traced,
        this.#limits?.far,
      ),
    );
  }

  /** In another thread, a verb sends at once. @internal */
  [kMethodOwner](): object {
    return far(this.session ?? this);
  }

  /** Steps inside a request that holds its slot must not queue again. @internal */
  override [kRequestNow](method: string, url: UrlInput, options: FuturesRequestOptions): Promise<Response> {
    return this.requestBound(method, url, options);
  }

  /** @internal */
  override [kSendNow](
    request: PreparedRequest,
    options: SessionSendOptions,
    allow_redirects: boolean,
  ): Promise<Response> {
    return this.sendNow(request, options, allow_redirects);
  }

  /**
   * Waits for this session's requests, queued and running (unless `wait` is false), then closes the connections. The session's
   * own executor is shut down, after which a request throws RuntimeError. The caller's executor stays open, and
   * its other calls are left alone.
   *
   * @throws RuntimeError when a request of this session would wait for its own end.
   */
  override async close(options: CloseOptions = {}): Promise<void> {
    const named = checkOptions('close()', options, ['wait', 'cancel_futures']);
    const { wait = true, cancel_futures = false } = named;
    const executor = this.#ownExecutor;
    if (cancel_futures) this.#limits?.cancel();
    this.resume();
    this.#isClosed = executor !== null;
    const done =
      executor === null ? this.#requests.end(cancel_futures) : this.#shutDown(executor, cancel_futures);
    const finished = done.then(() => this.#closeConnections());
    if (wait) await finished;
  }

  #shutDown(executor: AsyncPoolExecutor, cancel_futures: boolean): Promise<void> {
    const shutDown = (): Promise<void> => executor.shutdown({ wait: true, cancel_futures });
    const limits = this.#limits;
    // Limited requests still have to be submitted.
    return cancel_futures || limits === null || limits.isIdle ? shutDown() : limits.idle().then(shutDown);
  }

  async #closeConnections(): Promise<void> {
    checkAdapters(this.adapters);
    if (this.#ownExecutor === null && isIsolated(this.executor)) {
      this.executor._forget?.(this.adapters.values());
      forgetState(this);
    }
    await super.close();
  }

  /** Submits, and ties future, call and signal together. */
  private submit(
    call: PendingCall,
    method: string,
    url: UrlInput,
    { signal, stream }: Pick<FuturesRequestOptions, 'signal' | 'stream'>,
    submit: () => unknown,
  ): ResponseFuture {
    const { trace } = call;
    const start = this.#limits?.isOn === true ? this.#limited(call, method, url, submit) : submit;
    const future =
      trace === null ? enter(signal, start) : submitTraced(trace, enter.bind(null, signal, start));
    const handle = future as ResponseFuture;
    handle.request = call.request;
    call.attach(handle, Boolean(stream ?? ((this.session ?? this) as Partial<Session>).stream));
    if (trace !== null) traceOutcome(trace, handle);
    if (showsCallers) noteCaller(handle);
    if (signal && !signal.aborted) followSignal(handle, signal);
    if (this.#ownExecutor === null) this.#requests.add(handle, this.executor instanceof AsyncPoolExecutor);
    return handle;
  }

  /** Submits when the limits allow. */
  #limited(call: PendingCall, method: string, url: UrlInput, submit: () => unknown): () => Future<Response> {
    return () => {
      if (this.#isClosed) throw new RuntimeError('cannot schedule new futures after shutdown');
      return this.limits.enter(call, method, String(url), () => asFuture(submit()));
    };
  }

  /** More workers than the default pool has room for need a larger one, unless `adapter_kwargs` sets the size. */
  private sizePools(max_workers: number, adapter_kwargs: HTTPAdapterOptions): void {
    const options: HTTPAdapterOptions =
      max_workers > DEFAULT_POOLSIZE
        ? { pool_connections: max_workers, pool_maxsize: max_workers, ...adapter_kwargs }
        : adapter_kwargs;
    if (Object.keys(options).length === 0) return;
    this.mount('https://', new HTTPAdapter(options));
    this.mount('http://', new HTTPAdapter(options));
  }
}

function enter(signal: AbortSignal | null | undefined, start: () => unknown): Future<Response> {
  if (signal?.aborted) return cancelledFuture(signal.reason);
  return asFuture(start());
}

function asFuture(handle: unknown): Future<Response> {
  return handle instanceof Future ? (handle as Future<Response>) : adoptPromise(handle);
}

/** A stand-in for `session` that arrives in another thread as a plain session, as futures are no use there. */
const far = <S>(session: S): S =>
  session instanceof FuturesSession ? (new FarSession(session) as S) : session;
