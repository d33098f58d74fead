import { checkCount } from '../../builtins/index.js';
import { HTTPAdapter } from '../adapters/http-adapter.js';
import type { HTTPAdapterOptions } from '../adapters/http-adapter-options.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Response } from '../models/response.js';
import type { SendOptions } from '../types.js';
import { LimitedSender, type LimiterOptions } from './limited-sender.js';

type LimiterNames = keyof LimiterOptions;

/** Takes the limiter's options out of those of an adapter. */
function split<O extends LimiterOptions>(options: O): [limits: LimiterOptions, rest: Omit<O, LimiterNames>] {
  const { pool_connections, pool_maxsize, max_retries, pool_block, ...others } = options as LimiterOptions &
    HTTPAdapterOptions;
  const { pool_idle_timeout, insecure_http_parser, fetch, ...limits } = others;
  const ofPools = { pool_connections, pool_maxsize, pool_block, pool_idle_timeout };
  const rest = { ...ofPools, max_retries, insecure_http_parser, fetch };
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return [limits, given as unknown as Omit<O, LimiterNames>];
}

/**
 * An {@link HTTPAdapter} that sends as fast as its limits allow: requests-ratelimiter's. A request waits for its turn where it is; under a
 * FuturesSession that is in a worker, so give the session `limits` instead.
 *
 * @example
 * ```ts
 * session.mount('https://api.example.com/', new LimiterAdapter({ per_second: 5, limit_statuses: [429, 503] }));
 * ```
 */
export class LimiterAdapter extends HTTPAdapter {
  readonly #sender: LimitedSender;

  /** Takes the options of the adapter and of its limits. Throws TypeError and ValueError for what is unknown or contradicts something else, by name. */
  constructor(options: HTTPAdapterOptions & LimiterOptions = {}) {
    checkCount('LimiterAdapter() takes (options)', 1, arguments.length);
    const [limits, rest] = split(options);
    super(rest);
    this.#sender = new LimitedSender('LimiterAdapter()', limits);
  }

  /** Sends a request in its turn. Rejects with MaxDelayExceeded, too. */
  override send(request: PreparedRequest, options: SendOptions = {}): Promise<Response> {
    return this.#sender.send(request, options, (own) => super.send(request, own));
  }
}
