/** Time limits of an exchange: how long timers run, and what is raised when they are over. */
import { TimeoutError } from '../../builtins/index.js';
import { ConnectTimeoutError, ProtocolError, ReadTimeoutError } from '../exceptions/urllib3.js';
import { ReprText } from '../exceptions/urllib3-text.js';
import type { HTTPConnectionPool } from './connections/connection-pool.js';

/** The longest that a timer can wait; longer is for ever. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** Seconds as timers take them; 0 for no limit. */
export function milliseconds(seconds: number | null): number {
  if (seconds === null) return 0;
  const delay = Math.max(1, Math.ceil(seconds * 1000));
  return delay > LONGEST_DELAY ? 0 : delay;
}

/** The connection was not made in time. */
export function connectTimeout(pool: HTTPConnectionPool, seconds: number | null): ConnectTimeoutError {
  const place = pool.isTunnel ? pool.proxy?.host : pool.host;
  const message = `Connection to ${place ?? ''} timed out. (connect timeout=${seconds ?? 'None'})`;
  return new ConnectTimeoutError([new ReprText(`<${pool.connectionName}>`), message]);
}

/** The peer said nothing for so long. */
export function readTimeout(
  pool: HTTPConnectionPool,
  target: string,
  seconds: number | null,
): ReadTimeoutError {
  return new ReadTimeoutError(pool, target, `Read timed out. (read timeout=${seconds ?? 'None'})`);
}

/** The body of the response stopped coming. */
export function bodyTimeout(pool: HTTPConnectionPool): ReadTimeoutError {
  return new ReadTimeoutError(pool, null, 'Read timed out.');
}

/** The body of the request was not taken. */
export function sendTimeout(): ProtocolError {
  return new ProtocolError(['Connection aborted.', new TimeoutError('timed out')]);
}
