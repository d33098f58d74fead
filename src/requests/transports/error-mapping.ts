/** Maps Node's errors, by way of urllib3's exceptions, to those of requests. */
import { type AbortToken, asError, OSError, repr, isError } from '../../builtins/index.js';
import {
  AbortError,
  ChunkedEncodingError,
  ConnectionError,
  ConnectTimeout,
  InvalidHeader,
  ProxyError,
  ReadTimeout,
  RequestException,
  RetryError,
  SSLError,
} from '../exceptions/requests.js';
import { DeadlineExceeded } from '../exceptions/waiting.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import {
  errnoText,
  isHangUp,
  isNameError,
  isParseError,
  lastAttempt,
  type NodeError,
  reprArgument,
  ReprText,
  reprTlsError,
} from '../exceptions/urllib3-text.js';
import * as urllib3 from '../exceptions/urllib3.js';
import type { Job } from './outgoing-request.js';

/** What the mapping needs of an attempt whose response fails. */
export interface AttemptState {
  readonly job: Pick<Job, 'request' | 'token'>;
  /** Why the attempt ended the request itself. */
  readonly failure: Error | null;
  /** What went wrong on the connection, first. */
  readonly error: Error | null;
  /** How many bytes of the body came, and how many more its Content-Length promised; null when it promised none. */
  readonly missingBytes: { readonly read: number; readonly expected: number } | null;
}

/** What the mapping needs of a failed attempt on a pool's connection. */
export interface ConnectionState extends AttemptState {
  readonly job: Job;
  /** Whether there was no connection yet. */
  readonly isConnecting: boolean;
  /** Whether it was establishing a tunnel through a proxy. */
  readonly isTunnelling: boolean;
  /** Whether TLS was being negotiated. */
  readonly isSecuring: boolean;
}

/** The exception of urllib3 for what an attempt failed with; what is not the connection's fault comes back as it is. */
export function connectionError(error: unknown, attempt: ConnectionState): unknown {
  const { pool } = attempt.job;
  const ofTransport = error === attempt.error || error === attempt.failure || isOpenSslError(error);
  if (!ofTransport || !isError(error)) return error;
  if (error instanceof urllib3.HTTPError) return attempt.isConnecting ? blameProxy(error, attempt) : error;
  if (isParseError(error)) return parseError(error);
  if (isTlsError(error, attempt)) {
    const failure = new urllib3.SSLError([new ReprText(reprTlsError(error))], { cause: error });
    return attempt.isTunnelling || pool.forwards ? blameProxy(failure, attempt) : failure;
  }
  if (attempt.isConnecting) return blameProxy(newConnectionError(error, attempt), attempt);
  if (attempt.isTunnelling && /ended before receiving CONNECT/.test(error.message)) {
    return aborted(Object.assign(new Error('socket hang up', { cause: error }), { code: 'ECONNRESET' }));
  }
  // As in urllib3, which has then closed the connection and takes it for one that was never made.
  if (pool.forwards && isLost(error)) return proxyError(error);
  const unusable = pool.isTunnel && error instanceof urllib3.ProxyError;
  return unusable ? error : aborted(error);
}

/** The exception for a request that was not answered because of `error`. */
export function aborted(error: Error, cause: unknown = error): urllib3.ProtocolError {
  return new urllib3.ProtocolError(['Connection aborted.', error], { cause });
}

/** Whether the connection has ended without an answer. */
function isLost({ code }: NodeError): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function proxyError(error: Error, hint = ''): urllib3.ProxyError {
  return new urllib3.ProxyError(`Unable to connect to proxy${hint}`, error);
}

const PLAIN_PROXY =
  '. Your proxy appears to only use HTTP and not HTTPS, try changing your proxy URL to be HTTP. See: ' +
  'https://urllib3.readthedocs.io/en/latest/advanced-usage.html#https-proxy-error-http-proxy';

/** Errors on the way to a proxy are the proxy's; a SOCKS proxy is part of the connection itself, as in urllib3. */
function blameProxy(error: urllib3.HTTPError, { job: { pool } }: ConnectionState): urllib3.HTTPError {
  if (pool.proxy === null || !(pool.forwards || pool.isTunnel) || error instanceof urllib3.ProxyError)
    return error;
  const speaksPlainly =
    pool.proxy.scheme === 'https' && /wrong version number|record layer failure/.test(error.message);
  return proxyError(error, speaksPlainly ? PLAIN_PROXY : '');
}

function newConnectionError(error: NodeError, { job: { pool } }: ConnectionState): urllib3.HTTPError {
  const name = pool.connectionName;
  const last = lastAttempt(error);
  if (isNameError(last) && !name.startsWith('SOCKS')) {
    const host = pool.isTunnel ? (pool.proxy?.host ?? '') : pool.host;
    return new urllib3.NameResolutionError(host, name, errnoText(last), { cause: error });
  }
  const message = `Failed to establish a new connection: ${errnoText(last)}`;
  return new urllib3.NewConnectionError(name, message, { cause: error });
}

const LENGTH_LINE = /^content-length:[ \t]*(.*?)[ \t]*\r?$/gim;

