import { Readable } from 'node:stream';
import { checkOptions, RuntimeError } from '../../builtins/index.js';
import {
  ChunkedEncodingError,
  ContentDecodingError,
  RequestException,
  ResponseTooLarge,
} from '../exceptions.js';
import { type ContentDecoder, EMPTY } from './decoders/content-decoder.js';
import { contentCodings, createDecoder } from './decoders/content-encoding.js';
import { decodeSmall, decodeWhole, TOO_LARGE } from './decoders/decode-whole.js';
import { HTTPHeaderDict } from './http-header-dict.js';
import { headerLine, headerLines } from './raw-headers.js';
import { WireBody } from './wire-body.js';

/** What a transport, or a test, makes a {@link HTTPResponse} of. */
export interface HTTPResponseInit {
  /** The body as it comes from the wire, not decompressed. Default null: no body. */
  body?: Readable | Uint8Array | string | null | undefined;
  /** Flat `[name, value, name, value …]` in wire order, or pairs. Default: none. */
  headers?: readonly string[] | Iterable<readonly [name: string, value: string]> | undefined;
  /** Default 200. */
  status?: number | undefined;
  /** Default ''. */
  reason?: string | undefined;
  /** 10, 11 or 20. Default 11. */
  version?: number | undefined;
  /** The method that was answered; a response to HEAD has no body. Default null. */
  request_method?: string | null | undefined;
  /** The URL that was asked. Default null. */
  request_url?: string | null | undefined;
  /**
   * Called exactly once when nothing more will come: the body ended or was closed unread (null), or failed. The transport lets
   * go of timers and sockets. A body that is not a stream has ended from the beginning.
   */
  onDone?: ((error: Error | null) => void) | null | undefined;
  /** Turns an error of the transport into an exception of requests. Default: a ChunkedEncodingError with the error as its cause. */
  mapError?: ((error: unknown) => Error) | null | undefined;
  /** Closes the connection under a body that has not been read to its end. Default: destroys the stream. */
  destroy?: (() => void) | null | undefined;
  /** The most bytes the decoded body may have, else ResponseTooLarge; null (default) for no limit. */
  max_response_size?: number | null | undefined;
}

const INIT_NAMES = [
  'body',
  'headers',
  'status',
  'reason',
  'version',
  'request_method',
  'request_url',
  'onDone',
  'mapError',
  'destroy',
  'max_response_size',
];

