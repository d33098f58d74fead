/** Publishes the events of a request. A trace exists only if the channel had a subscriber when the request was made. */
import { types } from 'node:util';
import { channel, type Channel } from 'node:diagnostics_channel';
import { monotonic, typeName, isError, isURL } from '../../builtins/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Response } from '../models/response.js';
import { CaseInsensitiveDictMethods, headerStore } from '../structures/case-insensitive-dict.js';
import { NO_CONTEXT, type PauseReason, type RequestContext, type SendOptions } from '../types.js';
import {
  type ConnectedEvent,
  type FailedEvent,
  type HeadersEvent,
  REQUEST_CHANNEL,
  type RequestEvent,
  type RequestEventBase,
  type SettledEvent,
} from './events.js';
import { maskedLines, maskedRawHeaders, withoutCredentials } from './mask.js';

/** Without subscribers, tracing costs only the check of `hasSubscribers`. */
export const requestChannel: Channel = channel(REQUEST_CHANNEL);

/** What of an event is not the same for all events of an attempt. */
type Details<E extends RequestEvent> = Omit<E, keyof RequestEventBase | 'type'>;

/** What a request is known by in all threads. */
export interface TraceIdentity {
  readonly id: number;
  readonly method: string;
  readonly url: string;
}

let lastId = 0;

/** One request from its submission to its end. */
export class RequestTrace {
  readonly id: number;
  #worker: string | null = null;
  #last: AttemptTrace | null = null;
  /** Whether the session has announced an attempt that no adapter has taken up. */
  #isAnnounced = false;
  readonly #method: string;
  readonly #url: string;
  /** Where the events go instead of the channel, in a thread that works for another. */
  readonly collected: RequestEvent[] | null;

  constructor(
    method: unknown,
    url: unknown,
    id: number = (lastId +=
      1),
    collected: RequestEvent[] | null = null,
  ) {
    this.id = id;
    this.#method = textOf(method).toUpperCase();
    this.#url = withoutCredentials(textOf(url));
    this.collected = collected;
  }

  /** @internal */
  publish(event: RequestEvent): void {
    if (this.collected !== null) this.collected.push(event);
    else if (requestChannel.hasSubscribers) requestChannel.publish(event);
  }

  submitted(): void {
    this.publish({ type: 'submitted', ...this.base() });
  }

  queued(): void {
    this.publish({ type: 'queued', ...this.base() });
  }

  paused(reason: PauseReason): void {
    this.publish({ type: 'paused', ...this.base(), reason });
  }

  resumed(): void {
    this.publish({ type: 'resumed', ...this.base() });
  }

  started(worker: string | null): void {
    this.#worker = worker;
    this.publish({ type: 'started', ...this.base() });
  }

