import type { AbortToken } from '../../builtins/index.js';
import { type Limiter, type Limits, SentTurn } from '../../limits/index.js';
import { AbortError } from '../exceptions/requests.js';
import { LimitStoreError, MaxDelayExceeded } from '../exceptions/waiting.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import { refusalOf } from './rules.js';

/** The attempts of one request, each of which waits for its turn where it is. */
export class LimitedAttempts extends SentTurn {
  protected override readonly limiter: Limiter;
  readonly #limits: Limits;
  readonly #token: AbortToken | null;
  readonly #signal: AbortSignal | null | undefined;
  #keys: string | readonly string[] = '';
  #request: PreparedRequest | null = null;
  #resolve: (() => void) | null = null;
  #reject: ((error: Error) => void) | null = null;

  /** @param signal looked at where there is no token */
  constructor(
    { limiter, limits }: { readonly limiter: Limiter; readonly limits: Limits },
    token: AbortToken | null,
    signal: AbortSignal | null | undefined,
  ) {
    super();
    this.limiter = limiter;
    this.#limits = limits;
    this.#token = token;
    this.#signal = token === null ? signal : null;
  }

  /** Resolves when `request` may be sent. */
  take(keys: string | readonly string[], request: PreparedRequest): Promise<void> {
    this.#keys = keys;
    this.#request = request;
    return this.#take(false);
  }

  /** Resolves when it may be sent again. */
  again(): Promise<void> {
    return this.#take(true);
  }

  async #take(isAgain: boolean): Promise<void> {
    this.reset();
    const token = this.#token;
    const signal = this.#signal;
    const abort = (cause: unknown): void => {
      this.limiter.leave(this);
      this.#reject?.(new AbortError('The request was aborted', { request: this.#request, cause }));
    };
    const onSignal = (): void => {
      abort(signal?.reason);
    };
    let stop: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
        if (signal?.aborted === true) onSignal();
        else {
          signal?.addEventListener('abort', onSignal, { once: true });
          stop = token?.onAbort(abort);
          if (token?.aborted !== true) this.limiter.enter(this, this.#keys, isAgain);
        }
      });
    } finally {
      stop?.();
      signal?.removeEventListener('abort', onSignal);
    }
  }

  answered(status: number, retryAfter: () => string | null | undefined): void {
    this.isAnswered = true;
    this.limiter.written(this);
    const refusal = refusalOf(status, retryAfter, this.#limits);
    if (refusal === null) this.limiter.succeeded(this);
    else this.limiter.refused(this, refusal.seconds);
  }

  failed(): void {
    this.limiter.troubled(this);
  }

  /** There is a response, whether or not its transport has reported it. */
  ended(status: number, retryAfter: () => string | null | undefined): void {
    if (!this.isAnswered) this.answered(status, retryAfter);
  }

  // What the limiter calls.

  begin(): void {
    this.#resolve?.();
  }

  refuse(seconds: number): void {
    this.#reject?.(new MaxDelayExceeded(seconds, { request: this.#request }));
  }

  fail(cause: Error): void {
    this.#reject?.(new LimitStoreError(cause.message, { request: this.#request, cause }));
  }
}