function parseError(error: NodeError): urllib3.HTTPError {
  if (error.code === 'HPE_UNEXPECTED_CONTENT_LENGTH') {
    // Behind another answer, the head is not the first in the packet.
    const heads = error.rawPacket?.toString('latin1').split(/(?=HTTP\/1\.)/) ?? [];
    for (const head of heads) {
      const lengths = Array.from(head.matchAll(LENGTH_LINE), ([, value]) => value);
      if (new Set(lengths).size < 2) continue;
      const text = `Content-Length contained multiple unmatching values (${lengths.join(', ')})`;
      return new urllib3.InvalidHeader(text, { cause: error });
    }
  }
  return aborted(error);
}

function isOpenSslError(error: unknown): boolean {
  return isError(error) && /^ERR_(?:OSSL|SSL|TLS)_/.test((error as NodeError).code ?? '');
}

/** Errors of the system itself name the call that failed; what else goes wrong while TLS is negotiated, is TLS. */
function isTlsError(error: NodeError, attempt: ConnectionState): boolean {
  if (isOpenSslError(error) || error.code === 'EPROTO') return true;
  const isSecuringProxy = attempt.isTunnelling && attempt.job.pool.proxy?.scheme === 'https';
  return (attempt.isSecuring || (isSecuringProxy && error.code !== undefined)) && error.syscall === undefined;
}

/** The exception for a request that was aborted; `cause` is the reason. */
export function abortError(token: AbortToken, request: PreparedRequest): RequestException {
  const { reason } = token;
  if (reason instanceof DeadlineExceeded) {
    reason.request ??= request;
    return reason;
  }
  return new AbortError('The request was aborted', { request, cause: token.reason });
}

/** The exception of requests for what urllib3 would have raised. */
export function requestError(error: unknown, request: PreparedRequest): unknown {
  if (error instanceof RequestException) {
    error.request ??= request;
    return error;
  }
  if (!(error instanceof urllib3.HTTPError)) return error;
  const { message } = error;
  const options = { request, cause: error };
  if (error instanceof urllib3.ProtocolError || error instanceof urllib3.ClosedPoolError) {
    return new ConnectionError(message, options);
  }
  if (error instanceof urllib3.MaxRetryError) return new (classOfReason(error.reason))(message, options);
  if (error instanceof urllib3.ProxyError) return new ProxyError(message, options);
  if (error instanceof urllib3.SSLError) return new SSLError(message, options);
  if (error instanceof urllib3.ReadTimeoutError) return new ReadTimeout(message, options);
  if (error instanceof urllib3.InvalidHeader) return new InvalidHeader(message, options);
  return error;
}

/** The exception for a status line that HTTP does not have. */
export function badStatusLine(line: string): urllib3.ProtocolError {
  return new urllib3.ProtocolError(['Connection aborted.', new ReprText(`BadStatusLine(${line})`)]);
}

function classOfReason(reason: Error | null): typeof ConnectionError {
  if (reason instanceof urllib3.ConnectTimeoutError && !(reason instanceof urllib3.NewConnectionError)) {
    return ConnectTimeout;
  }
  if (reason instanceof urllib3.ResponseError) return RetryError;
  if (reason instanceof urllib3.ProxyError) return ProxyError;
  if (reason instanceof urllib3.SSLError) return SSLError;
  return ConnectionError;
}

/** The exception of requests for what went wrong under the body of a response. */
export function bodyError(error: unknown, attempt: AttemptState): Error {
  const { request, token } = attempt.job;
  if (token?.aborted) return abortError(token, request);
  const cause = attempt.failure ?? attempt.error ?? error;
  if (cause instanceof RequestException) return cause;
  if (cause instanceof urllib3.ReadTimeoutError)
    return new ConnectionError(cause.message, { request, cause });
  if (isError(cause) && isOpenSslError(cause)) {
    const text = reprTlsError(cause);
    return new SSLError(text, { request, cause: new urllib3.SSLError([new ReprText(text)], { cause }) });
  }
  const broken = brokenBody(isError(cause) ? cause : new OSError(asError(cause).message), attempt);
  return new ChunkedEncodingError(broken.message, { request, cause: broken });
}

function brokenBody(error: NodeError, attempt: AttemptState): urllib3.ProtocolError {
  if (error.code === 'HPE_INVALID_CHUNK_SIZE') return broken(invalidChunkLength(error, attempt));
  if (isParseError(error)) return broken(error);
  const isCutOff = isHangUp(error) || error.code === 'ERR_STREAM_PREMATURE_CLOSE';
  if (!isCutOff) return broken(error);
  const missing = attempt.missingBytes;
  if (missing !== null) return broken(new urllib3.IncompleteRead(missing.read, missing.expected));
  return new urllib3.ProtocolError('Response ended prematurely', { cause: error });
}

function broken(error: Error): urllib3.ProtocolError {
  return new urllib3.ProtocolError([`Connection broken: ${reprArgument(error)}`, error], { cause: error });
}

/** Shows the line instead of the length, as far as it came. */
function invalidChunkLength(error: NodeError, attempt: AttemptState): urllib3.InvalidChunkLength {
  const { rawPacket = Buffer.alloc(0), bytesParsed = 0 } = error;
  const start = rawPacket.lastIndexOf('\n', Math.max(0, bytesParsed - 1)) + 1;
  const end = rawPacket.indexOf('\n', start);
  const line = rawPacket.subarray(start, end === -1 ? undefined : end + 1);
  const text = `got length ${repr(line)}, ${attempt.missingBytes?.read ?? 0} bytes read`;
  return new urllib3.InvalidChunkLength([new ReprText(text)], { cause: error });
}
