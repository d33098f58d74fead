/**
 * The exceptions and warnings of `urllib3` that scripts name: one tree, in one file. They are the causes of the errors of
 * `requests`, and the bases that Python's classes share.
 *
 * ```
 * HTTPError
 * ├ PoolError ── RequestError ── MaxRetryError (.reason), ReadTimeoutError (a TimeoutError, too), HostChangedError
 * │           └ EmptyPoolError, FullPoolError, ClosedPoolError
 * ├ TimeoutError ── ConnectTimeoutError ── NewConnectionError ── NameResolutionError
 * ├ ProtocolError ── ResponseNotChunked (+ ValueError)
 * ├ LocationValueError (+ ValueError) ── LocationParseError, URLSchemeUnknown ── ProxySchemeUnknown
 * ├ ProxyError (.original_error), SSLError, DecodeError, ResponseError, InvalidHeader, TimeoutStateError,
 * │ IncompleteRead, InvalidChunkLength, UnrewindableBodyError, BodyNotHttplibCompatible, HeaderParsingError
 * ValueError ── ProxySchemeUnsupported
 * HTTPWarning ── DependencyWarning, SecurityWarning ── InsecureRequestWarning, SystemTimeWarning and others
 * ```
 */
import { alsoExtends, isInstanceOf, setErrorNames, ValueError } from '../../builtins/index.js';
import { reprArgument, ReprText, strArguments } from './urllib3-text.js';

export {
  DependencyWarning,
  HTTPWarning,
  InsecurePlatformWarning,
  InsecureRequestWarning,
  NotOpenSSLWarning,
  SecurityWarning,
  SystemTimeWarning,
} from './urllib3-warnings.js';

/** What a message names by its text: a pool, a connection; null for Python's `None`. */
export type Named = string | { toString(): string } | null;

/** The base of urllib3's exceptions. */
export class HTTPError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstanceOf(this, value);
  }
  /** What the exception was made of, as Python's `args`: the message, or several values of which the message is made. */
  declare readonly args: readonly unknown[];

  /** `args`: the message, or a list of several values as Python shows them. */
  constructor(args: string | readonly unknown[] = [], options?: ErrorOptions) {
    const list = typeof args === 'string' ? [args] : args;
    super(strArguments(list), options);
    // They repeat the message, and may hold more than a log should.
    Object.defineProperty(this, 'args', { value: list, enumerable: false, configurable: true });
  }
}

function nameOf(named: Named): string {
  return named === null ? 'None' : named.toString();
}

/** An error within a connection pool. */
export class PoolError extends HTTPError {
  /** `pool`: its text, such as `HTTPConnectionPool(host='example.org', port=80)`. */
  constructor(pool: Named, message: string, options?: ErrorOptions) {
    super(`${nameOf(pool)}: ${message}`, options);
  }
}

/** A {@link PoolError} of a request, with its URL. */
export class RequestError extends PoolError {
  /** The request-target; null if unknown. */
  readonly url: string | null;

  constructor(pool: Named, url: string | null, message: string, options?: ErrorOptions) {
    super(pool, message, options);
    this.url = url;
  }
}

/** The retries are used up; `reason` is the last failure. */
export class MaxRetryError extends RequestError {
  /** What went wrong last. Not enumerable: it is the `cause` as well. */
  declare readonly reason: Error | null;

  constructor(pool: Named, url: string | null, reason: Error | null = null) {
    const message = `Max retries exceeded with url: ${url ?? 'None'} (Caused by ${reprArgument(reason)})`;
    super(pool, url, message, reason === null ? undefined : { cause: reason });
    Object.defineProperty(this, 'reason', { value: reason, enumerable: false, configurable: true });
  }
}

/** A pool was given another host's URL. */
export class HostChangedError extends RequestError {}

/** A pool has no connection and may not open another. */
export class EmptyPoolError extends PoolError {}

/** A connection was given back to a pool that is full. */
export class FullPoolError extends PoolError {}

/** A pool was used after it was closed. */
export class ClosedPoolError extends PoolError {}

/** A time limit passed; not the built-in exception of that name. */
export class TimeoutError extends HTTPError {}

/** The server sent nothing for the allotted time. */
export class ReadTimeoutError extends RequestError {
  static {
    alsoExtends(this, TimeoutError);
  }
}

/** The connection was not made in time. */
export class ConnectTimeoutError extends TimeoutError {}

