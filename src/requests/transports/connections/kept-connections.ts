/**
 * The rules for a connection between two requests: whether it is kept, for how long, and when it may be used again. Every
 * transport that keeps connections follows them.
 */
import type { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import {
  getLogger,
  LONGEST_DELAY,
  repr,
  setImmediate,
  numberOrType,
  ValueError,
} from '../../../builtins/index.js';
import { Retry } from '../../urllib3/retry.js';
import { isQuiet } from './quiet-socket.js';

/** Milliseconds. Closing this long before the server does avoids most requests that would cross its closing. */
export const KEEP_ALIVE_MARGIN = 500;

/** Seconds for which an idle connection is kept, unless the adapter sets another limit. */
export const IDLE_TIMEOUT = 15;

/** Checks the option of adapters. Null for no limit. */
export function checkIdleTimeout(seconds: unknown): number | null {
  if (seconds === null || seconds === Infinity) return null;
  if (typeof seconds === 'number' && seconds > 0) return seconds;
  throw new ValueError(
    `pool_idle_timeout must be a number of seconds above 0, or null, not ${repr(seconds)}`,
  );
}

/** The seconds that the Keep-Alive header of a server announces; null for none. */
export function keepAliveSeconds(header: string | null): number | null {
  const match = header === null ? null : /(?:^|[\s,;])timeout=(\d+)/i.exec(header);
  return match === null ? null : Number(match[1]);
}

/** How long an idle connection is kept, in milliseconds, of the `seconds` that one of its ends allows; 0 for no limit. */
export function idleLimit(seconds: number | null, ofServer: number | null): number {
  let limit = seconds === null ? Infinity : seconds * 1000;
  if (ofServer !== null) {
    limit = Math.min(limit, Math.max(ofServer * 1000 - KEEP_ALIVE_MARGIN, ofServer * 500));
  }
  return limit === Infinity ? 0 : Math.min(limit, LONGEST_DELAY);
}

/** Logs that a connection is closed as there are already `size` idle ones. */
export function warnPoolIsFull(host: string, size: number): void {
  getLogger().log(
    'warning',
    'urllib3.connectionpool',
    `Connection pool is full, discarding connection: ${host}. Connection pool size: ${size}`,
  );
}

/**
 * Whether an idle connection must be verified before a request with this method uses it: a server may have closed it
 * while the program was busy, and the request cannot be sent twice.
 */
export function needsOpenConnection(method: string): boolean {
  return !Retry.DEFAULT_ALLOWED_METHODS.has(method);
}

/** Milliseconds. A program that computes for longer at a stretch keeps Node from seeing what arrives meanwhile. */
const STRETCH = 0.2;

/**
 * Milliseconds. A connection whose last answer is older is always looked at. A thread of a pool mostly waits for its next call,
 * which comes later than that from the main thread, so it has seen what arrived.
 */
const FRESH = isMainThread ? STRETCH : 1;

let lastRead = 0;
let steadySince = 0;

/**
 * `performance.now()`. Transports read it here when an answer has come and when a connection is taken: between two of these moments,
 * the program may have computed. A look costs up to 10 µs, which is much for a small request from a worker thread.
 */
export function readClock(): number {
  const now = performance.now();
  if (now - lastRead > STRETCH) steadySince = now;
  lastRead = now;
  return now;
}

/**
 * Whether a request with this method may use an idle connection; if not, it must be destroyed. `answeredAt`, by `readClock()`,
 * is when its last answer came: putting it back may have had to wait for what the program computed.
 */
export function mayUse(socket: Socket, answeredAt: number, method: string): boolean {
  const isFresh = readClock() - answeredAt < FRESH && answeredAt >= steadySince;
  if (isFresh && !needsOpenConnection(method)) return !socket.destroyed;
  return isQuiet(socket);
}

/** A turn of the event loop. */
export interface Turn {
  readonly isOver: boolean;
}

let current: Turn | null = null;

/** The turn that is running, which is over before the sockets are polled again. */
export function thisTurn(): Turn {
  if (current !== null) return current;
  const turn: { isOver: boolean } = { isOver: false };
  current = turn;
  setImmediate(() => {
    turn.isOver = true;
    current = null;
  });
  return turn;
}

let polled: Promise<void> | null = null;

/** Resolves when the event loop has polled the sockets once: those that their server has closed have left the pool by then. */
export function socketsPolled(): Promise<void> {
  return (polled ??= new Promise((resolve) => {
    // The first turn may begin after the poll. A call behind it needs a later one.
    setImmediate(() => {
      polled = null;
      setImmediate(resolve);
    });
  }));
}

/** Refuses a limit that is not a number. */
export function checkCounts(counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (typeof count === 'number' && !Number.isNaN(count)) continue;
    throw new TypeError(`${name} must be a number, not ${numberOrType(count)}`);
  }
}
