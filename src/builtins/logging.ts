import { types } from 'node:util';
import { callAtHome } from './home-calls.js';
import { setReferences } from './references.js';
import { typeName } from './repr.js';

/** Python's names of the levels that are used here. */
export type LogLevel = 'debug' | 'warning' | 'error' | 'critical';

/** Receives what Python's loggers would: errors of callbacks, initializers and the like. Replace it with `set_logger`. */
export interface Logger {
  /** `name` is the logger's name in Python, such as `concurrent.futures`; `error` the exception, when there is one. */
  log(level: LogLevel, name: string, message: string, error?: unknown): void;
}

/** A logger with a method for each level: `console`, or one of pino, winston, bunyan, loglevel and the like. */
export interface LevelLogger {
  /** Takes a debug record. */
  debug(...record: never[]): unknown;
  /** Takes an error. */
  error(...record: never[]): unknown;
}

/** A record on its way to a logger. What the logger returns may be a promise. */
type Log = (...record: Parameters<Logger['log']>) => unknown;

const consoleLogger: Logger = {
  log(level, name, message, error) {
    if (callAtHome(logHere, [level, name, message, error])) return;
    // As in Python, where urllib3 is silent until logging is set up.
    if (name.startsWith('urllib3')) return;
    const line = `${level.toUpperCase()}:${name}:${message}`;
    const write = level === 'warning' ? console.warn : console.error;
    if (error === undefined) write(line);
    else write(line, error);
  },
};

/** What `set_logger` was given. */
let given: Logger | LevelLogger = consoleLogger;
let current: Logger = consoleLogger;
/** Returns the current logger if it takes debug lines, else null, so that requests do not pay for unused ones. */
export let debugLogger: (() => Logger | null) | null = null;

/** Logs something for another thread. */
export function logHere(...record: Parameters<Logger['log']>): void {
  current.log(...record);
}

setReferences(import.meta.url, { logHere });

/** The current logger. It does not throw. */
export function getLogger(): Logger {
  return current;
}

/**
 * Replaces the console with `logger` (null: back to the console) and returns the previous logger. It is an object with
 * `log(level, name, message, error)`, or has a method for each level, as `console` and the loggers of pino and winston have.
 * Unless a logger is set, urllib3's records are not shown: warnings, such as that of a full pool, and the debug lines of
 * each request. What a logger throws is dropped. Records of a pool thread without a logger of its own come here
 * too, except debug lines.
 *
 * Throws TypeError for anything else.
 */
export function setLogger(logger: Logger | LevelLogger | null): Logger | LevelLogger {
  const previous = given;
  if (logger === null || logger === consoleLogger) {
    given = current = consoleLogger;
    debugLogger = null;
    return previous;
  }
  const safe: Logger = { log: guarded(logOf(logger)) };
  given = logger;
  current = safe;
  debugLogger = () => (takesDebug(logger) ? safe : null);
  return previous;
}

type Method = (...args: unknown[]) => unknown;

function method(logger: object, name: string): Method | null {
  const found: unknown = (logger as Record<string, unknown>)[name];
  return typeof found === 'function' ? (found.bind(logger) as Method) : null;
}

function has(logger: object, ...names: readonly string[]): boolean {
  return names.every((name) => method(logger, name) !== null);
}

/** The method for a level, under the names that loggers give it. */
const METHODS: Readonly<Record<LogLevel, readonly string[]>> = {
  debug: ['debug'],
  warning: ['warn', 'warning'],
  error: ['error'],
  critical: ['fatal', 'critical', 'crit', 'error'],
};

function logOf(logger: unknown): Log {
  if (typeof logger === 'object' && logger !== null) {
    if (has(logger, 'debug', 'error') && (has(logger, 'warn') || has(logger, 'warning'))) {
      return (level, name, message, error) => {
        const write = METHODS[level].map((each) => method(logger, each)).find((each) => each !== null);
        return write?.(...recordFor(logger, level, name, message, error));
      };
    }
    if (has(logger, 'log')) {
      const log = method(logger, 'log');
      return (...record) => log?.(...record);
    }
  }
  throw new TypeError(
    `set_logger() takes { log(level, name, message, error) { … } }, or a logger such as console, pino() or ` +
      `winston.createLogger(), got ${typeName(logger)}`,
  );
}

/** The arguments that show the record best, by the kind of logger. */
function recordFor(
  logger: object,
  level: LogLevel,
  name: string,
  message: string,
  error: unknown,
): readonly unknown[] {
  // pino and bunyan take the fields first, and look for the error in `err`.
  if (has(logger, 'child') && (has(logger, 'bindings') || has(logger, 'addSerializers'))) {
    return [error === undefined ? { logger: name } : { logger: name, err: error }, message];
  }
  if (has(logger, 'log') && 'transports' in logger && 'levels' in logger) {
    return [message, error === undefined ? { logger: name } : { logger: name, error }];
  }
  const line = `${level.toUpperCase()}:${name}:${message}`;
  return error === undefined ? [line] : [line, error];
}

/** pino and winston report their level; others are assumed to take debug lines. */
function takesDebug(logger: object): boolean {
  try {
    return method(logger, 'isLevelEnabled')?.('debug') !== false;
  } catch {
    return false;
  }
}

/** A failing logger, synchronous or not, must not fail the request. */
function guarded(log: Log): Logger['log'] {
  return (...record) => {
    try {
      const written = log(...record);
      if (types.isPromise(written)) written.catch(() => undefined);
    } catch {
      // Like Python's logging, drop the record.
    }
  };
}