/** The connection could not be made: refused, no route, no such name. */
export class NewConnectionError extends ConnectTimeoutError {
  /** `connection`: its text, such as `HTTPConnection(host='example.org', port=80)`. */
  constructor(connection: Named, message: string, options?: ErrorOptions) {
    super(`${nameOf(connection)}: ${message}`, options);
  }
}

/** The host's name could not be resolved. */
export class NameResolutionError extends NewConnectionError {
  /** `reason`: the resolver's message. */
  constructor(host: string, connection: Named, reason: string, options?: ErrorOptions) {
    super(connection, `Failed to resolve '${host}' (${reason})`, options);
  }
}

/** The connection broke, or the server did not speak HTTP. */
export class ProtocolError extends HTTPError {}

export { ProtocolError as ConnectionError };

/** A response was to be read as chunks that has none. */
export class ResponseNotChunked extends ProtocolError {
  static {
    alsoExtends(this, ValueError);
  }
}

/** TLS failed. */
export class SSLError extends HTTPError {}

/** The proxy could not be reached or refused. */
export class ProxyError extends HTTPError {
  /** Why. Not enumerable: it is the `cause` as well. */
  declare readonly original_error: Error;

  constructor(message: string, error: Error) {
    super([message, error], { cause: error });
    Object.defineProperty(this, 'original_error', { value: error, enumerable: false, configurable: true });
  }
}

/** The body could not be decompressed. */
export class DecodeError extends HTTPError {}

/** Why a {@link MaxRetryError} was raised when it was for the server's answers. */
export class ResponseError extends HTTPError {}

/** A header of the response makes no sense. */
export class InvalidHeader extends HTTPError {}

/** A Timeout's clock was started twice, or read before it was started. */
export class TimeoutStateError extends HTTPError {}

/** The body is shorter than announced. */
export class IncompleteRead extends HTTPError {
  /** How many bytes came. */
  readonly partial: number;
  /** How many more were announced. */
  readonly expected: number;

  constructor(partial: number, expected: number) {
    super([new ReprText(`${partial} bytes read, ${expected} more expected`)]);
    this.partial = partial;
    this.expected = expected;
  }
}

/** A chunk's length is not a number. */
export class InvalidChunkLength extends HTTPError {}

/** A body must be sent again but cannot be read a second time. */
export class UnrewindableBodyError extends HTTPError {}

/** A URL or a part of one makes no sense. */
export class LocationValueError extends HTTPError {
  static {
    alsoExtends(this, ValueError);
  }
}

/** A URL or host cannot be parsed. */
export class LocationParseError extends LocationValueError {
  /** What could not be parsed, without credentials. */
  readonly location: string;

  constructor(location: string) {
    super(`Failed to parse: ${location}`);
    this.location = location;
  }
}

/** A URL's scheme is not supported. */
export class URLSchemeUnknown extends LocationValueError {}

/** A proxy's scheme is not supported. */
export class ProxySchemeUnknown extends URLSchemeUnknown {
  constructor(scheme: string | null) {
    super(
      scheme === null || scheme === 'localhost'
        ? 'Proxy URL had no scheme, should start with http:// or https://'
        : `Proxy URL had unsupported scheme ${scheme}, should use http:// or https://`,
    );
  }
}

/** A proxy's scheme cannot be used for this URL. Never raised here. */
export class ProxySchemeUnsupported extends ValueError {}

/** The body is not one of `http.client`. Never raised here: there is no such module. */
export class BodyNotHttplibCompatible extends HTTPError {}

/** The headers of a response could not be parsed. Never raised here: Node's parser reports the error. */
export class HeaderParsingError extends HTTPError {}

setErrorNames({
  BodyNotHttplibCompatible,
  ClosedPoolError,
  ConnectTimeoutError,
  DecodeError,
  EmptyPoolError,
  FullPoolError,
  HeaderParsingError,
  HostChangedError,
  HTTPError,
  IncompleteRead,
  InvalidChunkLength,
  InvalidHeader,
  LocationParseError,
  LocationValueError,
  MaxRetryError,
  NameResolutionError,
  NewConnectionError,
  PoolError,
  ProtocolError,
  ProxyError,
  ProxySchemeUnknown,
  ProxySchemeUnsupported,
  ReadTimeoutError,
  RequestError,
  ResponseError,
  ResponseNotChunked,
  SSLError,
  TimeoutError,
  TimeoutStateError,
  UnrewindableBodyError,
  URLSchemeUnknown,
});
