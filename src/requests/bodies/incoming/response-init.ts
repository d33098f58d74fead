import type { Readable } from 'node:stream';
import { checkOptions } from '../../../builtins/index.js';
import type { Retry } from '../../urllib3/retry.js';
import type { PushedPieces } from './pushed-pieces.js';

/** What a `HTTPResponse` is made from, by a transport or a test. */
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
  /** The URL of the request. Default null. */
  request_url?: string | null | undefined;
  /**
   * Called exactly once when nothing more will come: null if the body ended or was closed unread, else the error. The transport
   * lets go of timers and sockets here. A body that is not a stream has ended from the start.
   */
  onDone?: ((error: Error | null) => void) | null | undefined;
  /** Turns an error of the transport into an exception of requests. Default: a ChunkedEncodingError with the error as its cause. */
  mapError?: ((error: unknown) => Error) | null | undefined;
  /** Closes the connection under a body that was not read to its end. Default: destroys the stream. */
  destroy?: (() => void) | null | undefined;
  /** The most bytes the decoded body may have, else ResponseTooLarge; null (default) for no limit. */
  max_response_size?: number | null | undefined;
  /** Whether `read()`, `stream()` and `data` decompress by default. Default false, as in a response of requests. */
  decode_content?: boolean | undefined;
  /** The retries that were left, with the attempts before. Default null. */
  retries?: Retry | null | undefined;
  /** Whether `body` is decompressed already, in spite of the headers. Default false. @internal */
  decoded?: boolean | undefined;
  /** How many bytes the body must have; null (default) where that is not known. @internal */
  expected_length?: number | null | undefined;
  /** The body from a transport that is no stream, in place of `body`. @internal */
  pushed?: PushedPieces | null | undefined;
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
  'decode_content',
  'retries',
  'decoded',
  'expected_length',
  'pushed',
];

/** Refuses names that {@link HTTPResponseInit} does not have. */
export function checkInit(init: HTTPResponseInit): void {
  checkOptions('HTTPResponse()', init, INIT_NAMES);
  if (Number.isNaN(init.max_response_size))
    throw new TypeError('max_response_size must be a number, not NaN');
}

/** The flat list that the headers are kept in. */
export function flatHeaders(headers: HTTPResponseInit['headers']): readonly string[] {
  if (headers === undefined) return [];
  if (isFlat(headers)) return headers;
  return Array.from(headers).flat();
}

function isFlat(
  headers: readonly string[] | Iterable<readonly [string, string]>,
): headers is readonly string[] {
  return Array.isArray(headers) && (headers.length === 0 || typeof headers[0] === 'string');
}
