/** Refuses settings of a wrong kind, which would be dropped in silence or fail far from the call. */
import { checkCount, checkOptions, numberOrType, typeName, ValueError } from '../../builtins/index.js';

/** @throws TypeError unless `signal` is an AbortSignal, of whatever realm or library, or none */
export function checkSignal(signal: unknown): void {
  if (signal === null || signal === undefined) return;
  if (
    typeof signal === 'object' &&
    typeof (signal as Partial<AbortSignal>).aborted === 'boolean' &&
    typeof (signal as Partial<AbortSignal>).addEventListener === 'function'
  ) {
    return;
  }
  const hint = typeof signal === 'object' && 'signal' in signal ? '; pass its signal: controller.signal' : '';
  throw new TypeError(`signal must be an AbortSignal, got ${typeName(signal)}${hint}`);
}

/** @throws TypeError for more arguments than `send` takes */
export function checkSendCount(count: number): void {
  checkCount('send() takes (request, options)', 2, count);
}

const SEND_OPTION_NAMES: readonly string[] = [
  'stream',
  'timeout',
  'verify',
  'cert',
  'proxies',
  'allow_redirects',
  'signal',
  'max_response_size',
  'max_retries',
  'deadline',
];

/** The options of `send` as its caller gave them. @throws TypeError for one that it does not take */
export function checkedSendOptions<O extends { signal?: unknown }>(given: O): O {
  const options = checkOptions('send()', given, SEND_OPTION_NAMES);
  checkSignal(options.signal);
  return options;
}

/** Text would count as true, 'false' as well. @throws TypeError for what is neither a boolean nor a number */
export function checkFlag(name: string, value: unknown): void {
  if (typeof value === 'boolean' || typeof value === 'number' || value === null || value === undefined)
    return;
  throw new TypeError(`${name} must be true or false, got ${typeName(value)}`);
}

/** Anything but a number compares as false: a loop of redirects would never end. @throws TypeError */
export function checkMaxRedirects(count: unknown): void {
  if (typeof count === 'number' && !Number.isNaN(count)) return;
  throw new TypeError(`session.max_redirects must be a number, got ${numberOrType(count)}`);
}

/** @throws TypeError for what is neither a boolean nor text */
export function checkVerify(verify: unknown): void {
  if (typeof verify === 'boolean' || typeof verify === 'string' || verify === null) return;
  throw new TypeError(
    `verify must be true, false or the path of a bundle of certificates, got ${typeName(verify)}`,
  );
}

/** @throws TypeError for what is neither a path nor two of them */
export function checkCert(cert: unknown): void {
  const paths: readonly unknown[] = Array.isArray(cert) ? cert : [cert, ''];
  if (!cert || (paths.length === 2 && paths.every((path) => typeof path === 'string'))) return;
  throw new TypeError(
    `cert must be the path of a PEM file, or [certificate, key], got ${Array.isArray(cert) ? `a list of ${cert.length}` : typeName(cert)}`,
  );
}

/** The error for sending what is not prepared. */
export function notPrepared(request: unknown): ValueError {
  const isRequest = typeof request === 'object' && request !== null && 'prepare' in request;
  const hint = isRequest ? 'send(session.prepare_request(request))' : 'session.get(url)';
  return new ValueError(`You can only send PreparedRequests. Write ${hint}.`);
}

/** Other clients take their settings here. @throws TypeError */
export function checkNoArguments(first: undefined): void {
  if ((first as unknown) === undefined) return;
  throw new TypeError(
    `Session() takes no arguments, got ${typeName(first)}; its settings are attributes: session.timeout = 5`,
  );
}

/** @throws TypeError, ValueError for anything but a number of bytes */
export function checkMaxResponseSize(size: unknown): void {
  if (typeof size !== 'number') {
    throw new TypeError(`max_response_size must be a number of bytes or null, got ${typeName(size)}`);
  }
  if (!(size >= 0)) throw new ValueError(`max_response_size must be a number of bytes, got ${size}`);
}

/** From here on a timeout is more likely milliseconds. */
const SUSPICIOUS_SECONDS = 1000;
let hasWarned = false;

/** Warns once if a timeout looks like milliseconds. */
export function warnAboutMilliseconds(timeout: unknown): void {
  if (hasWarned || typeof timeout !== 'number' || !(timeout >= SUSPICIOUS_SECONDS)) return;
  // A limit that never ends is meant.
  if (timeout === Infinity) return;
  hasWarned = true;
  process.emitWarning(
    `timeout: ${timeout} means ${timeout} seconds, not milliseconds; ` +
      `if that is what you want, write [${timeout}, ${timeout}]`,
  );
}
