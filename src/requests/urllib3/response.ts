import { Readable } from 'node:stream';
import { checkOptions, RuntimeError, setReducer, setReferences } from '../../builtins/index.js';
import { ChunkedEncodingError, RequestException } from '../exceptions.js';
import { BodyDecoder } from './body-decoder.js';
import { HTTPHeaderDict } from './http-header-dict.js';
import { headerLine, headerLines } from './raw-headers.js';
import { type RemainingBody, remainingStream } from './remaining-body.js';
import { bodyBytes, checkInit, flatHeaders, type HTTPResponseInit } from './response-init.js';
import { WireBody } from './wire-body.js';

export type { HTTPResponseInit };

const EMPTY = Buffer.alloc(0);

/** How {@link HTTPResponse.read} and {@link HTTPResponse.stream} treat Content-Encoding. */
export interface ReadOptions {
  /** Decompress. Default false: `raw` gives the bytes of the wire. */
  decode_content?: boolean | undefined;
}

/**
 * urllib3's response, which `response.raw` is: status line, headers line by line, and the body as it comes from the wire.
 * It can be read in parts by several readers in turn; each goes on where the one before stopped.
 */
export class HTTPResponse {
  /** The status code. */
  status: number;
  /** What the status line says beside the code. */
  reason: string;
  /** 10 for HTTP/1.0, 11 for HTTP/1.1, 20 for HTTP/2. */
  version: number;
  /** The request's method; null when it is not known. */
  readonly request_method: string | null;
  /** The request's URL; null when it is not known. */
  readonly request_url: string | null;
  /** Name, value, name, value … as they came. */
  readonly rawHeaders: readonly string[];
  /** The most bytes the decoded body may have; null for no limit. May be set until the body is read. */
  max_response_size: number | null;

  #headers: HTTPHeaderDict | null = null;
  readonly #wire: WireBody | null;
  /** What came and was not handed out: the body itself when it is not a stream. */
  #rest: Buffer = EMPTY;
  /** Made at the first read. */
  #decoder: BodyDecoder | null = null;
  readonly #isDecoded: boolean;
  #handedOut = 0;
  #started = false;
  #closed = false;
  #done = false;
  #failure: Error | null = null;
  #turn: Promise<unknown> | null = null;
  #onDone: ((error: Error | null) => void) | null;
  #mapError: ((error: unknown) => Error) | null;
  #destroy: (() => void) | null;

  constructor(init: HTTPResponseInit = {}) {
    checkInit(init);
    const { body = null, status = 200, request_method = null } = init;
    this.status = status;
    this.reason = init.reason ?? '';
    this.version = init.version ?? 11;
    this.request_method = request_method;
    this.request_url = init.request_url ?? null;
    this.rawHeaders = flatHeaders(init.headers);
    this.max_response_size = init.max_response_size ?? null;
    this.#isDecoded = init.decoded ?? false;
    this.#onDone = init.onDone ?? null;
    this.#mapError = init.mapError ?? null;
    this.#destroy = init.destroy ?? null;
    if (body instanceof Readable) {
      this.#wire = new WireBody(body, this);
      // Nothing follows these headers; taking note of it frees the connection.
      if (request_method === 'HEAD' || status === 204 || status === 304)
        this.#wire.collect(0, () => undefined);
    } else {
      this.#wire = null;
      this.#rest = body === null ? EMPTY : bodyBytes(body);
      this.#finish(null);
    }
  }

