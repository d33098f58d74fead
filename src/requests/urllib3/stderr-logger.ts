import { inspect } from 'node:util';
import { getLogger, type Logger, repr, setLogger } from '../../builtins/index.js';

const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const;

/**
 * Writes what urllib3 logs, from `level` on (default `debug`), to stderr, and passes everything on to the logger that was there,
 * which it returns: `set_logger(previous)` undoes it.
 */
export function add_stderr_logger(
  level: 'debug' | 'info' | 'warning' | 'error' | 'critical' = 'debug',
): Logger {
  const least = LEVELS.indexOf(level);
  if (least === -1) throw new TypeError(`level must be one of ${LEVELS.join(', ')}, not ${repr(level)}`);
  const previous = getLogger();
  const logger: Logger = {
    log(recordLevel, name, message, error) {
      if (isOfUrllib3(name) && LEVELS.indexOf(recordLevel) >= least) write(recordLevel, message, error);
      previous.log(recordLevel, name, message, error);
    },
  };
  setLogger(logger);
  if (least === 0) write('debug', 'Added a stderr logging handler to logger: urllib3', undefined);
  return previous;
}

function isOfUrllib3(name: string): boolean {
  return name === 'urllib3' || name.startsWith('urllib3.');
}

/** As Python's format `%(asctime)s %(levelname)s %(message)s` has it, but for the time, which is UTC. */
function write(level: string, message: string, error: unknown): void {
  const time = new Date().toISOString().replace('T', ' ').replace('.', ',').replace('Z', '');
  const detail = error === undefined ? '' : `\n${inspect(error)}`;
  process.stderr.write(`${time} ${level.toUpperCase()} ${message}${detail}\n`);
}
