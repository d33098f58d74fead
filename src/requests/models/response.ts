import type { timedelta } from '../../builtins/index.js';
import type { BaseAdapter } from '../adapters/base-adapter.js';
import type { RequestsCookieJar } from '../cookies/requests-cookie-jar.js';
import type { CaseInsensitiveDict, HeadersLike } from '../structures/case-insensitive-dict.js';
import type { HTTPResponse } from '../urllib3/response.js';
import type { PreparedRequest } from './prepared-request.js';

/** Iterates a body: asynchronously always, synchronously too when the body is buffered. */
export interface ContentIterator<T> extends AsyncIterableIterator<T>, Iterable<T> {
  [Symbol.asyncIterator](): ContentIterator<T>;
}
export interface IterContentOptions {
  chunk_size?: number | null | undefined;
  decode_unicode?: boolean | undefined;
}
export interface IterLinesOptions extends IterContentOptions {
  delimiter?: string | Uint8Array | null | undefined;
}

export declare class Response {
  status_code: number;
  get headers(): CaseInsensitiveDict;
  set headers(value: CaseInsensitiveDict | HeadersLike<string>);
  url: string;
  get reason(): string;
  set reason(value: string | Uint8Array | null);
  get encoding(): string | null;
  set encoding(value: string | null);
  history: Response[];
  get cookies(): RequestsCookieJar;
  set cookies(value: RequestsCookieJar);
  get elapsed(): timedelta;
  set elapsed(value: timedelta | number);
  request: PreparedRequest;
  raw: HTTPResponse | null;
  connection: BaseAdapter | null;
  _content: Buffer | false | null;
  _content_consumed: boolean;
  _next: PreparedRequest | null;
  get content(): Buffer | null;
  get text(): string;
  json(reviver?: (this: unknown, key: string, value: unknown) => unknown): unknown;
  get ok(): boolean;
  get is_redirect(): boolean;
  get is_permanent_redirect(): boolean;
  get next(): PreparedRequest | null;
  get links(): Record<string, Record<string, string>>;
  get apparent_encoding(): string | null;
  read(): Promise<Buffer>;
  iter_content(chunk_size?: number | null, options?: { decode_unicode?: boolean }): ContentIterator<Buffer | string>;
  iter_lines(options?: IterLinesOptions): ContentIterator<Buffer | string>;
  raise_for_status(): void;
  close(): void;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
  [Symbol.asyncIterator](): ContentIterator<Buffer>;
  toString(): string;
}

/**
 * What an adapter makes of a transport's answer: a handful of field writes, everything else is worked out when asked for.
 * @internal
 */
export declare function buildResponse(
  request: PreparedRequest,
  raw: HTTPResponse,
  connection: BaseAdapter | null,
): Response;
