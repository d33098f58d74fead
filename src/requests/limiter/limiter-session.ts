import type { PreparedRequest } from '../models/prepared-request.js';
import type { Response } from '../models/response.js';
import { checkedSendOptions, checkSendCount } from '../sessions/option-shapes.js';
import { Session } from '../sessions/session.js';
import type { SessionSendOptions } from '../types.js';
import { LimitedSender, type LimiterOptions } from './limited-sender.js';

type SessionClass = new () => Session;

/**
 * Makes any class of sessions send as fast as its limits allow: Python's mix-in. The class that it returns takes the
 * {@link LimiterOptions}.
 *
 * @example
 * ```ts
 * class MySession extends LimiterMixin(CachedSession) {}
 * const session = new MySession({ per_second: 5 });
 * ```
 */
export function LimiterMixin<Base extends SessionClass>(
  Class: Base,
): (new (options?: LimiterOptions) => InstanceType<Base>) & Omit<Base, 'new'> {
  // TypeScript requires `any[]` in the constructor of a mix-in's base.
  const Parent = Class as SessionClass;
  class Limited extends Parent {
    readonly #sender: LimitedSender;

    constructor(options: LimiterOptions = {}) {
      super();
      this.#sender = new LimitedSender('LimiterSession()', options);
    }

    override send(request: PreparedRequest, options?: SessionSendOptions | null): Promise<Response> {
      checkSendCount(arguments.length);
      return this.#sender.send(request, checkedSendOptions(options ?? {}), (own) => super.send(request, own));
    }
  }
  return Limited as unknown as (new (options?: LimiterOptions) => InstanceType<Base>) & Omit<Base, 'new'>;
}

/**
 * A {@link Session} that sends as fast as its limits allow: requests-ratelimiter's. For many requests at once use a FuturesSession with
 * `limits`.
 *
 * @example
 * ```ts
 * await using session = new LimiterSession({ per_minute: 60, burst: 5 });
 * ```
 */
export class LimiterSession extends LimiterMixin(Session) {}
