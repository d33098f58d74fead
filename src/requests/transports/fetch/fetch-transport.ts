/**
 * Sends by a fetch function that the user chose. Its connections are its own: what depends on them (pools, proxies,
 * certificates, the order of headers, a limit for connecting alone) is out of reach, and refused where silence would be
 * dangerous.
 */
import { isError, typeName } from '../../../builtins/index.js';
import { Readable } from 'node:stream';
import { isBlob } from '../../bodies/outgoing/body.js';
import { Upload } from '../../bodies/outgoing/upload.js';
import { wireBody } from '../outgoing-request.js';
import { ReadTimeoutError } from '../../exceptions/urllib3.js';
import type { PreparedRequest } from '../../models/prepared-request.js';
import type { Cert } from '../../inputs.js';
import { HTTPResponse } from '../../urllib3/response.js';
import { isUnixUrl } from '../../urls/unix-url.js';
import { urlsplit } from '../../urls/url-split.js';
import { BaseAttempt, milliseconds } from '../base-attempt.js';
import { aborted, bodyError } from '../error-mapping.js';
import type { Attempt, OutgoingJob, Transport } from '../urlopen.js';

/** The part of a fetch function's response that is used. */
export interface FetchResponse {
  /** The status. */
  readonly status: number;
  /** The reason. */
  readonly statusText: string;
  /** Names and values. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  /** The body, decoded as fetch functions do; null when there is none. */
  readonly body: ReadableStream<Uint8Array> | NodeJS.ReadableStream | null;
}

/** A function like the global `fetch`. */
export type FetchFunction = (url: string, init: FetchInit) => Promise<FetchResponse>;

/** What a fetch function is given. */
export interface FetchInit {
  /** The HTTP method. */
  method: string;
  /** Names and values, without those that belong to the connection. */
  headers: [name: string, value: string][];
  /** Text, bytes or a stream; null for none. */
  body: unknown;
  /** Redirects are followed by the session. */
  redirect: 'manual';
  /** Aborts when the request is aborted or its time is up. */
  signal: AbortSignal;
  /** Fetch functions require it with a body that is a stream. */
  duplex: 'half';
}

/** Why a fetch function cannot send a request, or null when it can. */
export function refusalOfFetch(
  request: PreparedRequest,
  verify: boolean | string | null,
  cert: Cert | null,
  proxy: string | null,
): string | null {
  const isSecure = urlsplit(request.url ?? '').scheme === 'https';
  if (isUnixUrl(request.url ?? ''))
    return 'an adapter with a fetch function of its own cannot use a UNIX socket';
  if (proxy) return 'an adapter with a fetch function of its own cannot use a proxy';
  if (isSecure && (verify !== true || cert !== null)) {
    return 'an adapter with a fetch function of its own cannot change which certificates are used';
  }
  if (request.body !== null && (request.method === 'GET' || request.method === 'HEAD')) {
    return `a fetch function cannot send ${request.method} with a body`;
  }
  return null;
}

/** Headers that belong to the connection, or that fetch works out itself. */
const NOT_FOR_FETCH: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
]);

/** Headers that describe the body as it was on the wire; fetch has decoded it. */
const OF_WIRE: ReadonlySet<string> = new Set(['content-encoding', 'content-length']);

/** Sends by one fetch function. Its attempts have no pool. */
export class FetchTransport implements Transport<OutgoingJob, null> {
  readonly fetch: FetchFunction;

  /** Throws TypeError for anything but a function. */
  constructor(fetch: FetchFunction) {
    if (typeof fetch !== 'function') throw new TypeError(`fetch must be a function, got ${typeName(fetch)}`);
    this.fetch = fetch;
  }

  open(): null {
    return null;
  }

  attempt(job: OutgoingJob): Attempt {
    return new FetchAttempt(job, this.fetch);
  }

  closeIdle(): void {
    // The connections belong to the fetch function.
  }
}

