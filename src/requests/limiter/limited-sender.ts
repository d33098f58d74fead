import { checkOptions, typeName } from '../../builtins/index.js';
import { type Limits, type LimitsOptions, Limiter, parseLimits, Turn } from '../../limits/index.js';
import { AbortError } from '../exceptions/requests.js';
import { MaxDelayExceeded } from '../exceptions/waiting.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Response } from '../models/response.js';
import { kContext, type RequestContext, type SendOptions } from '../types.js';
import { hostKey, refusalOf } from './rules.js';

/** The options of {@link LimiterAdapter} and {@link LimiterSession}: those of requests-ratelimiter, and the places of aiohttp. */
export interface LimiterOptions extends Omit<LimitsOptions, 'key'> {
  /** What everything that is sent through here counts for, in place of its host. Default null: the host. */
  bucket_name?: string | null | undefined;
  /** A limiter that others use, too. Refused with every option that it would leave without effect. Default null: one of its own. */
  limiter?: SharedLimiter | null | undefined;
}

/** Limits that several adapters and sessions hold to together. */
export class SharedLimiter {
  /** @internal */
  readonly limits: Limits;
  /** @internal */
  readonly limiter: Limiter;

  constructor(options: Omit<LimitsOptions, 'key'>) {
    this.limits = parseLimits('SharedLimiter()', options);
    this.limiter = new Limiter(this.limits.settings);
  }
}

/** Sends within limits; what an adapter and a session have in common. */
export class LimitedSender {
  readonly #shared: SharedLimiter;
  readonly #bucket: string | null;

  constructor(what: string, { bucket_name = null, limiter = null, ...options }: LimiterOptions) {
    if (bucket_name !== null && typeof bucket_name !== 'string') {
      throw new TypeError(`${what}: bucket_name must be a string, got ${typeName(bucket_name)}`);
    }
    if (bucket_name !== null && (options.per_host ?? null) !== null) {
      throw new TypeError(`${what}: per_host and bucket_name contradict each other`);
    }
    if (limiter !== null) checkOptions(what, options, [], '; the limiter that is given has its own');
    else if ('key' in options) checkOptions(what, options, [], '; use bucket_name');
    this.#shared = limiter ?? new SharedLimiter(options);
    this.#bucket = bucket_name;
  }

  async send(
    request: PreparedRequest,
    options: SendOptions,
    send: (options: SendOptions) => Promise<Response>,
  ): Promise<Response> {
    const { limiter, limits } = this.#shared;
    const outer = options[kContext];
    const turn = new AwaitedTurn(limiter, this.#bucket ?? hostKey(request.url ?? '') ?? '', request);
    await turn.take(options, false);
    let isWatched = false;
    let isAnswered = false as boolean;
    const answered = (status: number, retryAfter: () => string | null | undefined): void => {
      isAnswered = true;
      limiter.written(turn);
      const refusal = refusalOf(status, retryAfter, limits);
      if (refusal === null) limiter.succeeded(turn);
      else limiter.refused(turn, refusal.seconds);
    };
    const leave = (): void => {
      if (!isWatched) limiter.written(turn);
      limiter.leave(turn);
    };
    const context: RequestContext = {
      token: outer?.token ?? null,
      trace: outer?.trace,
      hasDeadline: outer?.hasDeadline ?? false,
      hop: (next) => outer?.hop?.(next) ?? null,
      prepared: (prepared) => outer?.prepared?.(prepared),
      connecting: () => {
        isWatched = true;
        outer?.connecting?.();
      },
      written: () => {
        limiter.written(turn);
        outer?.written?.();
      },
      answered: (response) => {
        answered(response.status, () => response.headers.get('Retry-After'));
        outer?.answered?.(response);
      },
      failed: (reason) => {
        limiter.troubled(turn);
        outer?.failed?.(reason);
      },
      pause: async (reason, wait) => {
        leave();
        isWatched = isAnswered = false;
        await (outer?.pause === undefined ? wait?.() : outer.pause(reason, wait));
        await turn.take(options, true);
      },
    };
    try {
      const response = await send({ ...options, [kContext]: context });
      if (!isAnswered) answered(response.status_code, () => response.headers.get('Retry-After'));
      if (response.raw === null) leave();
      else response.raw.whenDone(leave);
      return response;
    } catch (error) {
      leave();
      throw error;
    }
  }
}

/** A turn that is waited for where it is needed. */
class AwaitedTurn extends Turn {
  readonly #limiter: Limiter;
  readonly #key: string;
  readonly #request: PreparedRequest;
  #resolve: (() => void) | null = null;
  #reject: ((error: Error) => void) | null = null;

  constructor(limiter: Limiter, key: string, request: PreparedRequest) {
    super();
    this.#limiter = limiter;
    this.#key = key;
    this.#request = request;
  }

  async take(options: SendOptions, isAgain: boolean): Promise<void> {
    const token = options[kContext]?.token ?? null;
    const signal = token === null ? options.signal : null;
    const abort = (cause: unknown): void => {
      this.#limiter.leave(this);
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
          if (token?.aborted !== true) this.#limiter.enter(this, this.#key, isAgain);
        }
      });
    } finally {
      stop?.();
      signal?.removeEventListener('abort', onSignal);
    }
  }

  begin(): void {
    this.#resolve?.();
  }

  refuse(seconds: number): void {
    this.#reject?.(new MaxDelayExceeded(seconds, { request: this.#request }));
  }
}
