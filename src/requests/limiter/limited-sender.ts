import { checkOptions, typeName } from '../../builtins/index.js';
import { type Limits, type LimitsOptions, Limiter, parseLimits } from '../../limits/index.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Response } from '../models/response.js';
import { kContext, type RequestContext, type SendOptions } from '../types.js';
import { LimitedAttempts } from './limited-attempts.js';
import { hostKey } from './rules.js';

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
    if (limiter !== null) checkOptions(what, options, [], () => '; the limiter that is given has its own');
    else if ('key' in options) checkOptions(what, options, [], () => '; use bucket_name');
    this.#shared = limiter ?? new SharedLimiter(options);
    this.#bucket = bucket_name;
  }

  async send(
    request: PreparedRequest,
    options: SendOptions,
    send: (options: SendOptions) => Promise<Response>,
  ): Promise<Response> {
    const outer = options[kContext];
    const attempts = new LimitedAttempts(this.#shared, outer?.token ?? null, options.signal);
    const key = this.#bucket ?? hostKey(request.url ?? '') ?? '';
    await attempts.take(key, request);
    const context: RequestContext = {
      token: outer?.token ?? null,
      trace: outer?.trace,
      hasDeadline: outer?.hasDeadline ?? false,
      hop: (next) => outer?.hop?.(next) ?? null,
      prepared: (prepared) => outer?.prepared?.(prepared),
      connecting: () => {
        attempts.connecting();
        outer?.connecting?.();
      },
      written: () => {
        attempts.written();
        outer?.written?.();
      },
      answered: (response) => {
        attempts.answered(response.status, () => response.headers.get('Retry-After'));
        outer?.answered?.(response);
      },
      failed: (reason) => {
        attempts.failed();
        outer?.failed?.(reason);
      },
      pause: async (reason, wait) => {
        attempts.leave();
        await (outer?.pause === undefined ? wait?.() : outer.pause(reason, wait));
        await attempts.again();
      },
    };
    try {
      const response = await send({ ...options, [kContext]: context });
      attempts.ended(response.status_code, () => response.headers.get('Retry-After'));
      if (response.raw === null) attempts.leave();
      else
        response.raw.whenDone(() => {
          attempts.leave();
        });
      return response;
    } catch (error) {
      attempts.leave();
      throw error;
    }
  }
}
