import { checkOptions, onAbort, ValueError } from '../../builtins/index.js';
import { BodyReader } from '../bodies/incoming/body-reader.js';
import { linesWithEnds } from '../bodies/text/line-splitter.js';
import { parseJSON } from '../bodies/text/response-json.js';
import { decodeUnicodeStrictly } from '../bodies/text/unicode-decoder.js';
import { ResponseNotRead } from '../exceptions/requests.js';
import { ResponseNotChunked } from '../exceptions/urllib3.js';
import { urllib3Cause } from '../exceptions/urllib3-cause.js';
import { HTTPHeaderDict } from './http-header-dict.js';
import { rawValue, rawValues } from '../headers/raw-headers.js';
import type { RemainingBody } from '../bodies/incoming/remaining-body.js';
import type { Retry } from './retry.js';
import { checkInit, flatHeaders, type HTTPResponseInit } from '../bodies/incoming/response-init.js';

export type { HTTPResponseInit };

const EMPTY = Buffer.alloc(0);

const dropped = new FinalizationRegistry<BodyReader>((reader) => {
  reader.dropped();
});

/** How {@link HTTPResponse.read} and {@link HTTPResponse.stream} treat Content-Encoding. */
export interface ReadOptions {
  /** Decompress. Default: the response's `decode_content`, which is false: `raw` gives the bytes of the wire. */
  decode_content?: boolean | undefined;
}

/**
 * urllib3's response, which `response.raw` is: status line, headers line by line, and the body as it comes from the wire.
 * It can be read in parts by several readers in turn; each continues where the one before stopped.
 */
export class HTTPResponse {
  /** The status code. */
  status: number;
  /** The text after the code in the status line. */
  reason: string;
  /** 10 for HTTP/1.0, 11 for HTTP/1.1, 20 for HTTP/2. */
  version: number;
  /** The request's method; null when it is not known. */
  readonly request_method: string | null;
  /** The request's URL; null when it is not known. */
  readonly request_url: string | null;
  /** Name, value, name, value … as they came. */
  readonly rawHeaders: readonly string[];
  /** Whether calls decompress the body by default; as in Python, set `raw.decode_content = true` before piping it. */
  decode_content: boolean;
  /** What was left of the retries when this response came; its `history` has the attempts before. Null when it is not known. */
  retries: Retry | null;

  #headers: HTTPHeaderDict | null = null;
  /** Null for a body that is bytes, until a call needs more than those. */
  #reader: BodyReader | null;
  #bytes: Buffer | null = null;
  #maxSize: number | null = null;
  #data: Buffer | null = null;
  /** How many bytes were read before there was a reader. */
  #taken = 0;

  constructor(init?: HTTPResponseInit);
  /** @internal */
  constructor(init: HTTPResponseInit & { readonly headers: readonly string[] }, isTransports: true);
  constructor(init: HTTPResponseInit = {}, isTransports = false) {
    // Transports make one for each request, and are checked by TypeScript.
    if (!isTransports) checkInit(init);
    this.status = init.status ?? 200;
    this.reason = init.reason ?? '';
    this.version = init.version ?? 11;
    this.request_method = init.request_method ?? null;
    this.request_url = init.request_url ?? null;
    this.rawHeaders = isTransports ? (init.headers as readonly string[]) : flatHeaders(init.headers);
    this.decode_content = init.decode_content ?? false;
    this.retries = init.retries ?? null;
    if (isTransports && Buffer.isBuffer(init.body)) {
      this.#reader = null;
      this.#bytes = init.body;
      this.#maxSize = init.max_response_size ?? null;
    } else this.#reader = new BodyReader(init, this.rawHeaders);
  }