  /** The headers, with the lines of a repeated name apart (`getlist`) or joined. Made when first asked for. */
  get headers(): HTTPHeaderDict {
    return (this.#headers ??= new HTTPHeaderDict(this.rawHeaders));
  }

  /** `HTTP/1.1` and the like. */
  get version_string(): string {
    return this.version === 20 ? 'HTTP/2' : `HTTP/1.${this.version % 10}`;
  }

  /** Whether nothing more will come off the wire: the body was read to its end, failed, or was closed. */
  get closed(): boolean {
    return this.#done;
  }

  /** Whether a reader waits for the wire now. @internal */
  get awaited(): boolean {
    return this.#wire?.awaited ?? false;
  }

  /** How many bytes of the body have come off the wire. */
  tell(): number {
    return this.#wire?.total ?? 0;
  }

  /** The same as {@link closed}. */
  isclosed(): boolean {
    return this.#done;
  }

  /** The header's value, several lines joined with `, `; `fallback` (null unless given) when there is none. */
  getheader(name: string, fallback: string | null = null): string | null {
    return this.headers.get(name, fallback);
  }

  /** The same as {@link headers}. */
  getheaders(): HTTPHeaderDict {
    return this.headers;
  }

  /** The URL that was asked; null when the transport did not say. */
  geturl(): string | null {
    return this.request_url;
  }

  /** The Location of a redirect, null when it has none; false when the status is not a redirect's. */
  get_redirect_location(): string | null | false {
    return [301, 302, 303, 307, 308].includes(this.status) ? this.getheader('location') : false;
  }

  /**
   * The `Set-Cookie` lines, without making a dict of the headers.
   * @internal
   */
  setCookieLines(): readonly string[] {
    return headerLines(this.rawHeaders, 'set-cookie');
  }

  /**
   * Reads `amt` bytes, fewer only at the end; without `amt` (or with a negative one) all that is left. Empty at the end.
   * @throws an exception of requests when the body breaks off or cannot be decoded
   */
  async read(
    amt: number | null = null,
    { decode_content = false, ...unknown }: ReadOptions = {},
  ): Promise<Buffer> {
    checkOptions('read()', unknown, []);
    if (amt === 0) return EMPTY;
    const wanted = amt === null || amt < 0 ? Infinity : amt;
    return this.#inTurn(() => this.#fill(wanted, decode_content));
  }

  /**
   * Iterates over the body in parts of at most `amt` bytes: exactly so many, except that the chunks of a chunked body
   * are not joined; null: as they arrive. A further iteration goes on where this one stopped.
   */
  async *stream(
    amt: number | null = 65_536,
    { decode_content = false, ...unknown }: ReadOptions = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    checkOptions('stream()', unknown, []);
    if (amt === 0) return;
    for (;;) {
      const part = await this.nextPart(amt, decode_content);
      if (part === null) return;
      yield part;
    }
  }

  /** Iterates over the undecoded body, so that it can be piped: `await pipeline(r.raw, createWriteStream(path))`. */
  [Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    return this.stream();
  }

  /**
   * One step of {@link stream}; null at the end.
   * @internal
   */
  nextPart(amt: number | null, decode: boolean): Promise<Buffer | null> {
    return this.#inTurn(() => this.#part(amt === null || amt <= 0 ? null : amt, decode));
  }

  /**
   * The decoded body, or what is left of it.
   * @internal
   */
  readAll(): Promise<Buffer> {
    const wire = this.#wire;
    if (this.#started || this.#turn !== null) return this.read(null, { decode_content: true });
    this.#started = true;
    const decoder = this.#openDecoder();
    const whole = new Promise<Buffer>((resolve, reject) => {
      const decode = (): void => {
        this.#turn = null;
        try {
          resolve(this.#whole(decoder));
        } catch (error) {
          reject(this.#fail(error));
        }
      };
      if (wire === null) decode();
      else wire.collect(decoder.wireLimit, decode);
    });
    if (wire !== null && !wire.finished) this.#turn = whole;
    return whole;
  }

  /**
   * The decoded body of a response that was made of bytes; null when it takes waiting.
   * @internal
   */
  readAllSync(): Buffer | null {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed) return EMPTY;
    if (this.#wire !== null || this.#started) return null;
    try {
      const whole = this.#openDecoder().wholeSync(this.#rest);
      if (whole === null) return null;
      this.#started = true;
      this.#rest = EMPTY;
      return whole;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Reads the rest and throws it away; errors are ignored. */
  async drain_conn(): Promise<void> {
    try {
      while ((await this.nextPart(null, this.#decoder?.hasDecoded === true)) !== null);
    } catch {
      // Nobody wants the body, so nobody wants to know.
    }
  }

  /** Closes; the connection under a body that was not read to its end is closed with it. Reading then gives nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rest = EMPTY;
    this.#decoder?.destroy();
    this.#cutOff();
    this.#finish(null);
  }

  /**
   * What is left of the body, to be read in another thread, and no longer here.
   * @internal
   */
  remaining(): RemainingBody {
    const decoded = this.#isDecoded || this.#decoder?.hasDecoded === true;
    const wire = this.#wire;
    if (this.#closed || this.#failure !== null) return { body: null, decoded };
    if (wire !== null && (!wire.finished || decoded !== this.#isDecoded)) {
      return { body: remainingStream(this, decoded && !this.#isDecoded), decoded };
    }
    const rest = wire === null ? this.#rest : Buffer.concat([this.#rest, wire.take()]);
    return { body: rest.length === 0 ? null : rest, decoded };
  }

  /** Gives the connection back. One with an unread body cannot be used again, and is closed. */
  release_conn(): void {
    if (!this.#done) this.close();
  }

  /** @internal */
  wireEnded(): void {
    this.#finish(null);
  }

  /** @internal */
  wireFailed(error: unknown): void {
    const mapped = this.#mapError === null ? brokenConnection(error) : this.#mapError(error);
    this.#failure ??= mapped;
    this.#finish(this.#failure);
  }

  /** Readers take turns, so that concurrent ones get different parts. */
  async #inTurn<T>(read: () => Promise<T>): Promise<T> {
    while (this.#turn !== null) {
      // The failure is told to the one whose turn it was, and comes again in the next step.
      await this.#turn.catch(() => undefined);
    }
    let release = (): void => undefined;
    this.#turn = new Promise<void>((resolve) => {
      release = resolve;
    });
    try {
      return await read();
    } finally {
      this.#turn = null;
      release();
    }
  }

  #whole(decoder: BodyDecoder): Buffer | Promise<Buffer> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed) return EMPTY;
    const data = this.#wire === null ? this.#rest : this.#wire.take();
    this.#rest = EMPTY;
    const whole = decoder.whole(data);
    if (!(whole instanceof Promise)) return whole;
    return whole.catch((error: unknown) => {
      throw this.#fail(error);
    });
  }

  /** Up to `amt` bytes, joined over chunks. */
  async #fill(amt: number, decode: boolean): Promise<Buffer> {
    const parts: Buffer[] = [];
    let size = 0;
    while (size < amt) {
      const part = await this.#next(Number.isFinite(amt) ? amt - size : null, decode);
      if (part === null) break;
      parts.push(part);
      size += part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size);
  }

  async #part(amt: number | null, decode: boolean): Promise<Buffer | null> {
    if (amt === null || headerLines(this.rawHeaders, 'transfer-encoding').some(isChunked)) {
      return this.#next(amt, decode);
    }
    const part = await this.#fill(amt, decode);
    return part.length === 0 ? null : part;
  }

  /** What is at hand, up to `amt` bytes of it; waits only when there is nothing. Null at the end. */
  async #next(amt: number | null, decode: boolean): Promise<Buffer | null> {
    this.#started = true;
    const decoder = this.#openDecoder();
    if (!decode && decoder.hasDecoded) {
      throw new RuntimeError(
        'Calling read(decode_content=False) is not supported after read(decode_content=True) was called.',
      );
    }
    try {
      while (!this.#closed) {
        const part =
          decode && !decoder.isIdentity ? await this.#decoded(decoder, amt) : await this.#undecoded(amt);
        if (part === null) return null;
        this.#handedOut += part.length;
        if (this.#handedOut > this.#limit()) throw decoder.tooLarge();
        if (part.length > 0) return part;
      }
      return null;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async #undecoded(amt: number | null): Promise<Buffer | null> {
    const data = this.#rest.length > 0 || this.#wire === null ? this.#rest : await this.#wire.next();
    if (data === null || data.length === 0) {
      if (this.#failure !== null) throw this.#failure;
      return null;
    }
    const part = amt === null ? data : data.subarray(0, amt);
    this.#rest = data.subarray(part.length);
    return part;
  }

  async #decoded(decoder: BodyDecoder, amt: number | null): Promise<Buffer | null> {
    const data = decoder.hasUnconsumedTail ? EMPTY : await this.#undecoded(null);
    if (data === null) {
      await decoder.end();
      return null;
    }
    // One byte beyond the limit is enough to know, and a bomb is not unpacked further.
    const most = Math.min(amt ?? Infinity, this.#limit() + 1 - this.#handedOut);
    return decoder.step(data, Number.isFinite(most) ? most : -1);
  }

  #openDecoder(): BodyDecoder {
    return (this.#decoder ??= new BodyDecoder(
      this.#isDecoded ? null : headerLine(this.rawHeaders, 'content-encoding'),
      this.#limit(),
    ));
  }

  #limit(): number {
    return this.max_response_size ?? Infinity;
  }

  /** The body is lost: so is the connection, and every further read fails as this one. */
  #fail(reason: unknown): Error {
    const error = reason as Error;
    this.#failure = error;
    this.#rest = EMPTY;
    this.#decoder?.destroy();
    this.#cutOff();
    this.#finish(error);
    return error;
  }

  #cutOff(): void {
    const wire = this.#wire;
    if (wire === null || wire.finished) return;
    wire.abandon(this.#destroy);
  }

  #finish(error: Error | null): void {
    if (this.#done) return;
    this.#done = true;
    const onDone = this.#onDone;
    // Responses may be kept for long, and these hold on to the transport.
    this.#onDone = null;
    this.#mapError = null;
    this.#destroy = null;
    onDone?.(error);
  }
}

function brokenConnection(error: unknown): Error {
  if (error instanceof RequestException) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ChunkedEncodingError(`Connection broken: ${detail}`, { cause: error });
}

function isChunked(transferEncoding: string): boolean {
  return transferEncoding
    .toLowerCase()
    .split(',')
    .some((coding) => coding.trim() === 'chunked');
}

/**
 * Brings back a response that crossed to this thread.
 * @internal
 */
export function restoreHTTPResponse(
  init: HTTPResponseInit,
  body: AsyncIterable<Buffer> | Buffer | null,
): HTTPResponse {
  const isStream = body !== null && !Buffer.isBuffer(body);
  return new HTTPResponse({ ...init, body: isStream ? Readable.from(body, { objectMode: false }) : body });
}

setReferences(import.meta.url, { restoreHTTPResponse });
setReducer(HTTPResponse, (raw) => {
  const { status, reason, version, request_method, request_url, rawHeaders, max_response_size } = raw;
  const { body, decoded } = raw.remaining();
  const init = { status, reason, version, request_method, headers: rawHeaders, max_response_size, decoded };
  return [restoreHTTPResponse, [request_url === null ? init : { ...init, request_url }, body]];
});
