import { RuntimeError } from '../../builtins/index.js';
import { RequestException, ResponseNotRead, StreamConsumedError } from '../exceptions/requests.js';
import { rawValue } from '../headers/raw-headers.js';
import type { HTTPResponse } from '../urllib3/response.js';
import { encodingFromContentType } from '../bodies/text/content-type.js';
import { detectEncoding } from '../bodies/text/apparent-encoding.js';
import { type BodyIterator, DONE } from '../bodies/text/body-iterator.js';
import {
  type BodySource,
  checkChunkSize,
  iterContent,
  type IterContentOptions,
  iterLines,
  type IterLinesOptions,
} from '../bodies/text/iter-body.js';
import type { PreparedRequest } from './prepared-request.js';
import { guessedJSONText, type JSONReviver, parseJSON } from '../bodies/text/response-json.js';
import { decodeTextLeniently } from '../bodies/text/charsets.js';

const EMPTY = Buffer.alloc(0);

/** The body's half of a `Response`: everything by which it is read, as bytes, text, JSON, or piece by piece. */
export abstract class ResponseBody implements Disposable, AsyncDisposable {
  /** The status, such as 404; null only in a Response that was made by hand and not given one. */
  // Null would force a check at every comparison, and no server can cause it.
  status_code: number = null as unknown as number;
  /** The request that was sent; null only in a Response that was made by hand. */
  // As with the status: an adapter always sets it.
  request: PreparedRequest = null as unknown as PreparedRequest;
  /** urllib3's response below this one: status line, headers line by line, undecoded body. Null in one made by hand. */
  raw: HTTPResponse | null = null;
  /** The body as far as it is buffered: false when it has not been read, null when there is none. Tests set it. */
  _content: Buffer | false | null = false;
  /** Whether the body was read to its end, buffered or not. */
  _content_consumed = false;

  /** Undefined: to be read from the headers. @internal */
  _encoding: string | null | undefined = undefined;
  #reading: Promise<Buffer> | null = null;

  /**
   * The encoding of {@link text}: the charset of Content-Type, else `ISO-8859-1` for text and `utf-8` for JSON, else null:
   * {@link apparent_encoding} is used then. May be set.
   */
  get encoding(): string | null {
    if (this._encoding === undefined) {
      const contentType = this.raw === null ? null : rawValue(this.raw.rawHeaders, 'content-type');
      this._encoding = contentType ? encodingFromContentType(contentType) : null;
    }
    return this._encoding;
  }
  set encoding(value: string | null) {
    this._encoding = value;
  }

  /**
   * The body, decompressed; null only in a Response that was made by hand and given none.
   * @throws ResponseNotRead when the body is a stream that has not been read: `await response.read()` first
   * @throws RuntimeError when the body was iterated over to its end
   */
  get content(): Buffer {
    // Null only in a Response made by hand.
    return this.#bytes() as Buffer;
  }

  /**
   * The body as text in {@link encoding}; what cannot be decoded becomes U+FFFD, and a name that is no encoding's counts as UTF-8. Not kept:
   * each use decodes anew, with the encoding as it is then.
   * @throws LookupError for the few charsets that Python decodes and this package does not, such as `johab`
   * @throws as {@link content}
   */
  get text(): string {
    const content = this.#bytes();
    if (content === null || content.length === 0) return '';
    return decodeTextLeniently(content, (this.encoding ?? this.apparent_encoding) || 'utf-8');
  }

