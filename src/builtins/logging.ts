import { callAtHome } from './home-calls.js';
import { setReferences } from './references.js';

/** Receives what Python's loggers would: errors of callbacks, initialisers and the like. Replace it with `set_logger`. */
export interface Logger {
  /** `name` is the logger's name in Python, such as `concurrent.futures`; `error` the exception, when there is one. */
  log(level: 'warning' | 'error' | 'critical', name: string, message: string, error?: unknown): void;
}

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

let current: Logger = consoleLogger;

/** Logs something for another thread. */
export function logHere(...record: Parameters<Logger['log']>): void {
  current.log(...record);
}

setReferences(import.meta.url, { logHere });

/** The logger in force. */
export function getLogger(): Logger {
  return current;
}

/**
 * Puts `logger` in the place of the console (null: the console again) and returns the one that was there. The console
 * shows everything but urllib3's warnings, such as that of a pool which is full. What is logged in a pool thread that has no logger of
 * its own comes here as well.
 */
export function setLogger(logger: Logger | null): Logger {
  const previous = current;
  current = logger ?? consoleLogger;
  return previous;
}
