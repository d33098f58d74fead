/** The limits of an attempt: how long its timers run, the errors when they are over, and how large a head may be. */
import { LONGEST_DELAY, TimeoutError } from '../../builtins/index.js';
import { ConnectTimeoutError, ProtocolError, ReadTimeoutError } from '../exceptions/urllib3.js';
import { ReprText } from '../exceptions/urllib3-text.js';
import type { HTTPConnectionPool } from './connections/connection-pool.js';

/** The largest head of a response, in bytes. Python takes 100 headers of 64 KiB; Node's default is 16 KiB in all. */
export const MAX_HEADER_SIZE: number = 1 << 20;

/** Seconds as timers take them; 0 for no limit, and for one that is longer than a timer can wait. */
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
