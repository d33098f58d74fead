/** undici's client: made for a socket that is there, and given a request to send. */
import type { Client } from 'undici';
import type { Socket } from 'node:net';
import { LONGEST_DELAY } from '../../../builtins/index.js';
import type { HTTPConnectionPool } from '../connections/connection-pool.js';
import { KEEP_ALIVE_MARGIN } from '../connections/kept-connections.js';
import { MAX_HEADER_SIZE } from '../limits.js';
import type { DispatchHandler } from './dispatch-handler.js';
import type { UndiciModule } from './load-undici.js';
import { http2Headers, isChunked } from './request-head.js';
import type { UndiciAttempt } from './undici-attempt.js';

/** As many streams as undici itself has at once on a connection of HTTP/2. */
export const HTTP2_STREAMS = 100;

/**
 * A client that speaks on `socket` and makes no connection of its own: what is unanswered when the socket is gone fails with
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
  return new undici.Client(pool.fetchOrigin, {
    connect: (_options, callback) => {
      // undici does not go on when the callback is called at once.
      queueMicrotask(() => {
        if (given || socket.destroyed) callback(lost, null);
        else {
          given = true;
          callback(null, socket);
        }
      });
    },
    pipelining: requestsAtOnce,
    allowH2: (socket as { alpnProtocol?: unknown }).alpnProtocol === 'h2',
    maxConcurrentStreams: HTTP2_STREAMS,
    // The attempts have clocks of their own. Idle connections stay, unless the server says when it closes them.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: LONGEST_DELAY,
    keepAliveMaxTimeout: LONGEST_DELAY,
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN,
    maxHeaderSize: MAX_HEADER_SIZE,
    strictContentLength: false,
  });
}

type Options = Parameters<Client['dispatch']>[0];

/** Sends the request of an attempt. */
export function sendBy(
  client: Client,
  attempt: UndiciAttempt,
  isHTTP2: boolean,
  handler: DispatchHandler,
): void {
  const { job } = attempt;
  const chunked = isChunked(job);
  const connection = job.headers.get('connection')?.[1];
  const body = attempt.dispatchBody(chunked);
  const options = {
    path: isHTTP2 ? job.target : '/',
    method: job.method,
    body,
    headers: null as string[] | null,
    idempotent: isHTTP2 || !attempt.isExclusive,
    blocking: false,
    reset: connection !== undefined && /\bclose\b/i.test(connection),
    upgrade: isHTTP2 ? null : (job.headers.get('upgrade')?.[1] ?? null),
    servername: isHTTP2 ? job.pool.host : undefined,
  };
  if (isHTTP2) options.headers = http2Headers(job);
  else if (!chunked && body !== null && !(body instanceof Uint8Array)) {
    options.headers = ['content-length', job.headers.get('content-length')?.[1] ?? ''];
  }
  // Its types know fewer forms of bodies than undici takes, and its methods are those of a list.
  client.dispatch(options as Options, handler);
}
