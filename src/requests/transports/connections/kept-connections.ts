/**
 * The rules for a connection between two requests: whether it is kept, for how long, and when it may be used again. Every
 * transport that keeps connections follows them.
 */
import { getLogger, LONGEST_DELAY, setImmediate } from '../../../builtins/index.js';
import { Retry } from '../../urllib3/retry.js';

/** Milliseconds. Closing this long before the server does avoids most requests that would cross its closing. */
export const KEEP_ALIVE_MARGIN = 500;

/** How long an idle connection is kept, in milliseconds, when the server keeps it for `seconds`; 0 for no limit. */
export function idleLimit(seconds: number | null): number {
  if (seconds === null) return 0;
  const limit = Math.max(seconds * 1000 - KEEP_ALIVE_MARGIN, seconds * 500);
  return Math.min(limit, LONGEST_DELAY);
}

/** Says that a connection is closed because `size` idle ones are there already. */
export function warnPoolIsFull(host: string, size: number): void {
  getLogger().log(
    'warning',
    'urllib3.connectionpool',
    `Connection pool is full, discarding connection: ${host}. Connection pool size: ${size}`,
  );
}

/**
 * Whether an idle connection must be known to be open before a request with this method uses it: a server may have closed it
 * while the program was busy, and the request cannot be sent twice.
 */
export function needsOpenConnection(method: string): boolean {
  return !Retry.DEFAULT_ALLOWED_METHODS.has(method);
}

/** Resolves when the event loop has polled the sockets once: those that their server has closed have left the pool by then. */
export function socketsPolled(): Promise<void> {
  return new Promise((resolve) => {
    // The first turn may begin after the poll.
    setImmediate(() => {
      setImmediate(resolve);
    });
  });
}
