import type * as net from 'node:net';

/** What follows a socket until it can be used. */
export interface ConnectFollower {
  /** TCP is connected and TLS comes next. */
  securing(): void;
  /** The socket can be used. */
  connected(): void;
}

/** Whether the socket can be used now; if not, `follower` hears of each step on the way there. */
export function isConnected(socket: net.Socket, follower: ConnectFollower): boolean {
  const isSecure = (socket as { secureConnecting?: boolean }).secureConnecting !== true;
  if (isSecure && !socket.connecting) return true;
  if (isSecure) {
    socket.once('connect', () => {
      follower.connected();
    });
    return false;
  }
  socket.once('secureConnect', () => {
    follower.connected();
  });
  if (!socket.connecting) follower.securing();
  else {
    socket.once('connect', () => {
      follower.securing();
    });
  }
  return false;
}
