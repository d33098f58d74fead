import { type Reduced, setReducer } from '../../builtins/index.js';
import { RequestException, Response as AwaitedResponse, StreamConsumedError } from '../../requests/index.js';
import {
  type BodySource,
  checkChunkSize,
  iterContent,
  type IterContentOptions,
  iterLines,
  type IterLinesOptions,
  type JSONReviver,
} from '../../requests/internal.js';
import type { HeadersLike } from '../../requests/structures/index.js';
import type { HTTPResponse as AwaitedHTTPResponse } from '../../requests/packages/urllib3.js';
import { onArriving, onLeaving } from '../caller/sides.js';
import type { Scope } from '../caller/handles.js';
import type { SyncHTTPAdapter } from './adapters/members.js';
import { HTTPResponse } from './raw-response.js';
import { reduceAs } from './reduce-as.js';
import { setCallersClasses } from '../wire/short-response.js';
import { asStandIn } from '../wire/stand-in.js';

const EMPTY = Buffer.alloc(0);

type Overridden =
  | 'read'
  | 'readNow'
  | 'iter_content'
  | 'iter_lines'
  | 'close'
  | 'content'
  | 'text'
  | 'json'
  | 'apparent_encoding'
  | 'raw'
  | 'history'
  | 'connection'
  | 'elapsed'
  | 'headers'
  | 'reason'
  | typeof Symbol.asyncIterator
  | typeof Symbol.asyncDispose
  | typeof Symbol.dispose;

/**
 * The members that both flavors share. Written out are accessors whose setters take more than the getters return, and methods to
 * override: a mapped type makes them properties.
 */
interface Base extends Omit<AwaitedResponse, Overridden> {
  get elapsed(): AwaitedResponse['elapsed'];
  set elapsed(value: AwaitedResponse['elapsed'] | number);
  get headers(): AwaitedResponse['headers'];
  set headers(value: AwaitedResponse['headers'] | HeadersLike<string>);
  get reason(): string;
  set reason(value: string | Uint8Array | null);
  /**
   * Lets go of the connection; the one under a body that was not read to its end is closed. What is buffered stays, an
   * unread body is empty from then on.
   */
  close(): void;
  /** `using response = …`: the same as {@link close}. */
  [Symbol.dispose](): void;
}

/** TypeScript rejects overrides with other result types. */
const Base = AwaitedResponse as unknown as new () => Base;

/** The same object, typed as its base class. */
function awaited(response: Response): AwaitedResponse {
  return response as unknown as AwaitedResponse;
}

/** The result of the awaited class's getter. */
function inherited<K extends 'content' | 'text' | 'apparent_encoding'>(
  response: Response,
  name: K,
): AwaitedResponse[K] {
  return Reflect.get(AwaitedResponse.prototype, name, response);
}

/**
 * A server's response. The body is there when the call returns; with `stream: true` it is read on first use, or piece
 * by piece with {@link iter_content} and {@link iter_lines}.
 */
export class Response extends Base implements Disposable {
  /** The responses that led here by redirects, the oldest first; after a digest challenge the 401. */
  declare history: Response[];
  /** urllib3's response below this one: status line, headers line by line, undecoded body. Null in one made by hand. */
  declare raw: HTTPResponse | null;
  /** The adapter that the response came from. */
  declare connection: SyncHTTPAdapter<Response> | null;

  /**
   * The body, decompressed; null only in a Response that was made by hand and given none. A stream is read now.
   * @throws RuntimeError when the body was iterated over to its end; and as {@link read}
   */
  get content(): Buffer {
    this.load();
    return inherited(this, 'content');
  }

  /** The body as text in `encoding`; what cannot be decoded becomes U+FFFD. A stream is read now. */
  get text(): string {
    this.load();
    return inherited(this, 'text');
  }

  /** The encoding that the bytes themselves suggest, by Python's name; null for what is no text. A stream is read now. */
  get apparent_encoding(): string | null {
    this.load();
    return inherited(this, 'apparent_encoding');
  }

  /**
   * The body as JSON, parsed by `JSON.parse`. A stream is read now.
   * @throws JSONDecodeError with Python's `msg`, `pos`, `lineno` and `colno`
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says what the server sends
  json<T = unknown>(reviver?: JSONReviver): T {
    this.load();
    return AwaitedResponse.prototype.json.call(awaited(this), reviver) as T;
  }

  /**
   * Buffers the body, or what is left of it, and returns it. May be called any number of times.
   * @throws RuntimeError when the body was iterated over to its end
   * @throws ConnectionError, ChunkedEncodingError, ContentDecodingError, ResponseTooLarge or AbortError, `request` set
   */
  read(): Buffer {
    return this.bytes();
  }

  /**
   * Iterates over the body in pieces of `chunk_size` bytes. A stream gives exactly so many, except that the chunks of a chunked
   * body are not joined; null, or less than 1: pieces as they arrive, of a buffered body everything. Leaving the loop leaves the rest
   * for the next iteration.
   *
   * With `decode_unicode` pieces are text, characters whole; bytes still if `encoding` is null.
   * @param chunk_size or the options
   * @throws TypeError when `chunk_size` is no integer
   * @throws StreamConsumedError when a stream was iterated over to its end
   */
  iter_content(
    chunk_size?: number | null,
    options?: Omit<IterContentOptions, 'chunk_size'> & { decode_unicode?: false | undefined },
  ): IterableIterator<Buffer>;
  iter_content(
    options: IterContentOptions & { decode_unicode?: false | undefined },
  ): IterableIterator<Buffer>;
  iter_content(
    chunk_size: number | null | undefined,
    options: Omit<IterContentOptions, 'chunk_size'>,
  ): IterableIterator<Buffer | string>;
  iter_content(options: IterContentOptions): IterableIterator<Buffer | string>;
  iter_content(
    chunkSize?: number | null | IterContentOptions,
    options?: IterContentOptions,
  ): IterableIterator<Buffer | string> {
    return plainIterator(iterContent((size) => this.source(size), chunkSize, options));
  }