  /** The encoding that the bytes themselves suggest, by Python's name; null for what is not text. A guess where UTF-8 is excluded. */
  get apparent_encoding(): string | null {
    return detectEncoding(this.#bytes() ?? EMPTY);
  }

  /**
   * The body as JSON, parsed by `JSON.parse`: `NaN` is refused and large integers lose digits, unlike in Python. Without an encoding
   * it is read as UTF-8, UTF-16 or UTF-32, as it looks.
   * @throws JSONDecodeError with Python's `msg`, `pos`, `lineno` and `colno`
   * @throws as {@link content}
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says what the server sends
  json<T = unknown>(reviver?: JSONReviver): T {
    const content = this.#bytes();
    const guess = !this.encoding && content !== null && content.length > 3 ? guessedJSONText(content) : null;
    return parseJSON(guess ?? this.text, reviver, { request: this.request }) as T;
  }

  /**
   * Buffers the body, or what is left of it, for {@link content}, {@link text} and {@link json}, and resolves to it. May be
   * called any number of times.
   * @throws RuntimeError when the body was iterated over to its end
   * @throws ConnectionError, ChunkedEncodingError, ContentDecodingError, ResponseTooLarge or AbortError, `request` set
   */
  read(): Promise<Buffer> {
    if (this.#reading !== null) return this.#reading;
    const { raw } = this;
    if (this._content !== false || this._content_consumed || raw === null || this.status_code === 0) {
      return this.#readBuffered();
    }
    this.#reading = raw.readAll().then(
      (content) => {
        this.#reading = null;
        this._content_consumed = true;
        return (this._content = content);
      },
      (error: unknown) => {
        this.#reading = null;
        throw this.#withRequest(error);
      },
    );
    return this.#reading;
  }

  /**
   * Buffers the body if that takes no waiting, and returns whether it did; {@link read} handles the rest, errors included.
   * @internal
   */
  readNow(): boolean {
    const { raw } = this;
    if (raw === null || this._content !== false || this._content_consumed || this.status_code === 0)
      return false;
    if (this.read !== ResponseBody.prototype.read) return false;
    try {
      const content = raw.readAllSync();
      if (content === null) return false;
      this._content = content;
      return (this._content_consumed = true);
    } catch {
      return false;
    }
  }

  /**
   * Iterates over the body in pieces of `chunk_size` bytes; with `for await`, or with a plain `for` when the body is
   * buffered. A stream gives exactly so many, except that the chunks of a chunked body are not joined; null, or less than 1:
   * pieces as they arrive, of a buffered body everything. Another iteration of a stream continues where the first stopped.
   *
   * With `decode_unicode` pieces are text, characters whole; bytes still if {@link encoding} is null.
   * @param chunk_size or the options
   * @throws TypeError when `chunk_size` is no integer
   * @throws StreamConsumedError when a stream was iterated over to its end
   * @throws LookupError, while iterating, when the encoding is not known; and as {@link read}
   */
  iter_content(
    chunk_size?: number | null,
    options?: Omit<IterContentOptions, 'chunk_size'> & { decode_unicode?: false | undefined },
  ): BodyIterator<Buffer>;
  iter_content(options: IterContentOptions & { decode_unicode?: false | undefined }): BodyIterator<Buffer>;
  iter_content(
    chunk_size: number | null | undefined,
    options: Omit<IterContentOptions, 'chunk_size'>,
  ): BodyIterator<Buffer | string>;
  iter_content(options: IterContentOptions): BodyIterator<Buffer | string>;
  iter_content(
    chunkSize?: number | null | IterContentOptions,
    options?: IterContentOptions,
  ): BodyIterator<Buffer | string> {
    return iterContent((size) => this.#source(size), chunkSize, options);
  }

  /**
   * Iterates over the lines of the body, without their ends; as {@link iter_content} otherwise. Bytes are split at `\n`,
   * `\r` and `\r\n`, text like Python's `str.splitlines`; or both at `delimiter`. However the body
   * arrives, the lines are those of the whole, unlike in Python.
   * @param chunk_size or the options
   * @throws TypeError, while iterating, when `delimiter` is text and the body bytes, or the other way round
   */
  iter_lines(
    chunk_size?: number | null,
    options?: Omit<IterLinesOptions, 'chunk_size'> & { decode_unicode?: false | undefined },
  ): BodyIterator<Buffer>;
  iter_lines(options: IterLinesOptions & { decode_unicode?: false | undefined }): BodyIterator<Buffer>;
  iter_lines(
    chunk_size: number | null | undefined,
    options: Omit<IterLinesOptions, 'chunk_size'>,
  ): BodyIterator<Buffer | string>;
  iter_lines(options: IterLinesOptions): BodyIterator<Buffer | string>;
  iter_lines(
    chunkSize?: number | null | IterLinesOptions,
    options?: IterLinesOptions,
  ): BodyIterator<Buffer | string> {
    return iterLines((size) => this.#source(size), chunkSize, options);
  }

  /**
   * Lets go of the connection; the one under a body that was not read to its end is closed. What is buffered stays, an
   * unread body is empty from then on.
   */
  close(): void {
    if (!this._content_consumed) this.raw?.close();
    this.raw?.release_conn();
  }

  /** `using response = …`: the same as {@link close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** `await using response = …`: the same as {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  /** `for await (const chunk of response)`: the same as `iter_content(128)`. */
  [Symbol.asyncIterator](): BodyIterator<Buffer> {
    return this.iter_content(128);
  }

  #bytes(): Buffer | null {
    if (this._content === false) {
      if (this._content_consumed) throw consumed();
      this._content = this.raw === null || this.status_code === 0 ? null : this.#readSync(this.raw);
    } else if (this._content !== null && !Buffer.isBuffer(this._content)) {
      // Tests set what they have at hand.
      this._content = Buffer.from(this._content);
    }
    this._content_consumed = true;
    return this._content;
  }

  #source(chunkSize: number | null): BodySource {
    if (this._content_consumed && this._content === false) {
      throw new StreamConsumedError(undefined, { request: this.request });
    }
    checkChunkSize(chunkSize);
    return {
      buffered: this._content_consumed || this._content !== false ? (this.#bytes() ?? EMPTY) : null,
      encoding: () => this.encoding,
      stream: (size) => this.#stream(size),
    };
  }

  /** Not a generator, which takes several promises more for each part. */
  #stream(chunkSize: number | null): AsyncIterable<Buffer> {
    let isOver = false;
    const next = async (): Promise<IteratorResult<Buffer, undefined>> => {
      if (isOver) return DONE;
      try {
        const part = this.raw === null ? null : await this.raw.nextPart(chunkSize, true);
        if (part !== null) return { done: false, value: part };
      } catch (error) {
        isOver = true;
        throw this.#withRequest(error);
      }
      isOver = this._content_consumed = true;
      return DONE;
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  #readSync(raw: HTTPResponse): Buffer {
    try {
      const content = raw.readAllSync();
      if (content !== null) return content;
    } catch (error) {
      throw this.#withRequest(error);
    }
    throw new ResponseNotRead(
      'the body of this response has not been read: `await response.read()` first, or iterate over it',
    );
  }

  // Asynchronous, so that what `content` throws rejects.
  async #readBuffered(): Promise<Buffer> {
    return Promise.resolve(this.#bytes() ?? EMPTY);
  }

  /** A body breaks off below the place where the request and those who wait are known. */
  #withRequest(error: unknown): unknown {
    if (error instanceof RequestException) {
      error.request ??= this.request;
      Error.captureStackTrace(error);
    }
    return error;
  }
}

function consumed(): RuntimeError {
  return new RuntimeError('The content for this response was already consumed');
}
