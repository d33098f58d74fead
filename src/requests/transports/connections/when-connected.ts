import type * as net from 'node:net';

/** What follows a socket until it can be used. */
export interface ConnectFollower {
  /** TCP is connected and TLS comes next. */
  securing(): void;
  /** The socket can be used. */
  connected(): void;
}

/** A socket as long as TLS is negotiated, which type declarations leave out. */
export type ConnectingSocket = net.Socket & { readonly secureConnecting?: boolean };

/** Leads `follower` through each step to a socket that can be used, which may be the case now. */
export function whenConnected(socket: ConnectingSocket, follower: ConnectFollower): void {
  const connected = (): void => {
    // The certificate may have turned out to be another's.
    if (!socket.destroyed) follower.connected();
  };
  if (socket.secureConnecting !== true) {
    if (socket.connecting) socket.once('connect', connected);
    else connected();
    return;
  }
  socket.once('secureConnect', connected);
  if (!socket.connecting) follower.securing();
  else {
    socket.once('connect', () => {
      follower.securing();
    });
  }
}
