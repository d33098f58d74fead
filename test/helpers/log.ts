import { afterEach, beforeEach } from 'vitest';
import { setLogger } from '../../src/builtins/index.js';

export interface LogEntry {
  level: string;
  name: string;
  message: string;
  error: unknown;
}

/** Collects what is logged during each test of the file, but for the two debug lines that each request writes. */
export function captureLog(): LogEntry[] {
  const entries: LogEntry[] = [];
  beforeEach(() => {
    entries.length = 0;
    setLogger({
      log: (level, name, message, error) => {
        if (level !== 'debug') entries.push({ level, name, message, error });
      },
    });
  });
  afterEach(() => {
    setLogger(null);
  });
  return entries;
}
