import { checkOptions, ValueError } from '../../builtins/index.js';
import type { Response } from '../models/response.js';
import type { Retry } from '../urllib3/retry.js';
import type { Job } from '../transports/outgoing-request.js';
import { HTTPAdapter, kDeliver } from './http-adapter.js';
import type { HTTPAdapterOptions } from './http-adapter-options.js';
import { urlopen } from '../transports/urlopen.js';
import type { UndiciTransport } from '../transports/undici/undici-transport.js';

/** Options of {@link UndiciAdapter}. */
export interface UndiciAdapterOptions extends Omit<HTTPAdapterOptions, 'fetch'> {
  /**
   * How many connections there are to each host at the most; further requests wait for one. The same as `pool_maxsize` of so
   * many with `pool_block`. Default null: as many as there are requests at once, of which `pool_maxsize` are kept; but
   * `pool_maxsize` connections with `pipelining` above 1 or `allow_h2`, where requests share connections.
   */
  connections?: number | null | undefined;
  /**
   * How many requests are on a connection of HTTP/1.1 at once, each sent without waiting for the answers before it. That holds
   * for requests that may be sent twice, have no body to stream and whose response is not streamed; others have a connection
   * to themselves, POST and PATCH among them. A slow answer holds up those behind it. Default 1.
   */
  pipelining?: number | undefined;
  /** Offer servers HTTP/2, and speak it with those that accept: many requests share one connection. Default false. */
  allow_h2?: boolean | undefined;
}

const OPTION_NAMES = [
  'pool_connections',
  'pool_maxsize',
  'max_retries',
  'pool_block',
  'pool_idle_timeout',
  'connections',
  'pipelining',
  'allow_h2',
] as const;

/**
 * Sends by undici, which takes less time for a request than Node's own client, can send several over a connection without
 * waiting for answers, and speaks HTTP/2. Everything else is as with {@link HTTPAdapter}, whose methods it has. The package
 * `undici` (7.30.2 or newer, or 8) must be installed beside this one; without it, sending is a RuntimeError.
 *
 * @example
 * ```ts
 * session.mount('https://', new UndiciAdapter({ connections: 50 }));
 * ```
 */
export class UndiciAdapter extends HTTPAdapter {
  /** How many requests are on a connection of HTTP/1.1 at once. */
  readonly pipelining: number;
  /** Whether servers are offered HTTP/2. */
  readonly allow_h2: boolean;
  #transport: UndiciTransport | null = null;

  constructor(options: UndiciAdapterOptions = {}) {
    checkOptions('UndiciAdapter()', options, OPTION_NAMES);
    const { connections = null, pipelining = 1, allow_h2 = false, ...common } = options;
    if (!Number.isInteger(pipelining) || pipelining < 1) {
      throw new ValueError(`pipelining must be an integer above 0, not ${String(pipelining)}`);
    }
    if (connections !== null && (!Number.isInteger(connections) || connections < 1)) {
      throw new ValueError(`connections must be an integer above 0 or null, not ${String(connections)}`);
    }
    const isShared = pipelining > 1 || allow_h2;
    super({
      ...common,
      pool_maxsize: connections ?? common.pool_maxsize,
      pool_block: connections !== null || isShared || common.pool_block,
    });
    this.pipelining = pipelining;
    this.allow_h2 = allow_h2;
  }

  /** @internal */
  override [kDeliver](job: Job, retries: Retry): Promise<Response> {
    const transport = (this.#transport ??= this.#makeTransport());
    if (transport !== null) return urlopen(job, retries, transport, this);
    return loadTransport().then(() => this[kDeliver](job, retries));
  }

  #makeTransport(): UndiciTransport | null {
    const { pipelining, allow_h2: allowH2 } = this;
    return Transport && new Transport({ pipelining, allowH2 });
  }
}

// Loaded with the first request, so that programs without this adapter start without it.
let Transport: typeof UndiciTransport | null = null;
/** One for all requests that wait, so that they go on in their order: `import()` takes its time even for what is there. */
let loading: Promise<void> | null = null;

function loadTransport(): Promise<void> {
  return (loading ??= import('../transports/undici/undici-transport.js').then((module) => {
    Transport = module.UndiciTransport;
  }));
}
