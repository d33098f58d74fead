/**
 * The exceptions and warnings of `urllib3` that scripts name. The adapter's errors surface as those of `requests`; these
 * are their causes, and the bases that Python's classes share.
 *
 * ```
 * HTTPError
 * ├ PoolError ── RequestError ── MaxRetryError (.reason), ReadTimeoutError (a TimeoutError)
 * │           └ EmptyPoolError, HostChangedError, ClosedPoolError
 * ├ TimeoutError ── ReadTimeoutError, ConnectTimeoutError
 * ├ NewConnectionError, NameResolutionError, ProtocolError, ProxyError, SSLError, DecodeError, ResponseError,
 * │ LocationParseError, InvalidHeader, IncompleteRead, InvalidChunkLength, UnrewindableBodyError
 * HTTPWarning ── SecurityWarning ── InsecureRequestWarning
 * ```
 */
import { alsoExtends, isInstanceOf, setErrorName, ValueError, Warning } from '../../builtins/index.js';

/** The base of urllib3's exceptions. */
export class HTTPError extends Error {
  static {
    setErrorName(this, 'HTTPError');
  }
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstanceOf(this, value);
  }
}

/** The base of urllib3's warnings. */
export class HTTPWarning extends Warning {
  static {
    setErrorName(this, 'HTTPWarning');
  }
}

/** A warning about security. */
export class SecurityWarning extends HTTPWarning {
  static {
    setErrorName(this, 'SecurityWarning');
  }
}

/** An HTTPS request is made without verifying the certificate. */
export class InsecureRequestWarning extends SecurityWarning {
  static {
    setErrorName(this, 'InsecureRequestWarning');
  }
}

/** A URL or host cannot be parsed. */
export class LocationParseError extends HTTPError {
  static {
    setErrorName(this, 'LocationParseError');
    alsoExtends(this, ValueError);
  }
  /** What could not be parsed, without credentials. */
  readonly location: string;

  constructor(location: string) {
    super(`Failed to parse: ${location}`);
    this.location = location;
  }
}