  /**
   * Iterates over the lines of the body, without their ends; as {@link iter_content} otherwise. Bytes are split at `\n`,
   * `\r` and `\r\n`, text like Python's `str.splitlines`; or both at `delimiter`.
   * @param chunk_size or the options
   */
  iter_lines(
    chunk_size?: number | null,
    options?: Omit<IterLinesOptions, 'chunk_size'> & { decode_unicode?: false | undefined },
  ): IterableIterator<Buffer>;
  iter_lines(options: IterLinesOptions & { decode_unicode?: false | undefined }): IterableIterator<Buffer>;
  iter_lines(
    chunk_size: number | null | undefined,
    options: Omit<IterLinesOptions, 'chunk_size'>,
  ): IterableIterator<Buffer | string>;
  iter_lines(options: IterLinesOptions): IterableIterator<Buffer | string>;
  iter_lines(
    chunkSize?: number | null | IterLinesOptions,
    options?: IterLinesOptions,
  ): IterableIterator<Buffer | string> {
    return plainIterator(iterLines((size) => this.source(size), chunkSize, options));
  }

  /** `for (const chunk of response)`: the same as `iter_content(128)`. */
  [Symbol.iterator](): IterableIterator<Buffer> {
    return this.iter_content(128);
  }

  /** The body; empty if there is none. */
  private bytes(): Buffer {
    const content: Buffer | null = this.content;
    // Null in a Response that was made by hand.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the type tells what a server can do
    return content ?? EMPTY;
  }

  /** Buffers an unread body. */
  private load(): void {
    if (this._content !== false || this._content_consumed || this.raw === null || this.status_code === 0)
      return;
    try {
      this._content = this.raw.whole();
      this._content_consumed = true;
    } catch (error) {
      throw this.withRequest(error) as Error;
    }
  }

  private source(chunkSize: number | null): BodySource {
    if (this._content_consumed && this._content === false) {
      throw new StreamConsumedError(undefined, { request: this.request });
    }
    checkChunkSize(chunkSize);
    const isBuffered = this._content_consumed || this._content !== false;
    return {
      buffered: isBuffered ? this.bytes() : null,
      encoding: () => this.encoding,
      stream: (size) => this.streamed(size),
    };
  }

  private *streamed(chunkSize: number | null): Generator<Buffer, void, undefined> {
    try {
      while (this.raw !== null) {
        const part = this.raw.part(chunkSize, true);
        if (part === null) break;
        yield part;
      }
    } catch (error) {
      throw this.withRequest(error) as Error;
    }
    this._content_consumed = true;
  }

  /** Adds the request to errors of the body, which arise where the request is unknown. */
  private withRequest(error: unknown): unknown {
    if (error instanceof RequestException) error.request ??= this.request;
    return error;
  }
}

/** Leaving a loop over it leaves the body where it is, for the next to go on. */
function plainIterator<T>(pieces: Iterable<T>): IterableIterator<T> {
  const iterator = pieces[Symbol.iterator]();
  let left = false;
  return {
    next: () => (left ? { value: undefined, done: true } : iterator.next()),
    return: () => {
      left = true;
      return { value: undefined, done: true } as IteratorResult<T>;
    },
    [Symbol.iterator]() {
      return this;
    },
  };
}

// Restoring only sets fields, which both flavors share.
setCallersClasses({
  Response: Response as unknown as new () => AwaitedResponse,
  HTTPResponse: HTTPResponse as unknown as typeof AwaitedHTTPResponse,
});

onArriving('response', (link, id: number | null) => {
  const response = new Response();
  if (id !== null) link.responses.add(id, awaited(response));
  return response;
});

onArriving('known', (link, id: number, rest: Buffer | null) => {
  const response = link.responses.get(id) ?? new Response();
  // Read now, as closing it would lose what the caller has got ahead of its reading.
  if (rest !== null && response._content === false && response.raw instanceof HTTPResponse) {
    response.raw.endWith(rest);
    response._content = response.raw.whole();
    response._content_consumed = true;
  }
  return response;
});

onLeaving((object, link, scope) => {
  if (object instanceof Response) {
    const id = link.responses.idOf(awaited(object));
    if (id === undefined) return leaveMade(object, scope);
    // The caller's code may have put a response that it refused into the history of the next.
    return asStandIn('live', [id], { history: object.history });
  }
  if (object instanceof HTTPResponse) {
    const { status, reason, version, request_method, rawHeaders: headers, retries } = object;
    return asStandIn('made-raw', [{ status, reason, version, request_method, headers, retries }]);
  }
  return undefined;
});

/** A response created by the caller's own adapter. Its body crosses as bytes. */
function leaveMade(response: Response, scope: Scope): Reduced {
  response.read();
  return asStandIn(
    'made',
    [scope.handle(response)],
    Object.assign<Record<string, unknown>, Response>({}, response),
  );
}

// In a thread with another gateway, or none, it becomes its base class, with its body.
setReducer(Response, (response) => {
  response.read();
  return reduceAs(AwaitedResponse, response);
});
