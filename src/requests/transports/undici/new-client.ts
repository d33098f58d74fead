import type { Client } from 'undici';
import type { Socket } from 'node:net';
import { LONGEST_DELAY, ownOptions, queueMicrotask } from '../../../builtins/index.js';
import type { HTTPConnectionPool } from '../connections/connection-pool.js';
import { KEEP_ALIVE_MARGIN } from '../connections/kept-connections.js';
import { MAX_HEADER_SIZE } from '../limits.js';
import type { UndiciModule } from './load-undici.js';

/**
 * A client of HTTP/1.1 that speaks on `socket` and makes no connection of its own: what is unanswered when the socket is gone fails with
 * `lost`, and the pool sends it again over another.
 */
export function newClient(
  undici: UndiciModule,
  pool: HTTPConnectionPool,
  socket: Socket,
  requestsAtOnce: number,
  lost: Error,
): Client {
  let given = false;
  const options: Client.Options = {
    connect: (_options, callback) => {
      // undici stalls if the callback is called at once.
      queueMicrotask(() => {
        if (given || socket.destroyed) callback(lost, null);
        else {
          given = true;
          callback(null, socket);
        }
      });
    },
    pipelining: requestsAtOnce,
    allowH2: false,
    // The attempts have clocks of their own. Idle connections stay, unless the server announces when it closes them.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: LONGEST_DELAY,
    keepAliveMaxTimeout: LONGEST_DELAY,
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN,
    maxHeaderSize: MAX_HEADER_SIZE,
    strictContentLength: false,
  };
  return new undici.Client(pool.fetchOrigin, ownOptions(options));
}
