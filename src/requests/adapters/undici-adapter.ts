import { NotImplementedError, repr, typeName, ValueError } from '../../builtins/index.js';
import type { Response } from '../models/response.js';
import type { Retry } from '../urllib3/retry.js';
import type { Job } from '../transports/outgoing-request.js';
import { HTTPAdapter, kDeliver } from './http-adapter.js';
import { checkAdapterOptions, COMMON_OPTIONS, type HTTPAdapterOptions } from './http-adapter-options.js';
import { SOCKET_SETTINGS } from '../transports/connections/socket-settings.js';
import { type Transport, urlopen } from '../transports/urlopen.js';
import type * as UndiciModules from '../transports/undici/index.js';
import type { AnyDispatcher } from '../transports/undici/any-dispatcher.js';
import type { DispatcherTransport, UndiciTransport } from '../transports/undici/index.js';

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
  /**
   * Sends every request: an `Agent`, `ProxyAgent` or `MockAgent` of undici, or any other of its dispatchers; `'global'` for the
   * one that `setGlobalDispatcher` has set. Its connections are its own, and stay open when the adapter is closed: it goes
   * together with none of the options about connections, and refuses requests with `proxies`, `cert` or another `verify` than
   * true. Default null: connections of this adapter.
   */
  dispatcher?: AnyDispatcher | 'global' | null | undefined;
}

/** What a dispatcher decides by itself. */
const OF_CONNECTIONS = [
  'pool_connections',
  'pool_maxsize',
  'pool_block',
  'insecure_http_parser',
  ...SOCKET_SETTINGS,
  'connections',
  'pipelining',
  'allow_h2',
] as const;

const OPTION_NAMES = [...COMMON_OPTIONS, 'connections', 'pipelining', 'allow_h2', 'dispatcher'] as const;

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
  /** What sends the requests; null for connections of this adapter. */
  readonly dispatcher: AnyDispatcher | 'global' | null;
  #transport: UndiciTransport | DispatcherTransport | null = null;

  constructor(options: UndiciAdapterOptions = {}) {
    const own = checkAdapterOptions('UndiciAdapter()', options, OPTION_NAMES, arguments.length);
    const { connections = null, pipelining = 1, allow_h2 = false, dispatcher = null, ...common } = own;
    const { pool_maxsize, pool_block, insecure_http_parser } = own;
    checkDispatcher(dispatcher, own);
    if (!Number.isInteger(pipelining) || pipelining < 1) {
      throw new ValueError(`pipelining must be an integer above 0, not ${String(pipelining)}`);
    }
    if (connections !== null && (!Number.isInteger(connections) || connections < 1)) {
      throw new ValueError(`connections must be an integer above 0 or null, not ${String(connections)}`);
    }
    if (pipelining > 1 && insecure_http_parser) {
      throw new ValueError(
        'insecure_http_parser goes with pipelining: 1, as answers in doubt cannot be told apart',
      );
    }
    const isShared = pipelining > 1 || allow_h2;
    super({
      ...common,
      pool_maxsize: connections ?? pool_maxsize,
      pool_block: connections !== null || isShared || pool_block,
    });
    this.pipelining = pipelining;
    this.allow_h2 = allow_h2;
    this.dispatcher = dispatcher;
  }

  /** @internal */
  override [kDeliver](job: Job, retries: Retry): Promise<Response> {
    const transport = (this.#transport ??= this.#makeTransport());
    if (transport === null) return loadTransports().then(() => this[kDeliver](job, retries));
    if (this.dispatcher !== null) {
      const refusal = loaded?.refusalOfDispatcher(job) ?? null;
      if (refusal !== null) throw new NotImplementedError(refusal);
    }
    // One of the two, and both send jobs.
    return urlopen(job, retries, transport as Transport<Job, unknown>, this);
  }

  #makeTransport(): UndiciTransport | DispatcherTransport | null {
    if (loaded === null) return null;
    const { pipelining, allow_h2: allowH2, dispatcher } = this;
    if (dispatcher === null) return new loaded.UndiciTransport({ pipelining, allowH2 });
    const { DispatcherTransport, globalDispatcher } = loaded;
    return new DispatcherTransport(dispatcher === 'global' ? globalDispatcher : () => dispatcher);
  }
}

function checkDispatcher(dispatcher: unknown, options: object): void {
  if (dispatcher === null) return;
  const isOne = typeof (dispatcher as Partial<AnyDispatcher>).dispatch === 'function';
  if (!isOne && dispatcher !== 'global') {
    const given = typeof dispatcher === 'string' ? repr(dispatcher) : typeName(dispatcher);
    throw new TypeError(`dispatcher must be a Dispatcher of undici, 'global' or null, not ${given}`);
  }
  const given = OF_CONNECTIONS.find((name) => name in options);
  if (given !== undefined) throw new ValueError(`${given} belongs to the dispatcher when there is one`);
}

// Loaded with the first request, so that programs without this adapter start without it.
let loaded: typeof UndiciModules | null = null;
/** One for all requests that wait, so that they continue in order: `import()` is asynchronous even for a loaded module. */
let loading: Promise<void> | null = null;

function loadTransports(): Promise<void> {
  return (loading ??= import('../transports/undici/index.js').then((module) => {
    loaded = module;
  }));
}
