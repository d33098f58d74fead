/**
 * The exceptions of `requests`: one tree, in one file so that it can be read as one.
 *
 * ```
 * OSError
 * └ RequestException                    .request .response
 *    ├ InvalidJSONError ── JSONDecodeError (+ ValueError)
 *    ├ HTTPError
 *    ├ ConnectionError ── ProxyError, SSLError, ConnectTimeout (+ Timeout)
 *    ├ Timeout ── ReadTimeout (ConnectTimeout is one, too)
 *    ├ URLRequired, TooManyRedirects, RetryError, UnrewindableBodyError, ChunkedEncodingError
 *    ├ MissingSchema, InvalidSchema, InvalidHeader, InvalidURL (+ ValueError) ── InvalidProxyURL
 *    ├ ContentDecodingError (+ urllib3's HTTPError)
 *    ├ StreamConsumedError (a native TypeError)
 *    ├ AbortError, ResponseTooLarge      no counterpart in Python
 * RuntimeError ── ResponseNotRead       no counterpart in Python
 * Warning ── RequestsWarning ── FileModeWarning (+ DeprecationWarning), RequestsDependencyWarning
 * ```
 */
import {
  alsoExtends,
  DeprecationWarning,
  isInstanceOf,
  OSError,
  RuntimeError,
  setErrorNames,
  ValueError,
  Warning,
} from '../../builtins/index.js';
import { HTTPError as Urllib3HTTPError } from './urllib3.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Response } from '../models/response.js';

/** What an exception of this package may carry besides its message. */
export interface RequestExceptionOptions {
  /** The request that failed. Taken from `response` when absent. */
  request?: PreparedRequest | null | undefined;
  /** The response that led to the failure, when there was one. */
  response?: Response | null | undefined;
  /** The lower layer's error. */
  cause?: unknown;
}

/** The base of all exceptions that `requests` raises: there was an ambiguous exception while handling the request. */
export class RequestException extends OSError {
  /**
   * The request that failed, as far as it was prepared; null when it failed before there was one. Not enumerable: it is heavy
   * and may hold credentials.
   */
  declare request: PreparedRequest | null;
  /** The response that led to the failure; null when there was none. Not enumerable, as `request`. */
  declare response: Response | null;
  /** Node's code of the failure under this one, such as `ECONNREFUSED`; absent when there is none. */
  declare code?: string;

  constructor(message = '', options: RequestExceptionOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    attachContext(this, options);
  }
}

