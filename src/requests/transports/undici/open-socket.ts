/** Makes the socket that a connection speaks on: directly, through the tunnel of a proxy, or through SOCKS. */
import { EventEmitter } from 'node:events';
import * as net from 'node:net';
import * as tls from 'node:tls';
import type { HTTPConnectionPool } from '../connections/connection-pool.js';
import { kExchange } from '../connections/pool-agent.js';
import type { UndiciExchange } from './undici-attempt.js';

/** Who is told what becomes of the socket. */
export interface SocketListener {
  /** There is a socket, which may still be connecting. */
  onSocket(socket: net.Socket): void;
  /** It is connected, and TLS agreed on. */
  onReady(): void;
  /** There will be none. Errors of a socket that there was are its own to tell. */
  onError(error: Error): void;
}

/** Agents of these packages connect for a request, of which they use this much. */
interface Connecting {
  connect(request: EventEmitter, options: object): Promise<net.Socket>;
}

/** Opens a socket for `exchange`, whose clock runs while that takes. */
export function openSocket(
  pool: HTTPConnectionPool,
  protocols: readonly string[],
  session: Buffer | undefined,
  exchange: UndiciExchange,
  listener: SocketListener,
): void {
  const ofTls = { ALPNProtocols: [...protocols], ...(session === undefined ? {} : { session }) };
  if (pool.isIndirect) {
    openIndirect(pool, ofTls, exchange).then(
      (socket) => {
        watch(socket, exchange, listener);
      },
      (error: unknown) => {
        listener.onError(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return;
  }
  try {
    const target = pool.target();
    const socket =
      pool.scheme === 'https'
        ? tls.connect({ ...target, ...ofTls })
        : net.connect(target as net.TcpNetConnectOpts);
    exchange.watch(socket);
    watch(socket, exchange, listener);
  } catch (error) {
    // Certificates that are none.
    listener.onError(error as Error);
  }
}

async function openIndirect(
  pool: HTTPConnectionPool,
  ofTls: object,
  exchange: UndiciExchange,
): Promise<net.Socket> {
  // Agents of these packages are agents of Node, whose declarations leave this out.
  const agent = (await pool.openAgent()) as unknown as Connecting;
  const request = Object.assign(new EventEmitter(), {
    [kExchange]: exchange,
    destroy: () => undefined,
  });
  request.once('proxyConnect', (answer: { statusCode: number; statusText: string }) => {
    exchange.tunnelAnswered(answer);
  });
  return await agent.connect(request, { ...pool.tunnelOptions, ...ofTls });
}

function watch(socket: net.Socket, exchange: UndiciExchange, listener: SocketListener): void {
  listener.onSocket(socket);
  const isSecuring = (socket as { secureConnecting?: boolean }).secureConnecting === true;
  const onReady = (): void => {
    listener.onReady();
  };
  if (!socket.connecting && !isSecuring) {
    onReady();
    return;
  }
  if (isSecuring) socket.once('secureConnect', onReady);
  if (!socket.connecting) exchange.securing();
  else if (!isSecuring) socket.once('connect', onReady);
  else {
    socket.once('connect', () => {
      exchange.securing();
    });
  }
}