/** By how much a compressed body may be larger than what it holds and still be waited for, when that is limited. */
const WIRE_SLACK = 64 * 1024;

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
  status: number;
  reason: string;
  /** 10 for HTTP/1.0, 11 for HTTP/1.1, 20 for HTTP/2. */
  version: number;
  readonly request_method: string | null;
  readonly request_url: string | null;
  /** Name, value, name, value … as they came. */
  readonly rawHeaders: readonly string[];
  /** The most bytes the decoded body may have; null for no limit. May be set until the body is read. */
  max_response_size: number | null;

  #headers: HTTPHeaderDict | null = null;
  readonly #wire: WireBody | null;
  /** What came and was not handed out: the body itself when it is not a stream. */
  #rest: Buffer = EMPTY;
  #decoder: ContentDecoder | null | undefined = undefined;
  #hasDecoded = false;
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
    checkOptions('HTTPResponse()', init, INIT_NAMES);
    const { body = null, status = 200, request_method = null } = init;
    this.status = status;
    this.reason = init.reason ?? '';
    this.version = init.version ?? 11;
    this.request_method = request_method;
    this.request_url = init.request_url ?? null;
    this.rawHeaders = flatHeaders(init.headers);
    this.max_response_size = init.max_response_size ?? null;
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
      this.#rest = typeof body === 'string' ? Buffer.from(body) : body === null ? EMPTY : asBuffer(body);
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
    if (this.#started || this.#turn !== null || wire === null) return this.#readRest(wire);
    this.#started = true;
    const codings = contentCodings(this.#contentEncoding());
    const limit = this.max_response_size ?? Infinity;
    const whole = new Promise<Buffer>((resolve, reject) => {
      // A compressed body may be somewhat larger than what it holds.
      wire.collect(codings.length === 0 ? limit : limit * 2 + WIRE_SLACK, () => {
        this.#turn = null;
        try {
          resolve(this.#decodeAll(wire.take(), codings, limit));
        } catch (error) {
          reject(error);
        }
      });
    });
    if (!wire.finished) this.#turn = whole;
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
    const codings = contentCodings(this.#contentEncoding());
    const limit = this.max_response_size ?? Infinity;
    const whole =
      codings.length === 0 || this.#rest.length === 0 ? this.#rest : decodeSmall(codings, this.#rest, limit);
    if (whole === null) return null;
    this.#started = true;
    this.#rest = EMPTY;
    if (whole === TOO_LARGE || whole.length > limit) throw this.#fail(this.#tooLarge());
    return whole;
  }

  /** Reads the rest and throws it away; errors are ignored. */
  async drain_conn(): Promise<void> {
    try {
      while ((await this.nextPart(null, this.#hasDecoded)) !== null);
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

  #readRest(wire: WireBody | null): Promise<Buffer> {
    if (wire !== null || this.#started) return this.read(null, { decode_content: true });
    this.#started = true;
    const data = this.#rest;
    this.#rest = EMPTY;
    return this.#inTurn(async () =>
      this.#decodeAll(data, contentCodings(this.#contentEncoding()), this.max_response_size ?? Infinity),
    );
  }

  #decodeAll(data: Buffer, codings: readonly string[], limit: number): Buffer | Promise<Buffer> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed) return EMPTY;
    if (codings.length === 0 || data.length > limit * 2 + WIRE_SLACK) {
      if (data.length > limit) throw this.#fail(this.#tooLarge());
      return data;
    }
    try {
      const whole = decodeWhole(codings, data, limit);
      if (whole instanceof Promise) {
        return whole.then(
          (decoded) => this.#checked(decoded),
          (error: unknown) => {
            throw this.#fail(this.#decodingError(error));
          },
        );
      }
      return this.#checked(whole);
    } catch (error) {
      throw this.#fail(this.#decodingError(error));
    }
  }

  #checked(whole: Buffer | typeof TOO_LARGE): Buffer {
    if (whole === TOO_LARGE) throw this.#fail(this.#tooLarge());
    return whole;
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
    if (!decode && this.#hasDecoded) {
      throw new RuntimeError(
        'Calling read(decode_content=False) is not supported after read(decode_content=True) was called.',
      );
    }
    while (!this.#closed) {
      const decoder = decode ? this.#openDecoder() : null;
      const data = await this.#undecoded(decoder);
      if (this.#failure !== null && data === null) throw this.#failure;
      if (this.#closed) break;
      const part = decoder === null ? data : await this.#decode(decoder, data, amt);
      if (part === null) return null;
      if (part.length === 0) continue;
      const taken = amt === null || part.length <= amt ? part : part.subarray(0, amt);
      if (decoder === null) this.#rest = part.subarray(taken.length);
      this.#handedOut += taken.length;
      if (this.max_response_size !== null && this.#handedOut > this.max_response_size) {
        throw this.#fail(this.#tooLarge());
      }
      return taken;
    }
    return null;
  }

  async #undecoded(decoder: ContentDecoder | null): Promise<Buffer | null> {
    if (decoder?.hasUnconsumedTail === true) return EMPTY;
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = EMPTY;
      return rest;
    }
    return this.#wire === null ? null : this.#wire.next();
  }

  async #decode(decoder: ContentDecoder, data: Buffer | null, amt: number | null): Promise<Buffer | null> {
    try {
      if (data === null) {
        if (this.#hasDecoded) await decoder.flush();
        return null;
      }
      this.#hasDecoded = true;
      const { max_response_size } = this;
      if (max_response_size === null) return await decoder.decompress(data, amt ?? -1);
      // One byte beyond the limit is enough to know, and a bomb is not unpacked further.
      return await decoder.decompress(
        data,
        Math.min(amt ?? Infinity, max_response_size + 1 - this.#handedOut),
      );
    } catch (error) {
      throw this.#fail(this.#decodingError(error));
    }
  }

  #openDecoder(): ContentDecoder | null {
    if (this.#decoder === undefined) {
      try {
        const codings = contentCodings(this.#contentEncoding());
        this.#decoder = codings.length === 0 ? null : createDecoder(codings);
      } catch (error) {
        throw this.#fail(this.#decodingError(error));
      }
    }
    return this.#decoder;
  }

  #contentEncoding(): string | null {
    return headerLine(this.rawHeaders, 'content-encoding');
  }

  #decodingError(error: unknown): Error {
    if (error instanceof RequestException) return error;
    const detail = error instanceof Error ? `: ${error.message}` : '';
    return new ContentDecodingError(
      `Received response with content-encoding: ${this.#contentEncoding() ?? ''}, but failed to decode it${detail}`,
      { cause: error },
    );
  }

  #tooLarge(): Error {
    return new ResponseTooLarge(
      `The response's body is larger than max_response_size, ${this.max_response_size ?? Infinity} bytes`,
    );
  }

  /** The body is lost: so is the connection, and every further read fails as this one. */
  #fail(error: Error): Error {
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
    wire.abandon();
    if (this.#destroy === null) wire.destroy();
    else this.#destroy();
  }

  #finish(error: Error | null): void {
    if (this.#done) return;
    this.#done = true;
    const onDone = this.#onDone;
    this.#onDone = null;
    this.#mapError = null;
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

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function flatHeaders(headers: HTTPResponseInit['headers']): readonly string[] {
  if (headers === undefined) return [];
  if (isFlat(headers)) return headers;
  return Array.from(headers).flat();
}

function isFlat(
  headers: readonly string[] | Iterable<readonly [string, string]>,
): headers is readonly string[] {
  return Array.isArray(headers) && (headers.length === 0 || typeof headers[0] === 'string');
}