/** Puts `request` and `response` on an exception, hidden from `console.log` and from enumeration. */
function attachContext(error: object, { request, response = null }: RequestExceptionOptions): void {
  const code = codeOf(error);
  if (code !== null)
    Object.defineProperty(error, 'code', {
      value: code,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  const hidden = { enumerable: false, writable: true, configurable: true };
  Object.defineProperty(error, 'request', { value: request ?? response?.request ?? null, ...hidden });
  Object.defineProperty(error, 'response', { value: response, ...hidden });
}

/** The code of the error of Node's, such as ECONNREFUSED, that lies under the others; null where there is none. */
function codeOf(error: unknown): string | null {
  // A chain of causes may be a circle.
  let depth = 0;
  for (let cause = error; typeof cause === 'object' && cause !== null && depth < 10; depth++) {
    const { code, cause: next } = cause as { code?: unknown; cause?: unknown };
    if (typeof code === 'string') return code;
    cause = next;
  }
  return null;
}

/** The body given as `json` cannot be expressed in JSON. */
export class InvalidJSONError extends RequestException {}

/** The response's text is not JSON. */
export class JSONDecodeError extends InvalidJSONError {
  static {
    alsoExtends(this, ValueError);
  }
  /** The message without the position. */
  readonly msg: string;
  /** Index into the text at which parsing failed. */
  readonly pos: number;
  /** Line of `pos`, from 1. */
  readonly lineno: number;
  /** Column of `pos`, from 1. */
  readonly colno: number;
  /** The text that was parsed; not enumerable, as it may be large. */
  declare readonly doc: string;

  constructor(msg: string, doc: string, pos: number, options: RequestExceptionOptions = {}) {
    const before = doc.slice(0, pos);
    const lineno = before.split('\n').length;
    const colno = pos - before.lastIndexOf('\n');
    super(`${msg}: line ${lineno} column ${colno} (char ${pos})`, options);
    this.msg = msg;
    this.pos = pos;
    this.lineno = lineno;
    this.colno = colno;
    Object.defineProperty(this, 'doc', { value: doc, enumerable: false, configurable: true });
  }
}

/** An HTTP error occurred: what `raise_for_status()` raises. */
export class HTTPError extends RequestException {}

/** The connection could not be made, or broke. */
export class ConnectionError extends RequestException {}

/** The proxy could not be reached or refused. */
export class ProxyError extends ConnectionError {}

/** TLS failed: certificate, host name, protocol. */
export class SSLError extends ConnectionError {}

/** The request timed out: either {@link ConnectTimeout} or {@link ReadTimeout}. */
export class Timeout extends RequestException {}

/** The connection was not made in time. Such a request is safe to send again. */
export class ConnectTimeout extends ConnectionError {
  static {
    alsoExtends(this, Timeout);
  }
}

/** The server sent nothing for the allotted time. */
export class ReadTimeout extends Timeout {}

/** A URL is needed to make a request. */
export class URLRequired extends RequestException {}

/** More redirects than `session.max_redirects`. */
export class TooManyRedirects extends RequestException {}

/** The URL has no scheme (such as `http://`). */
export class MissingSchema extends RequestException {
  static {
    alsoExtends(this, ValueError);
  }
}

/** No adapter is mounted for the URL's scheme. */
export class InvalidSchema extends RequestException {
  static {
    alsoExtends(this, ValueError);
  }
}

/** The URL is not valid. */
export class InvalidURL extends RequestException {
  static {
    alsoExtends(this, ValueError);
  }
}

/** The header is not valid. */
export class InvalidHeader extends RequestException {
  static {
    alsoExtends(this, ValueError);
  }
}

/** The proxy's URL is not valid. */
export class InvalidProxyURL extends InvalidURL {}

/** The body ended before its announced end, or a chunk was malformed. */
export class ChunkedEncodingError extends RequestException {}

/** The body could not be decompressed. */
export class ContentDecodingError extends RequestException {
  static {
    alsoExtends(this, Urllib3HTTPError);
  }
}

/**
 * The response's body was iterated before and is gone. As Python's class derives from `TypeError` as well, this one is a
 * native TypeError that also answers `instanceof RequestException`.
 */
export class StreamConsumedError extends TypeError {
  static {
    alsoExtends(this, RequestException);
  }
  /** The request, where there was one. */
  declare request: PreparedRequest | null;
  /** The response, where there was one. */
  declare response: Response | null;

  constructor(
    message = 'The content for this response was already consumed',
    options: RequestExceptionOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    attachContext(this, options);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstanceOf(this, value);
  }
}

/** Custom retries failed: the statuses of `Retry.status_forcelist` went on. */
export class RetryError extends RequestException {}

/** The body must be sent again but cannot be read a second time. */
export class UnrewindableBodyError extends RequestException {}

/**
 * The request was stopped on the wire, by `future.abort()` or by its `signal`; `cause` is the reason. Python has no
 * counterpart. (A call that was still queued is cancelled and never sent.)
 */
export class AbortError extends RequestException {}

/** The decoded body grew beyond `max_response_size`. Python has no counterpart. */
export class ResponseTooLarge extends RequestException {}

/**
 * The body of a streamed response was used before it was read: `await response.read()` first. Python would wait for
 * it there and then, and so has no counterpart.
 */
export class ResponseNotRead extends RuntimeError {}

/** The base of the warnings of `requests`. */
export class RequestsWarning extends Warning {}

/** A file was opened in text mode, but its length was measured in bytes. */
export class FileModeWarning extends RequestsWarning {
  static {
    alsoExtends(this, DeprecationWarning);
  }
}

/** A dependency does not match the expected version range. */
export class RequestsDependencyWarning extends RequestsWarning {}

setErrorNames({
  AbortError,
  ChunkedEncodingError,
  ConnectionError,
  ConnectTimeout,
  ContentDecodingError,
  FileModeWarning,
  HTTPError,
  InvalidHeader,
  InvalidJSONError,
  InvalidProxyURL,
  InvalidSchema,
  InvalidURL,
  JSONDecodeError,
  MissingSchema,
  ProxyError,
  ReadTimeout,
  RequestException,
  RequestsDependencyWarning,
  RequestsWarning,
  ResponseNotRead,
  ResponseTooLarge,
  RetryError,
  SSLError,
  StreamConsumedError,
  Timeout,
  TooManyRedirects,
  UnrewindableBodyError,
  URLRequired,
});
