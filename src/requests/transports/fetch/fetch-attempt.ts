/** One attempt to send one request by a fetch function, which may ignore its signal, and give anything as a response. */
import { asError, isError, repr } from '../../../builtins/index.js';
import { Readable } from 'node:stream';
import { PushedPieces, type PieceSource } from '../../bodies/incoming/pushed-pieces.js';
import { isBlob } from '../../bodies/outgoing/body.js';
import { closeBody, closeIterator } from '../../bodies/outgoing/close-body.js';
import { bytesOfPiece } from '../../bodies/outgoing/piece.js';
import { pieceIterator, type Pieces, Upload } from '../../bodies/outgoing/upload.js';
import { HTTPError, ReadTimeoutError } from '../../exceptions/urllib3.js';
import { rawValue, withoutNames } from '../../headers/raw-headers.js';
import { HTTPResponse } from '../../urllib3/response.js';
import { urldefragauth } from '../../urls/url-tools.js';
import { BaseAttempt, milliseconds } from '../base-attempt.js';
import { aborted, badStatusLine, bodyError } from '../error-mapping.js';
import { type Fetched, rawHeadersOf } from '../node/fetched.js';
import { wireBody } from '../outgoing-request.js';
import type { OutgoingJob } from '../urlopen.js';
import type { FetchFunction, FetchResponse } from './fetch-function.js';

/** Headers that belong to the connection, or that fetch works out itself. */
const NOT_FOR_FETCH: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
]);

/** The codings that all fetch functions undo. */
const DECODED: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'br']);

/** Headers that describe the body as it was on the wire; fetch has decoded it. */
const OF_WIRE: ReadonlySet<string> = new Set(['content-encoding', 'content-length']);

export class FetchAttempt extends BaseAttempt<OutgoingJob> implements PieceSource {
  /** Unknown: the connections are those of the fetch function. */
  override readonly isStale = false;
  readonly #fetch: FetchFunction;
  readonly #controller = new AbortController();
  /** Seconds; null for no limit. */
  readonly #limit: number | null;
  /** How much of the upload had been taken when the clock was last set. */
  #taken = 0;
  #source: FetchResponse['body'] = null;
  #pieces: Pieces | null = null;
  /** The body of the response. */
  #body: PushedPieces | null = null;
  #reject: ((reason: unknown) => void) | null = null;
  #readOn: (() => void) | null = null;

  constructor(job: OutgoingJob, fetch: FetchFunction) {
    super(job);
    this.#fetch = fetch;
    const { connect_timeout: connect, total } = job.timeout;
    // With a total, the read limit depends on when connecting began, which fetch does not reveal.
    this.#limit = total ?? job.timeout.read_timeout ?? connect;
  }

  override async send(): Promise<HTTPResponse> {
    this.job.token?.add(this);
    try {
      if (this.failure !== null) throw this.failure;
      this.#startWaiting();
      // A fetch function may never settle, whatever its signal says.
      return await new Promise<HTTPResponse>((resolve, reject) => {
        this.#reject = reject;
        this.#answer().then(resolve, reject);
      });
    } catch (error) {
      this.release();
      throw error;
    }
  }

