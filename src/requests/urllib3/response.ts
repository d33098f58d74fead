import type { Readable } from 'node:stream';
import type { HTTPHeaderDict } from './http-header-dict.js';

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
  /** Called once when the body has ended (null), failed, or was closed unread (null): the transport lets go of timers and sockets. */
  onDone?: ((error: Error | null) => void) | null | undefined;
  /** Turns an error of the transport into an exception of requests. */
  mapError?: ((error: unknown) => Error) | null | undefined;
  /** Closes the connection under a body that has not been read to its end. */
  destroy?: (() => void) | null | undefined;
  /** The most bytes the decoded body may have; null for no limit. */
  max_response_size?: number | null | undefined;
}

/** How {@link HTTPResponse.read} and {@link HTTPResponse.stream} treat Content-Encoding. */
export interface ReadOptions {
  /** Decompress. Default false, as `raw` gives the bytes of the wire. */
  decode_content?: boolean | undefined;
}

export declare class HTTPResponse {
  status: number;
  reason: string;
  version: number;
  readonly rawHeaders: readonly string[];
  max_response_size: number | null;
  constructor(init?: HTTPResponseInit);
  get headers(): HTTPHeaderDict;
  setCookieLines(): readonly string[];
  read(amt?: number | null, options?: ReadOptions): Promise<Buffer>;
  stream(amt?: number | null, options?: ReadOptions): AsyncIterableIterator<Buffer>;
  readAll(): Promise<Buffer>;
  get closed(): boolean;
  close(): void;
  release_conn(): void;
}