class FetchAttempt extends BaseAttempt<OutgoingJob> {
  /** Unknown: the connections are those of the fetch function. */
  override readonly isStale = false;
  /** What fetch functions count is the decoded body. */
  override readonly missingBytes = null;
  readonly #fetch: FetchFunction;
  readonly #controller = new AbortController();
  /** Seconds; null for no limit. */
  readonly #limit: number | null;

  constructor(job: OutgoingJob, fetch: FetchFunction) {
    super(job);
    this.#fetch = fetch;
    const { connect_timeout: connect, total } = job.timeout;
    // With a total, the read limit depends on when connecting began, which fetch does not reveal.
    this.#limit = total ?? job.timeout.read_timeout ?? connect;
  }

  override async send(): Promise<HTTPResponse> {
    const { request, method, headers, token } = this.job;
    // Fetch functions read Blobs themselves.
    const body = isBlob(request.body) ? request.body : wireBody(this.job);
    if (body instanceof Upload) this.upload = body;
    token?.add(this);
    this.#startWaiting();
    try {
      const response = await this.#fetch(request.url ?? '', {
        method,
        headers: Array.from(headers.values(), ([name, value]): [string, string] => [name, value]).filter(
          ([name]) => !NOT_FOR_FETCH.has(name.toLowerCase()),
        ),
        // Node's fetch takes any async iterable, node-fetch a stream of Node alone.
        body,
        redirect: 'manual',
        signal: this.#controller.signal,
        duplex: 'half',
      });
      this.stopTimer();
      return this.#respond(response);
    } catch (error) {
      this.release();
      throw error;
    }
  }

  #respond(response: FetchResponse): HTTPResponse {
    const { request, method, maxResponseSize } = this.job;
    const { status, statusText: reason } = response;
    const headers = Array.from(response.headers);
    this.recorder?.headers(status, reason, null, headers.flat());
    const isDecoded = headers.some(([name]) => name.toLowerCase() === 'content-encoding');
    const answer = new HTTPResponse({
      body: response.body === null ? null : Readable.from(this.#pieces(response.body)),
      headers: isDecoded ? headers.filter(([name]) => !OF_WIRE.has(name.toLowerCase())) : headers,
      status,
      reason,
      request_method: method,
      request_url: request.url,
      max_response_size: maxResponseSize,
      onDone: (error) => {
        // A response without a body is over before there is an answer.
        this.bodyDone(error, this.answer?.received ?? 0);
      },
      mapError: (error) => bodyError(rootOf(error), this),
      destroy: () => {
        this.end(null);
      },
    });
    this.answered(answer);
    return answer;
  }

  /** The timer runs only while a piece is awaited. */
  async *#pieces(body: AsyncIterable<unknown>): AsyncGenerator {
    const pieces = body[Symbol.asyncIterator]();
    for (;;) {
      this.#startWaiting();
      const step = await pieces.next();
      this.stopTimer();
      if (step.done) return;
      yield step.value;
    }
  }

  #startWaiting(): void {
    this.startTimer(milliseconds(this.#limit));
  }

  override onIdle(): void {
    const limit = this.answer === null ? ` (read timeout=${this.#limit ?? 'None'})` : '';
    this.fail(new ReadTimeoutError('fetch', this.job.request.url, `Read timed out.${limit}`));
  }

  override onAbort(reason: unknown): void {
    // The fetch function's signal has the reason that the caller gave.
    this.#controller.abort(reason);
  }

  protected override abandon(error: Error | null): void {
    this.#controller.abort(error ?? undefined);
  }

  protected override explain(error: unknown): unknown {
    return this.failure ?? aborted(rootOf(error), error);
  }
}

/** The global fetch only reports 'fetch failed'; the reason is in the cause. */
function rootOf(error: unknown): Error {
  if (!isError(error)) return new Error(String(error));
  return isError(error.cause) ? error.cause : error;
}