  async #answer(): Promise<HTTPResponse> {
    const { request, method, headers } = this.job;
    const response = await this.#fetch(urldefragauth(request.url ?? ''), {
      method,
      headers: fetchHeaders(headers),
      body: this.#requestBody(),
      redirect: 'manual',
      signal: this.#controller.signal,
      duplex: 'half',
    });
    if (this.failure !== null) {
      closeBody((response as Partial<FetchResponse> | null | undefined)?.body);
      throw this.failure;
    }
    return this.#respond(response);
  }

  #requestBody(): unknown {
    const { request } = this.job;
    // Fetch functions read Blobs themselves.
    if (isBlob(request.body)) return request.body;
    const body = wireBody(this.job);
    // Of text they make a Content-Type.
    if (typeof body === 'string') return Buffer.from(body);
    // Node's fetch takes any async iterable, node-fetch a stream of Node alone.
    if (body instanceof Upload) {
      this.upload = body;
      body.once('end', () => {
        this.refreshTimer();
      });
    }
    return body;
  }

  #respond(response: FetchResponse): HTTPResponse {
    const { request, method, maxResponseSize, stream } = this.job;
    const { status, statusText: reason, bodyUsed } = response;
    const headers = headersOf(response);
    // `Response.error()` has the status 0.
    if (!Number.isInteger(status) || status < 100) throw badStatusLine(repr(String(status)));
    if (bodyUsed === true) throw new TypeError('the body of the response was read before');
    this.recorder?.headers(status, reason, null, headers);
    const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
    const isDecoded = hasBody && isCodingUndone(headers, isOfNodeFetch(response.headers));
    this.rawHeaders = isDecoded ? withoutNames(headers, OF_WIRE) : headers;
    if (!hasBody) closeBody(response.body);
    else if (response.body !== null) {
      this.#source = response.body;
      this.#pieces = pieceIterator(response.body);
    }
    const body = new PushedPieces(this, stream ? null : Infinity);
    this.#body = body;
    const answer = new HTTPResponse({
      pushed: body,
      headers: this.rawHeaders,
      status,
      reason,
      request_method: method,
      request_url: request.url,
      max_response_size: maxResponseSize,
      expected_length: this.expectedLength(status),
      onDone: (error) => {
        this.bodyDone(error, answer.reader.received);
      },
      mapError: (error) => bodyError(rootOf(error), this),
      destroy: () => {
        this.end(null);
      },
    });
    this.stopTimer();
    this.answered(answer);
    if (!stream) this.#startWaiting();
    if (this.#pieces === null) body.ended();
    else void this.#read(this.#pieces, body);
    return answer;
  }

  async #read(pieces: Pieces, body: PushedPieces): Promise<void> {
    try {
      while (!body.finished) {
        const step = await pieces.next();
        if (step.done) {
          body.ended();
          return;
        }
        this.refreshTimer();
        const { buffer, byteOffset, byteLength } = bytesOfPiece(step.value);
        if (body.push(Buffer.from(buffer, byteOffset, byteLength))) continue;
        await new Promise<void>((resolve) => {
          this.#readOn = resolve;
        });
      }
    } catch (error) {
      body.failed(error);
    }
  }

  resume(): void {
    this.#readOn?.();
  }

  // The clock: it runs while an answer is awaited, and then while a reader waits.

  #startWaiting(): void {
    this.startTimer(milliseconds(this.#limit));
  }

  protected override setWaiting(isWaiting: boolean): void {
    if (isWaiting) this.#startWaiting();
    else this.stopTimer();
  }

  override onIdle(): void {
    const { upload } = this;
    if (this.#body === null && upload !== null && (upload.isAwaited || upload.given > this.#taken)) {
      // The body of the request is still taken, or it is the caller's source that is slow.
      this.#taken = upload.given;
      this.#startWaiting();
      return;
    }
    const limit = this.#body === null ? ` (read timeout=${this.#limit ?? 'None'})` : '';
    this.fail(new ReadTimeoutError('fetch', this.job.request.url, `Read timed out.${limit}`));
  }

  override onAbort(reason: unknown): void {
    // The fetch function's signal has the reason that the caller gave.
    this.#controller.abort(reason);
    super.onAbort(reason);
  }

  protected override abandon(error: Error | null): void {
    this.#controller.abort(error ?? undefined);
    if (this.#source instanceof Readable) closeBody(this.#source);
    else if (this.#pieces !== null) closeIterator(this.#pieces);
    if (error === null) return;
    this.#reject?.(error);
    this.#body?.failed(error);
  }

  protected override explain(error: unknown): unknown {
    if (this.failure !== null) return this.failure;
    // The caller's own error, which fetch functions wrap.
    if (this.upload?.failure) return this.upload.failure;
    return error instanceof HTTPError ? error : aborted(rootOf(error), error);
  }
}

/** What a fetch function is to send. Not all that Node's zlib decodes is decoded by its fetch. */
function fetchHeaders(headers: OutgoingJob['headers']): [name: string, value: string][] {
  const lines: [string, string][] = [];
  for (const [name, { 0: given, 1: value }] of headers) {
    if (NOT_FOR_FETCH.has(name)) continue;
    lines.push([given, name === 'accept-encoding' ? value.replace(/\s*,\s*zstd\b[^,]*/i, '') : value]);
  }
  return lines;
}

/** Name, value, name, value … */
function headersOf({ headers }: FetchResponse): readonly string[] {
  return isOfNodeFetch(headers) ? rawHeadersOf(headers) : [...headers].flat();
}

/** node-fetch's give several cookies as one when they are iterated over. */
function isOfNodeFetch(
  headers: FetchResponse['headers'],
): headers is FetchResponse['headers'] & Fetched['headers'] {
  return 'raw' in headers && typeof headers.raw === 'function';
}

/** Whether the fetch function has undone all codings. node-fetch undoes one alone, and nothing of several. */
function isCodingUndone(headers: readonly string[], isNodeFetch: boolean): boolean {
  const codings = rawValue(headers, 'content-encoding')?.toLowerCase().split(',') ?? [];
  if (codings.length === 0 || (isNodeFetch && codings.length > 1)) return false;
  return codings.every((coding) => DECODED.has(coding.trim()));
}

/** The global fetch only reports 'fetch failed'; the reason is in the cause. */
function rootOf(error: unknown): Error {
  const { cause } = asError(error);
  return isError(cause) ? cause : asError(error);
}
