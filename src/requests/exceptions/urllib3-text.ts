/** The `repr()` and `str()` of Python's exceptions, which scripts match on. */
import { isIP } from 'node:net';
import { repr, isError } from '../../builtins/index.js';

/** A placeholder, among an exception's arguments, for an object whose `repr()` is `text`. */
export class ReprText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** Node's properties of an error of the system, of its HTTP parser or of TLS. */
export interface NodeError extends Error {
  readonly code?: string | undefined;
  readonly errno?: number | undefined;
  readonly syscall?: string | undefined;
  /** The parser's own words. */
  readonly reason?: unknown;
  /** The bytes that the parser refused. */
  readonly rawPacket?: Buffer | undefined;
  /** How many of them it took. */
  readonly bytesParsed?: number | undefined;
  /** The name that a certificate is not valid for. */
  readonly host?: string | undefined;
  /** The attempts of a connection to a host with several addresses. */
  readonly errors?: readonly NodeError[] | undefined;
}

/** Python's class and words for the error codes that connections fail with; Node's own words are in lower case. */
const SYSTEM_ERRORS: ReadonlyMap<string, readonly [cls: string, errno: number, text: string]> = new Map([
  ['EACCES', ['PermissionError', 13, 'Permission denied']],
  ['EADDRNOTAVAIL', ['OSError', 99, 'Cannot assign requested address']],
  ['EAI_AGAIN', ['gaierror', -3, 'Temporary failure in name resolution']],
  ['EAI_FAIL', ['gaierror', -4, 'Non-recoverable failure in name resolution']],
  ['ECONNABORTED', ['ConnectionAbortedError', 103, 'Software caused connection abort']],
  ['ECONNREFUSED', ['ConnectionRefusedError', 111, 'Connection refused']],
  ['ECONNRESET', ['ConnectionResetError', 104, 'Connection reset by peer']],
  ['EHOSTUNREACH', ['OSError', 113, 'No route to host']],
  ['EMFILE', ['OSError', 24, 'Too many open files']],
  ['ENETUNREACH', ['OSError', 101, 'Network is unreachable']],
  ['ENOTFOUND', ['gaierror', -2, 'Name or service not known']],
  ['EPIPE', ['BrokenPipeError', 32, 'Broken pipe']],
  ['ETIMEDOUT', ['TimeoutError', 110, 'Connection timed out']],
]);

/** Codes with which the look-up of a name fails. */
const NAME_ERRORS: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
]);

/** Whether the name could not be resolved. */
export function isNameError(error: NodeError): boolean {
  return error.syscall === 'getaddrinfo' || NAME_ERRORS.has(error.code ?? '');
}

/** The error of the last of several attempts, the one that Python reports; the error itself when there was one attempt. */
export function lastAttempt(error: NodeError): NodeError {
  return error.errors?.at(-1) ?? error;
}

/** `[Errno 111] Connection refused`: Python's `str()` of an OSError. */
export function errnoText(error: NodeError): string {
  const [, errno, text] = describe(lastAttempt(error));
  return errno === null ? text : `[Errno ${errno}] ${text}`;
}

function describe(error: NodeError): readonly [cls: string, errno: number | null, text: string] {
  // The package for SOCKS keeps nothing but the message, such as 'connect ECONNREFUSED 127.0.0.1:1080'.
  const code = error.code ?? /^\w+ (E[A-Z]+)\b/.exec(error.message)?.[1];
  const known = SYSTEM_ERRORS.get(code ?? '');
  if (known) {
    const [cls, errno, text] = known;
    return [cls, errno, hasOwnWords(error) ? error.message : text];
  }
  if (typeof error.errno === 'number' && error.errno < 0) return ['OSError', -error.errno, error.message];
  return ['OSError', null, error.message];
}

/** Whether the message says more than the code, as a mock's or a lookup's does; Node's consists of the call and the code. */
function hasOwnWords({ code, message, syscall }: NodeError): boolean {
  return code !== undefined && syscall === undefined && message !== '' && !message.includes(code);
}

/** Whether the peer ended the connection in order, in place of an answer. */
export function isHangUp(error: NodeError): boolean {
  return error.code === 'ECONNRESET' && error.syscall === undefined;
}

/** Whether the HTTP parser refused what the server sent. */
export function isParseError(error: NodeError): boolean {
  return error.code?.startsWith('HPE_') ?? false;
}

const STATUS_LINE_ERRORS: ReadonlySet<string> = new Set([
  'HPE_INVALID_CONSTANT',
  'HPE_INVALID_VERSION',
  'HPE_INVALID_STATUS',
  'HPE_CR_EXPECTED',
]);

function reprParseError(error: NodeError): string {
  const packet = error.rawPacket?.toString('latin1') ?? '';
  const [line = ''] = /^[^\n]*\n?/.exec(packet) ?? [];
  if (STATUS_LINE_ERRORS.has(error.code ?? '') && !/^HTTP\/\d\.\d \d{3}(?!\d)/.test(line)) {
    return `BadStatusLine(${repr(line)})`;
  }
  return `HTTPException(${repr(typeof error.reason === 'string' ? error.reason : error.message)})`;
}

/** Python's `repr()` of a value among an exception's arguments, of which many are exceptions themselves. */
export function reprArgument(value: unknown): string {
  if (value instanceof ReprText) return value.text;
  if (!isError(value)) return repr(value);
  const { args } = value as { readonly args?: unknown };
  if (Array.isArray(args)) return `${value.name}(${args.map(reprArgument).join(', ')})`;
  return reprNodeError(value);
}

function reprNodeError(error: NodeError): string {
  if (isParseError(error)) return reprParseError(error);
  if (isHangUp(error)) return "RemoteDisconnected('Remote end closed connection without response')";
  const last = lastAttempt(error);
  const [cls, errno, text] = describe(last);
  if (errno !== null) return `${cls}(${errno}, ${repr(text)})`;
  return `${last.code === undefined ? last.name : cls}(${repr(text)})`;
}

/** Python's `str()` of an exception with these arguments. */
export function strArguments(args: readonly unknown[]): string {
  if (args.length === 0) return '';
  if (args.length > 1) return `(${args.map(reprArgument).join(', ')})`;
  const [only] = args;
  return typeof only === 'string' ? only : isError(only) ? only.message : reprArgument(only);
}

/** Python's `repr()` of a TLS failure, with the message of OpenSSL or of the certificate check. */
export function reprTlsError(error: NodeError): string {
  const { code = '', message } = error;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const host = error.host ?? '';
    const what = isIP(host) === 0 ? 'Hostname mismatch' : 'IP address mismatch';
    return reprVerifyError(`${what}, certificate is not valid for ${repr(host)}.`);
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    // OpenSSL's line: error:0A00010B:SSL routines:ssl3_get_record:wrong version number:…
    const [, words = message] = /:SSL routines:[^:]*:([^:\n]+)/.exec(message) ?? [];
    const name = words
      .trim()
      .replace(/[^a-z0-9]+/gi, '_')
      .toUpperCase();
    return `SSLError(1, ${repr(`[SSL: ${name}] ${words.trim()}`)})`;
  }
  if (isHangUp(error)) {
    const text = '[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol';
    return `SSLEOFError(8, ${repr(text)})`;
  }
  if (code.startsWith('ERR_')) return `SSLError(${repr(message)})`;
  return reprVerifyError(message);
}

function reprVerifyError(detail: string): string {
  const text = `[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ${detail}`;
  return `SSLCertVerificationError(1, ${repr(text)})`;
}
