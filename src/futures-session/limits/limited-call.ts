import { AsyncResource } from 'node:async_hooks';
import type { AbortToken } from '../../builtins/index.js';
import type { Future } from '../../concurrent-futures/index.js';
import type { FutureOwner } from '../../concurrent-futures/internal.js';
import { type Limiter, SentTurn } from '../../limits/index.js';
import {
  AbortError,
  ConnectionError,
  ConnectTimeout,
  DeadlineExceeded,
  LimitStoreError,
  MaxDelayExceeded,
  type PreparedRequest,
  type Response,
} from '../../requests/index.js';
import { LimitedFuture } from './limited-future.js';

/** What a call needs of its session's limits. */
export interface CallRules {
  readonly limiter: Limiter;
  /** The keys that a request counts for. */
  keysOf(method: string, url: string): string | readonly string[];
  /** Whether the sending worker does the counting, so that a call counts as started once submitted. */
  isCountedElsewhere(): boolean;
  /** The backoff that a response calls for: whether its status does, and for how many seconds; null for none. */
  refusalOf(status: number, retryAfter: () => string | null | undefined): { seconds: number | null } | null;
  /** The call is over. */
  ended(): void;
}

/** The head of a response of any class. */
interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null | undefined };
}

/** The keys while they are unknown. */
const UNKNOWN = '';

/** One request under its session's limits: waits for its turn, and again for each further attempt. */
export class LimitedCall extends SentTurn implements FutureOwner {
  /** Null once done: a place held until a stream ends must not keep the response alive. */
  #future: LimitedFuture | null = new LimitedFuture();
  /** What `submit` threw, if it was called and threw. */
  #failure: { readonly error: unknown } | null = null;
  readonly #rules: CallRules;
  readonly #method: string;
  readonly #scope = new AsyncResource('LimitedCall');
  #keys: string | readonly string[];
  /** Hands the call to the executor. */
  #submit: (() => Future<Response>) | null;
  /** The attempt that waits for another turn. */
  #goOn: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #hops = 0;
  #request: PreparedRequest | null = null;

  constructor(
    rules: CallRules,
    method: string,
    keys: string | readonly string[],
    submit: () => Future<Response>,
  ) {
    super();
    this.#rules = rules;
    this.#method = method;
    this.#keys = keys;
    this.#submit = submit;
    this.future._owner = this;
  }

  protected override get limiter(): Limiter {
    return this.#rules.limiter;
  }

  /** The caller's handle. Do not read it once the call is done. */
  get future(): LimitedFuture {
    if (this.#future === null) throw new Error('the call is done');
    return this.#future;
  }

  /** Queues the call, and submits it right away if it may start. */
  enter(): void {
    this.limiter.enter(this, this.#keys);
  }

  /** Throws what `submit` threw, if it was called before `enter()` returned. */
  throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Whether it is not submitted yet. */
  get isWaiting(): boolean {
    return this.#submit !== null;
  }

  // Called by the limiter.

  begin(): void {
    this.reset();
    const submit = this.#submit;
    if (submit === null) {
      this.#goOn?.resolve();
      this.#goOn = null;
      return;
    }
    this.#submit = null;
    try {
      const inner = this.#scope.runInAsyncScope(submit);
      this.future.inner = inner;
      if (this.#rules.isCountedElsewhere()) this.limiter.written(this);
      inner.add_done_callback(() => {
        this.#finish(inner);
      });
    } catch (error) {
      this.#failure = { error };
      this.#over();
      if (!this.future.done()) {
        this.future.set_running_or_notify_cancel();
        this.future.set_exception(error);
      }
    }
  }

  refuse(seconds: number): void {
    this.#notStarted(new MaxDelayExceeded(seconds, { request: this.#request }));
  }

  fail(cause: Error): void {
    this.#notStarted(new LimitStoreError(cause.message, { request: this.#request, cause }));
  }

  #notStarted(error: Error): void {
    const goOn = this.#goOn;
    this.#goOn = null;
    if (goOn !== null) {
      goOn.reject(error);
      return;
    }
    this.#submit = null;
    this.#rules.ended();
    this.future.set_running_or_notify_cancel();
    this.future.set_exception(error);
  }

  // Called by the future.

  /** The future is being cancelled. */
  withdrawn(): void {
    if (this.#submit === null) {
      this.future.inner?.cancel();
      return;
    }
    this.#submit = null;
    this.#over();
  }

  get withdrawable(): boolean {
    return false;
  }

  // Events of the request in its slot.

  /** Whether `request` needs a turn of its own, as it is a redirect or its key was unknown. */
  needsTurn(request: PreparedRequest): boolean {
    this.#request = request;
    this.#hops += 1;
    // Redirects followed by hand, after the call, are not part of it.
    if (this.#future === null || this.#future.done() || (this.#hops === 1 && this.#keys !== UNKNOWN))
      return false;
    this.#keys = this.#rules.keysOf(this.#method, request.url ?? '');
    return true;
  }

  answered({ status, headers }: Answer): void {
    const { limiter } = this;
    this.isAnswered = true;
    limiter.written(this);
    const refusal = this.#rules.refusalOf(status, () => headers.get('Retry-After'));
    if (refusal !== null) limiter.refused(this, refusal.seconds);
    else if (status === 503) limiter.troubled(this);
    else limiter.succeeded(this);
  }

  troubled(): void {
    this.limiter.troubled(this);
  }

  /** Waits for another turn, ahead of calls that wait for their first. */
  again(token: AbortToken | null): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = token?.onAbort((reason) => {
        this.#goOn = null;
        this.limiter.leave(this);
        reject(reason instanceof DeadlineExceeded ? reason : this.#aborted(reason));
      });
      if (token?.aborted === true) return;
      this.#goOn = {
        resolve: () => {
          stop?.();
          resolve();
        },
        reject: (error) => {
          stop?.();
          reject(error);
        },
      };
      this.limiter.enter(this, this.#keys, true);
    });
  }

  #aborted(cause: unknown): AbortError {
    return new AbortError('The request was aborted', { request: this.#request, cause });
  }

  #finish(inner: Future<Response>): void {
    this.future.adopt(inner);
    this.#future = null;
    const error: unknown = inner.cancelled() ? null : inner.exception_now();
    if (inner.cancelled() || error !== null) {
      const isReset = error instanceof ConnectionError && !(error instanceof ConnectTimeout);
      if (isReset && !this.isAnswered) this.troubled();
      // A cancelled call was never sent.
      if (inner.cancelled()) this.connecting();
      this.#over();
      return;
    }
    const response = inner.result_now() as Partial<Response> | null | undefined;
    if (!this.isAnswered && typeof response?.status_code === 'number' && response.headers !== undefined) {
      this.answered({ status: response.status_code, headers: response.headers });
    }
    this.#rules.ended();
    // Hold the place until the last byte of a stream.
    if (response?.raw) {
      response.raw.whenDone(() => {
        this.leave();
      });
    } else this.leave();
  }

  #over(): void {
    this.leave();
    this.#rules.ended();
  }
}
