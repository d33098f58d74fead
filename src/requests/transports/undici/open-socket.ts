/** Makes the socket that a connection speaks on: directly, through the tunnel of a proxy, or through SOCKS. */
import { asError, ownOptions } from '../../../builtins/index.js';
import { EventEmitter } from 'node:events';
import * as net from 'node:net';
import * as tls from 'node:tls';
import type { HTTPConnectionPool } from '../connections/connection-pool.js';
import { kAttempt } from '../connections/pool-agent.js';
import { watchFingerprint } from '../connections/tls-settings.js';
import { type ConnectFollower, whenConnected } from '../connections/when-connected.js';
import type { UndiciAttempt } from './undici-attempt.js';

/** Receives the steps to a usable socket. */
export interface SocketListener extends ConnectFollower {
  /** There is a socket, which may still be connecting. */
  hasSocket(socket: net.Socket): void;
  /** There will be none. A socket reports its errors itself. */
  connectFailed(error: Error): void;
}

/** Agents of these packages connect for a request, of which they use this much. */
interface Connecting {
  connect(request: EventEmitter, options: object): Promise<net.Socket>;
}

/** Opens a socket for `attempt`, whose clock runs meanwhile. */
export function openSocket(
  pool: HTTPConnectionPool,
  protocols: readonly string[],
  session: Buffer | undefined,
  attempt: UndiciAttempt,
  listener: SocketListener,
): void {
  const ofTls = { ALPNProtocols: [...protocols], ...(session === undefined ? {} : { session }) };
  if (pool.isIndirect) {
    openIndirect(pool, ofTls, attempt).then(
      (socket) => {
        follow(socket, pool, listener);
      },
      (error: unknown) => {
        listener.connectFailed(asError(error));
      },
    );
    return;
  }
  try {
    const target = pool.target();
    const socket =
      pool.scheme === 'https'
        ? tls.connect(ownOptions({ ...target, ...ofTls }))
        : net.connect(ownOptions(target as net.TcpNetConnectOpts));
    attempt.socketConnecting(socket);
    follow(socket, pool, listener);
  } catch (error) {
    // Certificates that are none.
    listener.connectFailed(error as Error);
  }
}

async function openIndirect(
  pool: HTTPConnectionPool,
  ofTls: object,
  attempt: UndiciAttempt,
): Promise<net.Socket> {
  // Agents of these packages are agents of Node, whose declarations leave this out.
  const agent = (await pool.openAgent()) as unknown as Connecting;
  const request = Object.assign(new EventEmitter(), {
    [kAttempt]: attempt,
    destroy: () => undefined,
  });
  request.once('proxyConnect', (answer: { statusCode: number; statusText: string }) => {
    attempt.tunnelAnswered(answer);
  });
  return await agent.connect(request, { ...pool.tunnelOptions, ...ofTls });
}

function follow(socket: net.Socket, { settings }: HTTPConnectionPool, listener: SocketListener): void {
  if (settings.assert_fingerprint) watchFingerprint(socket, settings.assert_fingerprint);
  listener.hasSocket(socket);
  whenConnected(socket, listener);
}
