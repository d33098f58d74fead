/** The errors when an attempt's time is over, and how large a head may be. */
import { TimeoutError } from '../../builtins/index.js';
import { ConnectTimeoutError, ProtocolError, ReadTimeoutError } from '../exceptions/urllib3.js';
import { ReprText } from '../exceptions/urllib3-text.js';
import type { HTTPConnectionPool } from './connections/connection-pool.js';

/** The largest head of a response, in bytes. Python takes 100 headers of 64 KiB; Node's default is 16 KiB in all. */
export const MAX_HEADER_SIZE: number = 1 << 20;

/** The connection was not made in time. */
export function connectTimeout(pool: HTTPConnectionPool, seconds: number | null): ConnectTimeoutError {
  const place = pool.isTunnel ? pool.proxy?.host : pool.host;
  const message = `Connection to ${place ?? ''} timed out. (connect timeout=${seconds ?? 'None'})`;
  return new ConnectTimeoutError([new ReprText(`<${pool.connectionName}>`), message]);
}

/** The peer was silent for this long. */
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