  get #body(): BodyReader {
    if (this.#reader === null) {
      this.#reader = new BodyReader({ body: this.#bytes, max_response_size: this.#maxSize }, this.rawHeaders);
      this.#bytes = null;
    }
    return this.#reader;
  }

  /** The most bytes the decoded body may have; null for no limit. May be set until the body is read. */
  get max_response_size(): number | null {
    return this.#reader === null ? this.#maxSize : this.#reader.maxSize;
  }
  set max_response_size(value: number | null) {
    this.#body.maxSize = value;
  }

  /** The headers, with the lines of a repeated name apart (`getlist`) or joined. Made at first use. */
  get headers(): HTTPHeaderDict {
    return (this.#headers ??= new HTTPHeaderDict(this.rawHeaders));
  }

  /** `HTTP/1.1` and the like. */
  get version_string(): string {
    return this.version === 20 ? 'HTTP/2' : `HTTP/1.${this.version % 10}`;
  }

  /** Whether nothing more will come off the wire: the body was read to its end, failed, or was closed. */
  get closed(): boolean {
    return this.#reader?.done ?? true;
  }

  /** The body on its way, which does not lead back here. @internal */
  get reader(): BodyReader {
    return this.#body;
  }

  /**
   * Closes the connection when nothing refers to this response any more, as CPython does.
   * @internal
   */
  closeWhenCollected(): void {
    const body = this.#body;
    if (body.done) return;
    dropped.register(this, body, body);
    // The registry holds the body, and the error of one that fails leads back here.
    body.whenDone(() => {
      dropped.unregister(body);
    });
  }

  /** How many bytes have come off the wire, read or not. @internal */
  get received(): number {
    return this.#reader?.received ?? 0;
  }

  /** How many bytes of the body have been read, as they came off the wire: undecoded. */
  tell(): number {
    return this.#taken + (this.#reader?.taken ?? 0);
  }

  /** The same as {@link closed}. */
  isclosed(): boolean {
    return this.closed;
  }

  /** The header's value, several lines joined with `, `; `fallback` (null unless given) when there is none. */
  getheader(name: string, fallback: string | null = null): string | null {
    return this.headers.get(name, fallback);
  }

  /** The same as {@link headers}. */
  getheaders(): HTTPHeaderDict {
    return this.headers;
  }

  /** The URL of the request; null when it is not known. */
  geturl(): string | null {
    return this.request_url;
  }

  /** The Location of a redirect, null when it has none; false when the status is not a redirect's. */
  get_redirect_location(): string | null | false {
    return [301, 302, 303, 307, 308].includes(this.status) ? this.getheader('location') : false;
  }

  /** The `Set-Cookie` lines, without making a dict of the headers. @internal */
  setCookieLines(): readonly string[] {
    return rawValues(this.rawHeaders, 'set-cookie');
  }

  /**
   * Reads `amt` bytes, fewer only at the end; without `amt` (or with a negative one) all that is left. Empty at the end.
   * @throws an exception of urllib3, such as ProtocolError, ReadTimeoutError or DecodeError, when the body breaks off or
   * cannot be decoded; ResponseTooLarge and AbortError, which urllib3 does not have
   */
  async read(
    amt: number | null = null,
    { decode_content = this.decode_content, ...unknown }: ReadOptions = {},
  ): Promise<Buffer> {
    checkOptions('read()', unknown, []);
    if (amt === 0) return EMPTY;
    return withOwnErrors(this.#body.read(limitOf(amt), decode_content));
  }

  /**
   * Reads up to `amt` bytes, all of them from what has arrived already, if anything has. Empty at the end.
   * @throws as {@link read}
   */
  async read1(
    amt: number | null = null,
    { decode_content = this.decode_content, ...unknown }: ReadOptions = {},
  ): Promise<Buffer> {
    checkOptions('read1()', unknown, []);
    if (amt === 0) return EMPTY;
    return withOwnErrors(this.#body.read1(limitOf(amt), decode_content));
  }

  /**
   * Iterates over the body in parts of at most `amt` bytes: exactly so many, except that the chunks of a chunked body
   * are not joined; null: as they arrive. A further iteration continues where this one stopped.
   * @throws as {@link read}
   */
  async *stream(
    amt: number | null = 65_536,
    { decode_content = this.decode_content, ...unknown }: ReadOptions = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    checkOptions('stream()', unknown, []);
    if (amt === 0) return;
    limitOf(amt);
    for (;;) {
      const part = await withOwnErrors(this.nextPart(amt, decode_content));
      if (part === null) return;
      yield part;
    }
  }

  /**
   * The same as {@link stream} for a body that comes in chunks.
   * @throws ResponseNotChunked for another; and as {@link read}
   */
  async *read_chunked(
    amt: number | null = null,
    options: ReadOptions = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    if (!this.#body.isChunked) {
      throw new ResponseNotChunked(
        "Response is not chunked. Header 'transfer-encoding: chunked' is missing.",
      );
    }
    yield* this.stream(amt, options);
  }

  /** Iterates over the lines of the decoded body, with their ends (`\n`). For its bytes as they came, pipe {@link stream}. */
  [Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    return linesWithEnds(this.stream(undefined, { decode_content: true }));
  }

  /**
   * The body, or what is left of it, of a response whose body is here: one that `PoolManager.request()` gave, or that was made of
   * bytes. Decoded according to `decode_content`. Kept, unlike the result of `read()`.
   * @throws ResponseNotRead when it is still on its way: `await raw.read()`
   */
  get data(): Buffer {
    if (this.#data !== null) return this.#data;
    try {
      this.#data = this.#readSync(this.decode_content);
    } catch (error) {
      throw urllib3Cause(error);
    }
    if (this.#data === null)
      throw new ResponseNotRead('the body has not been read: `await raw.read()` first');
    return this.#data;
  }

  /**
   * {@link data} as JSON in UTF-8.
   * @throws JSONDecodeError; ValueError when it is not UTF-8; and as {@link data}
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says what the server sends
  json<T = unknown>(): T {
    const text = decodeUnicodeStrictly(this.data, 'utf-8');
    if (text === null) throw new ValueError('the body is not UTF-8');
    return parseJSON(text, undefined, {}) as T;
  }

  /** Reads all of the body into {@link data}. @internal */
  async preload(): Promise<this> {
    this.#data = await this.read();
    return this;
  }

  /** One step of {@link stream}; null at the end. @internal */
  nextPart(amt: number | null, decode: boolean): Promise<Buffer | null> {
    return this.#body.nextPart(amt, decode);
  }

  /** The decoded body, or what is left of it. @internal */
  readAll(): Promise<Buffer> {
    return this.#body.readAll();
  }

  /** The decoded body of a response that was made of bytes; null when it takes waiting. @internal */
  readAllSync(): Buffer | null {
    return this.#readSync(true);
  }

  #readSync(decode: boolean): Buffer | null {
    const bytes = this.#bytes;
    const isPlain = !decode || rawValue(this.rawHeaders, 'content-encoding') === null;
    if (bytes !== null && this.#maxSize === null && isPlain) {
      this.#bytes = EMPTY;
      this.#taken = bytes.length;
      return bytes;
    }
    return this.#body.readAllSync(decode);
  }

  /** Reads the rest and throws it away; errors are ignored. */
  drain_conn(): Promise<void> {
    return this.#body.drain();
  }

  /** Closes; the connection under a body that was not read to its end is closed with it. Reading then gives nothing. */
  close(): void {
    this.#body.close();
  }

  /** Ends a body that is still on its way with `error`. @internal */
  abort(error: Error): void {
    if (!this.closed) this.#body.abort(error);
  }

  /**
   * Lets `signal` end a body that is still on its way, with the error that `makeError` gives; until the body has ended.
   * @internal
   */
  follow(signal: AbortSignal, makeError: () => Error): void {
    const body = this.#body;
    const abort = (): void => {
      body.abort(makeError());
    };
    if (signal.aborted) {
      abort();
      return;
    }
    body.whenDone(onAbort(signal, abort));
  }

  /** Calls `callback` when nothing more will come off the wire; at once, when that is so. @internal */
  whenDone(callback: () => void): void {
    if (this.closed) callback();
    else this.#body.whenDone(callback);
  }

  /** Whether all of the body has been handed out. @internal */
  get spent(): boolean {
    if (this.#reader === null) return this.#bytes === null || this.#bytes.length === 0;
    return this.#reader.done && this.#reader.remaining().body === null;
  }

  /** What is left of the body, to be read in another thread, and no longer here. @internal */
  remaining(): RemainingBody {
    dropped.unregister(this.#body);
    return this.#body.remaining();
  }

  /** Gives the connection back. One with an unread body cannot be used again, and is closed. */
  release_conn(): void {
    if (!this.closed) this.close();
  }

  /** As in a log: no headers and no body. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { status, reason } = this;
    return { status, reason };
  }
}

function limitOf(amt: number | null): number {
  if (Number.isNaN(amt)) throw new TypeError('amt must be a number of bytes, not NaN');
  return amt === null || amt < 0 ? Infinity : amt;
}

async function withOwnErrors<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw urllib3Cause(error);
  }
}
