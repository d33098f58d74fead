/**
 * Sending by a fetch function that the user chose. Its connections are its own: what depends on those (pools, proxies,
 * certificates, the order of headers, a limit for connecting alone) is out of reach, and refused where silence would be
 * dangerous.
 */
import { Readable } from 'node:stream';
import type { AttemptTrace } from '../../diagnostics/trace.js';
import type { PreparedRequest } from '../../models/prepared-request.js';
import { ChunkedEncodingError, ConnectionError } from '../../exceptions/requests.js';
import type { Cert } from '../../inputs.js';
import { HTTPError, MaxRetryError, ProtocolError, ReadTimeoutError } from '../../exceptions/urllib3.js';
import { HTTPResponse } from '../../urllib3/response.js';
import type { Retry } from '../../urllib3/retry.js';
import { rewind_body } from '../../models/rewind-body.js';
import { abortError } from '../error-mapping.js';
import type { Job } from '../outgoing-request.js';
import { isBuffered, wireBody } from '../../bodies/outgoing/wire-form.js';
import { urlsplit } from '../../urls/url-split.js';

/** What a fetch function answers, as far as it is used. */
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
  /** Whatever the request has: text, bytes, a stream; null for none. */
  body: unknown;
  /** Redirects are followed by the session. */
  redirect: 'manual';
  /** Aborts when the request is aborted or its time is up. */
  signal: AbortSignal;
  /** Fetch functions ask for it with a body that is a stream. */
  duplex: 'half';
}

/** A {@link Job} without a pool. */
export type FetchJob = Omit<Job, 'pool' | 'target'>;

/** Why a fetch function cannot send a request, or null when it can. */
export function refusalOfFetch(
  request: PreparedRequest,
  verify: boolean | string | null,
  cert: Cert | null,
  proxy: string | null,
): string | null {
  const isSecure = urlsplit(request.url ?? '').scheme === 'https';
  if (proxy) return 'an adapter with a fetch function of its own cannot use a proxy';
  if (isSecure && (verify !== true || cert !== null)) {
    return 'an adapter with a fetch function of its own cannot change which certificates are used';
  }
  if (request.body !== null && (request.method === 'GET' || request.method === 'HEAD')) {
    return `a fetch function cannot send ${request.method} with a body`;
  }
  return null;
}

/** Headers that belong to the connection, which is not ours, or that fetch works out itself. */
const NOT_FOR_FETCH: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
]);

/** Headers that describe the body as it was on the wire; fetch has decoded it. */
const OF_WIRE: ReadonlySet<string> = new Set(['content-encoding', 'content-length']);

/** Sends a job by `fetch`, and sends it again as often as `retries` allows. */
export async function sendByFetch(
  fetch: FetchFunction,
  job: FetchJob,
  retries: Retry,
): Promise<HTTPResponse> {
  const url = job.request.url ?? '';
  for (;;) {
    try {
      const response = await new FetchAttempt(job).send(fetch);
      const hasRetryAfter = Boolean(response.headers.get('Retry-After'));
      if (!retries.is_retry(job.method, response.status, hasRetryAfter)) return response;
      try {
        retries = retries.increment(job.method, url, { response });
      } catch (error) {
        if (!(error instanceof MaxRetryError) || retries.raise_on_status) throw error;
        return response;
      }
      await response.drain_conn();
      await retries.sleep(response, job.token);
    } catch (error) {
      const isFailure = error instanceof HTTPError && !(error instanceof MaxRetryError);
      if (!isFailure || job.token?.aborted) throw error;
      retries = retries.increment(job.method, url, { error });
      await retries.sleep(null, job.token);
    }
    if (!isBuffered(job.request.body) && job.request._body_position !== null) rewind_body(job.request);
  }
}

class FetchAttempt {
  readonly #job: FetchJob;
  readonly #controller = new AbortController();
  readonly #limit: number | null;
  #timer: NodeJS.Timeout | undefined;
  #isLate = false;
  readonly #trace: AttemptTrace | null;
  readonly #unsubscribe: () => void;

