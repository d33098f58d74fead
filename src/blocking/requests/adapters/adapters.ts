/** The adapters: their settings live in the caller's thread, their connections in the gateway. */
import { NotImplementedError, type Reduced, setReducer } from '../../../builtins/index.js';
import { foreignId, homeId, reduceHomed } from '../../../pickle/index.js';
import { BaseAdapter as AwaitedBaseAdapter } from '../../../requests/adapters/index.js';
import {
  HTTPAdapter as AwaitedHTTPAdapter,
  type HTTPAdapterOptions as AwaitedHTTPAdapterOptions,
  type PreparedRequest,
  type SendOptions,
  UndiciAdapter as AwaitedUndiciAdapter,
  type UndiciAdapterOptions as AwaitedUndiciAdapterOptions,
} from '../../../requests/index.js';
import { partsOf, poolOptions } from '../../../requests/internal.js';
import { callGateway } from '../../caller/call.js';
import type { Scope } from '../../caller/handles.js';
import { link } from '../../caller/link.js';
import { onAsked, onLeaving } from '../../caller/sides.js';
import { copyCallersAdapter } from '../../wire/adapter-copy.js';
import { asStandIn } from '../../wire/stand-in.js';
import type { Response } from '../response.js';
import type { SyncBaseAdapter, SyncHTTPAdapter, SyncUndiciAdapter } from './members.js';

/** Options of {@link HTTPAdapter}. A `fetch` or `lookup` of the caller's could not run while its thread waits. */
export type HTTPAdapterOptions = Omit<AwaitedHTTPAdapterOptions, 'fetch' | 'lookup'>;

/** Options of {@link UndiciAdapter}. A `dispatcher` or `lookup` of the caller's could not run while its thread waits. */
export type UndiciAdapterOptions = Omit<AwaitedUndiciAdapterOptions, 'dispatcher' | 'lookup'>;

// Here and below: TypeScript rejects overrides with other result types.
const Base = AwaitedBaseAdapter as unknown as abstract new () => SyncBaseAdapter<Response>;

/** Sends requests and returns their responses. Mount one of your own with `session.mount(prefix, adapter)`. */
export abstract class BaseAdapter extends Base {
  /** Sends a request, in the caller's thread. */
  override send(_request: PreparedRequest, _options?: SendOptions): Response {
    throw new NotImplementedError(`${this.constructor.name} does not implement send()`);
  }
}

const HTTPBase = AwaitedHTTPAdapter as unknown as new (
  options?: HTTPAdapterOptions,
) => SyncHTTPAdapter<Response>;

/**
 * Sends over persistent HTTP/1.1 connections: the adapter that every session mounts.
 *
 * A subclass may override `send` (and call `super.send`), `close`, and `init_poolmanager` with settings for all connections.
 */
export class HTTPAdapter extends HTTPBase {
  constructor(options: HTTPAdapterOptions = {}) {
    refuse('HTTPAdapter()', options, 'fetch');
    refuse('HTTPAdapter()', options, 'lookup');
    super(options);
    checkSteps(this);
  }

  /** Sends a request and waits for its response. */
  override send(request: PreparedRequest, options: SendOptions = {}): Response {
    return sendBy(this, request, options);
  }

  /** Closes idle connections; those in use close when they are returned. The adapter can be used again afterwards. */
  override close(): void {
    link().tell('forget-adapters', [[homeId(this)]]);
  }
}

const UndiciBase = AwaitedUndiciAdapter as unknown as new (
  options?: UndiciAdapterOptions,
) => SyncUndiciAdapter<Response>;

/** The same over undici, an optional peer: pipelining, HTTP/2 and less CPU. */
export class UndiciAdapter extends UndiciBase {
  constructor(options: UndiciAdapterOptions = {}) {
    refuse('UndiciAdapter()', options, 'dispatcher');
    refuse('UndiciAdapter()', options, 'lookup');
    super(options);
  }

  /** Sends a request and waits for its response. */
  override send(request: PreparedRequest, options: SendOptions = {}): Response {
    return sendBy(this, request, options);
  }

  /** Closes the idle connections. The adapter can be used again afterwards. */
  override close(): void {
    link().tell('forget-adapters', [[homeId(this)]]);
  }
}

function sendBy(adapter: object, request: PreparedRequest, options: SendOptions): Response {
  // Bypass overrides, as this is a subclass's `super.send`.
  return callGateway('adapter', [new Plain(adapter), request, { ...options }]) as Response;
}

/** An adapter without the overrides of its class. */
class Plain {
  constructor(readonly adapter: object) {}
}

function refuse(callee: string, options: object, name: string): void {
  // What is no object is refused by the awaited class.
  if (typeof options !== 'object' || !(name in options) || (options as Record<string, unknown>)[name] == null)
    return;
  throw new TypeError(
    `${callee}: '${name}' would have to run in this thread, which waits; use requests-futures without /blocking`,
  );
}

/** The methods that `send` calls in the gateway, which does not have a subclass's overrides. */
const INNER = [
  'add_headers',
  'build_response',
  'cert_verify',
  'get_connection_with_tls_context',
  'proxy_headers',
  'request_url',
] as const;

function checkSteps(adapter: HTTPAdapter): void {
  const own = INNER.filter(
    (name) => (adapter as never)[name] !== (AwaitedHTTPAdapter.prototype as never)[name],
  );
  if (own.length === 0 || overridesSend(adapter)) return;
  throw new TypeError(
    `${adapter.constructor.name} overrides ${own.join('(), ')}(), which would have to run in the gateway thread: override send(), ` +
      'change the request there, and call super.send()',
  );
}

function overridesSend(adapter: object): boolean {
  const { send } = adapter as { send: unknown };
  return send !== HTTPAdapter.prototype.send && send !== UndiciAdapter.prototype.send;
}

function copyOf(adapter: object): Reduced | undefined {
  const isUndici = adapter instanceof AwaitedUndiciAdapter;
  const base = isUndici ? AwaitedUndiciAdapter : AwaitedHTTPAdapter;
  const own = isUndici ? { pipelining: adapter.pipelining, allow_h2: adapter.allow_h2 } : {};
  // True at run time: its class derives from it.
  const awaited = adapter as AwaitedHTTPAdapter;
  const parts = [...partsOf(awaited, base, { ...poolOptions(awaited), ...own })];
  // In the gateway it is of its base class, without the fields of the subclass.
  parts[1] = base;
  parts[4] = {};
  const { connection_pool_kw } = awaited.poolmanager;
  return reduceHomed(adapter, copyCallersAdapter as never, [connection_pool_kw, ...parts]);
}

onLeaving((object, _link, scope: Scope) => {
  if (object instanceof Plain) return copyOf(object.adapter);
  if (!(object instanceof AwaitedBaseAdapter)) return undefined;
  const isUsual = object instanceof AwaitedHTTPAdapter && !overridesSend(object);
  if (foreignId(object) !== undefined || isUsual) return copyOf(object);
  return asStandIn('adapter', [scope.handle(object)]);
});

onAsked('send', (adapter, [request, options]: [PreparedRequest, SendOptions]) =>
  (adapter as SyncBaseAdapter<Response>).send(request, options),
);

// Also in a thread with another gateway, or none.
setReducer(HTTPAdapter, (adapter) => copyOf(adapter) ?? null);
setReducer(UndiciAdapter, (adapter) => copyOf(adapter) ?? null);
