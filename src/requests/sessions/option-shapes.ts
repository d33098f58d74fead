/** Refuses settings of a wrong kind, which would be dropped in silence or fail far from the call. */
import { ownOptions, typeName, ValueError } from '../../builtins/index.js';

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

/** The options of `send` as its caller gave them. @throws TypeError for a signal that is none */
export function checkedSendOptions<O extends { signal?: unknown }>(given: O): O {
  const options = ownOptions(given);
  checkSignal(options.signal);
  return options;
}

/** Other clients take their settings here. @throws TypeError */
export function checkNoArguments(first: undefined): void {
  if ((first as unknown) === undefined) return;
  throw new TypeError(
    `Session() takes no arguments, got ${typeName(first)}; its settings are attributes: session.timeout = 5`,
  );
}

/** @throws TypeError, ValueError for what is no number of bytes */
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
  hasWarned = true;
  process.emitWarning(
    `timeout: ${timeout} means ${timeout} seconds, not milliseconds; ` +
      `if that is what you want, write [${timeout}, ${timeout}]`,
  );
}