  constructor(job: FetchJob) {
    this.#job = job;
    this.#trace = job.trace?.attempt(job.request) ?? null;
    const { connect_timeout: connect, total } = job.timeout;
    // With a total the limit for reading wants to know when connecting began, which only fetch knows.
    this.#limit = total ?? job.timeout.read_timeout ?? connect;
    this.#unsubscribe =
      job.token?.onAbort((reason) => {
        this.#controller.abort(reason);
      }) ?? (() => undefined);
  }

  async send(fetch: FetchFunction): Promise<HTTPResponse> {
    const { request, method, headers } = this.#job;
    const body = wireBody(request.body);
    this.#wait();
    let response: FetchResponse;
    try {
      response = await fetch(request.url ?? '', {
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
    } catch (error) {
      this.#release();
      const reason = this.#sendError(error);
      this.#trace?.failed(this.#job.token?.aborted ? abortError(this.#job.token, request) : reason);
      throw reason;
    }
    this.#stopWaiting();
    const { status, statusText: reason } = response;
    this.#trace?.headers({ status, reason, version: null, sent: null }, [...response.headers].flat());
    const isDecoded = headerValue(response, 'content-encoding') !== null;
    let raw: HTTPResponse | null = null;
    raw = new HTTPResponse({
      body: response.body === null ? null : Readable.from(this.#chunks(response.body)),
      headers: Array.from(response.headers).filter(
        ([name]) => !isDecoded || !OF_WIRE.has(name.toLowerCase()),
      ),
      status,
      reason,
      request_method: method,
      request_url: request.url,
      max_response_size: this.#job.maxResponseSize,
      onDone: (error) => {
        this.#release();
        this.#job.onDone?.();
        if (error === null) this.#trace?.body(raw?.tell() ?? 0);
        else this.#trace?.failed(error);
      },
      mapError: (error) => this.#bodyError(error),
      destroy: () => {
        this.#controller.abort();
      },
    });
    return raw;
  }

  /** The timer runs only while a piece is asked for. */
  async *#chunks(body: AsyncIterable<unknown>): AsyncGenerator {
    const pieces = body[Symbol.asyncIterator]();
    for (;;) {
      this.#wait();
      const step = await pieces.next();
      this.#stopWaiting();
      if (step.done) return;
      yield step.value;
    }
  }

  #wait(): void {
    if (this.#limit === null) return;
    this.#timer = setTimeout(
      () => {
        this.#isLate = true;
        this.#controller.abort(this.#timeout());
      },
      Math.min(Math.ceil(this.#limit * 1000), 2 ** 31 - 1),
    );
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
  }

  #release(): void {
    this.#stopWaiting();
    this.#unsubscribe();
  }

  #timeout(): ReadTimeoutError {
    const { url } = this.#job.request;
    return new ReadTimeoutError('fetch', url, `Read timed out. (read timeout=${this.#limit ?? 'None'})`);
  }

  #sendError(error: unknown): Error {
    if (this.#isLate) return this.#timeout();
    return new ProtocolError(['Connection aborted.', rootOf(error)], { cause: error });
  }

  #bodyError(error: unknown): Error {
    const { token, request } = this.#job;
    if (token?.aborted) return abortError(token, request);
    if (this.#isLate)
      return new ConnectionError('fetch: Read timed out.', { request, cause: this.#timeout() });
    const root = rootOf(error);
    return new ChunkedEncodingError(root.message, { request, cause: error });
  }
}

function headerValue(response: FetchResponse, name: string): string | null {
  for (const [each, value] of response.headers) if (each.toLowerCase() === name) return value;
  return null;
}

/** The global fetch says no more than 'fetch failed'; the cause says why. */
function rootOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.cause instanceof Error ? error.cause : error;
}
