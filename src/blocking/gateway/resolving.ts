/** The stand-ins in the gateway for the caller's objects. */
import { createReadStream } from 'node:fs';
import { BaseAdapter } from '../../requests/adapters/index.js';
import { type PreparedRequest, Response, type SendOptions } from '../../requests/index.js';
import type { HTTPResponseInit } from '../../requests/internal.js';
import { HTTPResponse } from '../../requests/packages/urllib3.js';
import type { CallersThread } from './callers-thread.js';
import type { LiveResponses } from './live-responses.js';
import type { Pools } from './pools.js';
import type { Twins } from './twins.js';

/** The caller that owns the objects. */
interface Owner extends CallersThread {
  readonly responses: LiveResponses;
  readonly twins: Twins;
  readonly pools: Pools;
}

type Resolver = (caller: Owner, ...args: never[]) => unknown;

/** A function of the caller's: calling it returns a promise. */
function farFunction(caller: Owner, handle: number, name: string): unknown {
  const far = (...args: unknown[]): Promise<unknown> => caller.ask(handle, 'call', args);
  Object.defineProperty(far, 'name', { value: name });
  caller.handles.set(far, handle);
  return far;
}

/** An adapter that sends in the caller's thread. */
class FarAdapter extends BaseAdapter {
  readonly #caller: Owner;
  readonly #handle: number;

  constructor(caller: Owner, handle: number) {
    super();
    this.#caller = caller;
    this.#handle = handle;
  }

  override send(request: PreparedRequest, options: SendOptions = {}): Promise<Response> {
    return this.#caller.ask(this.#handle, 'send', [request, options]) as Promise<Response>;
  }

  override close(): void {
    // The caller owns it, and closes it.
  }
}

function farAdapter(caller: Owner, handle: number): unknown {
  const far = new FarAdapter(caller, handle);
  caller.handles.set(far, handle);
  return far;
}

/** A body produced in the caller's thread. `len` is the result of `super_len` there. */
class FarIterable {
  readonly #caller: Owner;
  readonly #handle: number;
  readonly len: number | undefined;
  #seek: number | null = null;

  constructor(caller: Owner, handle: number, length: number | null, position: number | null) {
    this.#caller = caller;
    this.#handle = handle;
    if (length !== null) this.len = length;
    if (position !== null) {
      // The position is known here only if it was known there.
      Object.assign(this, {
        tell: () => position,
        seek: (to: number) => {
          this.#seek = to;
        },
      });
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    const begin = this.#seek;
    this.#seek = null;
    const next = (isFirst: boolean): Promise<unknown> => {
      const step = this.#caller.ask(this.#handle, 'next', [isFirst, begin]);
      // Of no interest if the request ends before it is awaited.
      step.catch(() => undefined);
      return step;
    };
    let step = next(true);
    try {
      for (;;) {
        const piece = (await step) as [unknown] | null;
        if (piece === null) return;
        // The caller makes the next while this one is sent.
        step = next(false);
        yield piece[0];
      }
    } finally {
      void this.#caller.ask(this.#handle, 'return', []).catch(() => undefined);
    }
  }
}

function farIterable(caller: Owner, handle: number, length: number | null, position: number | null): unknown {
  const far = new FarIterable(caller, handle, length, position);
  caller.handles.set(far, handle);
  return far;
}

/** Reads here a file opened in the caller's thread. */
function farFile(caller: Owner, handle: number, path: string, position: number): unknown {
  const stream = createReadStream(path, { start: position });
  caller.handles.set(stream, handle);
  return stream;
}

/** The caller's signals, by handle, while a request here follows them. */
const signals = new WeakMap<Owner, Map<number, WeakRef<AbortController>>>();

function farSignal(caller: Owner, handle: number, aborted: { reason: unknown } | null): unknown {
  const known = signals.get(caller) ?? new Map<number, WeakRef<AbortController>>();
  signals.set(caller, known);
  const controller = known.get(handle)?.deref() ?? new AbortController();
  known.set(handle, new WeakRef(controller));
  caller.handles.set(controller.signal, handle);
  controllers.set(controller.signal, controller);
  if (aborted !== null) controller.abort(aborted.reason);
  else forgotten.register(controller, { known, handle });
  return controller.signal;
}

/** Requests keep the signal, and the signal its controller. */
const controllers = new WeakMap<AbortSignal, AbortController>();

const forgotten = new FinalizationRegistry<{ known: Map<number, WeakRef<AbortController>>; handle: number }>(
  ({ known, handle }) => {
    if (known.get(handle)?.deref() === undefined) known.delete(handle);
  },
);

/** The caller's signal was aborted. */
export function abortSignal(caller: Owner, handle: number, { reason }: { reason: unknown }): void {
  signals.get(caller)?.get(handle)?.deref()?.abort(reason);
}

/** A value of the caller's that is only passed back. An object of a class, so that the rule for its crossing applies. */
class Opaque {
  readonly isOpaque = true;
}

/** The inner session of a FuturesSession, if it is the caller's code. */
function farRequester(caller: Owner, handle: number): unknown {
  const far = {
    request: (method: string, url: string, options: unknown) =>
      caller.ask(handle, 'request', [method, url, options]),
  };
  caller.handles.set(far, handle);
  return far;
}

const resolvers: Readonly<Record<string, Resolver>> = {
  function: farFunction,
  adapter: farAdapter,
  iterable: farIterable,
  file: farFile,
  signal: farSignal,
  requester: farRequester,
  made: (caller, handle: number) => {
    const response = new Response();
    caller.handles.set(response, handle);
    return response;
  },
  'made-raw': (_caller, init: HTTPResponseInit) => new HTTPResponse(init),
  opaque: (caller, handle: number) => {
    const stand = new Opaque();
    caller.handles.set(stand, handle);
    return stand;
  },
  live: (caller, id: number) => caller.responses.get(id),
  session: (caller, ...args: Parameters<Twins['arrive']>) => caller.twins.arrive(...args),
  pool: (caller, ...args: Parameters<Pools['arrive']>) => caller.pools.arrive(...args),
};

/** Creates the stand-in for an object of the caller's. */
export function resolveInGateway(caller: Owner, kind: string, args: readonly unknown[]): unknown {
  const found = resolvers[kind] as ((caller: Owner, ...args: readonly unknown[]) => unknown) | undefined;
  if (found === undefined) throw new TypeError(`no ${kind} of a caller's stands for anything here`);
  return found(caller, ...args);
}