  /** Sends a hop, and publishes the events that an adapter without tracing does not publish itself. */
  async send(adapter: BaseAdapter, request: PreparedRequest, options: SendOptions): Promise<Response> {
    this.begin(request, (this.#last?.hop ?? -1) + 1, 1);
    this.#isAnnounced = true;
    try {
      const response = await adapter.send(request, options);
      this.#last?.answered(response);
      return response;
    } catch (error) {
      this.#last?.failed(error);
      throw error;
    } finally {
      this.#isAnnounced = false;
    }
  }

  /** The session has the whole body. */
  bodyRead(response: Response): void {
    this.#last?.body(response.raw?.received || response.content.length);
  }

  /** Adapters call this before each attempt to send `request`, and report the outcome to the result. */
  attempt(request: PreparedRequest): AttemptTrace {
    const last = this.#last;
    if (last !== null && this.#isAnnounced) {
      this.#isAnnounced = false;
      last.request = request;
      return last;
    }
    // An answer to a challenge is another request, and a retry is not.
    if (last === null || last.request !== request) return this.begin(request, (last?.hop ?? -1) + 1, 1);
    return this.begin(request, last.hop, last.attempt + 1);
  }

  private begin(request: PreparedRequest, hop: number, attempt: number): AttemptTrace {
    this.#last = new AttemptTrace(this, request, hop, attempt);
    this.#last.begun();
    return this.#last;
  }

  succeeded(result: unknown): void {
    const status = (result as { status_code?: unknown } | null | undefined)?.status_code;
    this.settled('result', typeof status === 'number' ? status : null, null);
  }

  failed(error: unknown): void {
    this.settled('error', null, error);
  }

  cancelled(): void {
    this.settled('cancelled', null, null);
  }

  /** What another thread needs to continue this trace. */
  identity(): TraceIdentity {
    return { id: this.id, method: this.#method, url: this.#url };
  }

  private settled(outcome: SettledEvent['outcome'], status: number | null, reason: unknown): void {
    const { error, message } = reason === null ? { error: null, message: null } : describe(reason);
    this.publish({ type: 'settled', ...this.base(), outcome, status, error, message });
  }

  /** @internal */
  base(attempt: AttemptTrace | null = this.#last): RequestEventBase {
    return {
      id: this.id,
      time: monotonic(),
      method: attempt?.method ?? this.#method,
      url: attempt?.url ?? this.#url,
      hop: attempt?.hop ?? 0,
      attempt: attempt?.attempt ?? 0,
      worker: this.#worker,
    };
  }
}

/** One attempt to send one hop. What comes after its end, or for a second time, is left out. */
export class AttemptTrace {
  readonly #trace: RequestTrace;
  /** The request, to distinguish a retry from another hop. */
  request: PreparedRequest;
  readonly hop: number;
  readonly attempt: number;
  readonly method: string;
  readonly url: string;
  #hasHeaders = false;
  #isOver = false;

  constructor(trace: RequestTrace, request: PreparedRequest, hop: number, attempt: number) {
    this.#trace = trace;
    this.request = request;
    this.hop = hop;
    this.attempt = attempt;
    this.method = request.method ?? '';
    this.url = withoutCredentials(request.url ?? '');
  }

  begun(): void {
    const request_headers = maskedLines(linesOf(this.request));
    this.#trace.publish({ type: 'attempt', ...this.#trace.base(this), request_headers });
  }

  connected(details: Omit<Details<ConnectedEvent>, 'request_headers'>, requestHeaders: Lines): void {
    if (this.#isOver) return;
    const request_headers = maskedLines(requestHeaders);
    this.#trace.publish({ type: 'connected', ...this.#trace.base(this), ...details, request_headers });
  }

  /** `rawHeaders`: name, value, name, value … */
  headers(details: Omit<Details<HeadersEvent>, 'response_headers'>, rawHeaders: readonly string[]): void {
    if (this.#isOver || this.#hasHeaders) return;
    this.#hasHeaders = true;
    const response_headers = maskedRawHeaders(rawHeaders);
    this.#trace.publish({ type: 'headers', ...this.#trace.base(this), ...details, response_headers });
  }

  /** The body is done with. */
  body(bytes: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#trace.publish({ type: 'body', ...this.#trace.base(this), bytes });
  }

  failed(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#trace.publish({ type: 'failed', ...this.#trace.base(this), ...describe(reason) });
  }

  /** There is a response, whether or not the adapter has reported it. */
  answered({ raw, status_code: status, reason, headers }: Response): void {
    const lines = raw?.rawHeaders ?? [...headers.items()].flat();
    this.headers({ status, reason, version: raw?.version ?? null, sent: null }, lines);
  }
}

type Lines = Iterable<readonly [name: string, value: unknown]>;

/** Publishes `started` and `settled` around a request that is not a future. `send` gets the context that the trace is part of. */
export async function traced(
  method: unknown,
  url: unknown,
  context: RequestContext | undefined,
  send: (context: RequestContext) => Promise<Response>,
): Promise<Response> {
  const trace = new RequestTrace(method, url);
  trace.started(null);
  try {
    const response = await send({ ...NO_CONTEXT, ...context, trace });
    trace.succeeded(response);
    return response;
  } catch (error) {
    trace.failed(error);
    throw error;
  }
}

/**
 * Publishes what another thread has collected. Its clock may have started at another time.
 */
export function publishEvents(events: readonly RequestEvent[], timeOrigin: number): void {
  const shift = (timeOrigin - performance.timeOrigin) / 1000;
  for (const event of events) requestChannel.publish(shift === 0 ? event : shifted(event, shift));
}

const TIMES = ['time', 'connect_started', 'tcp_connected', 'tls_connected', 'sent'];

function shifted(event: RequestEvent, shift: number): object {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]: [string, unknown]) => [
      name,
      TIMES.includes(name) && typeof value === 'number' ? value + shift : value,
    ]),
  );
}

function linesOf({ headers }: PreparedRequest): Lines {
  const given: unknown = headers;
  // Scripts may have put an object instead of the dict.
  if (!(given instanceof CaseInsensitiveDictMethods)) return Object.entries(given ?? {});
  return headerStore(given as CaseInsensitiveDictMethods<string>).values();
}

function describe(reason: unknown): Pick<FailedEvent, 'error' | 'message'> {
  if (isError(reason)) return { error: reason.name, message: reason.message };
  return { error: typeName(reason), message: typeof reason === 'string' ? reason : '' };
}

/** What a caller gave for a method or a URL, which need not be fit for either. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (types.isUint8Array(value)) return Buffer.from(value).toString();
  return isURL(value) ? value.href : `<${typeName(value)}>`;
}
