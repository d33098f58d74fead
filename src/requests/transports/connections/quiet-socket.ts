/**
 * Whether an idle connection is still as its last request left it. While the program computes, the loop does not turn, and Node
 * has not seen what has arrived: the server's closing, or bytes that the next request would take for its answer. So this
 * looks into the kernel's buffer, as urllib3 does (`is_connection_dropped`). It is the one place that uses the descriptor of a socket, which
 * Node does not document: its streams have no way to look without waiting.
 */
import { readSync } from 'node:fs';
import type { Socket } from 'node:net';

const byte = Buffer.allocUnsafe(1);

/**
 * False when anything has arrived on an idle socket, its end included. A byte is taken from it then, so it must be destroyed. True
 * where that cannot be seen: on Windows, and where another runtime stands in for Node.
 */
export function isQuiet(socket: Socket): boolean {
  if (socket.destroyed || socket.readableEnded || socket.readableLength > 0) return false;
  const descriptor = descriptorOf(socket);
  if (descriptor < 0) return true;
  const limit = Error.stackTraceLimit;
  // Most of the cost of the error, which is the usual outcome. The property may be frozen.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    readSync(descriptor, byte, 0, 1, null);
    return false;
  } catch (error) {
    // What readSync throws is the system's.
    return (error as NodeJS.ErrnoException).code === 'EAGAIN';
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}

function descriptorOf(socket: Socket): number {
  const { _handle: handle } = socket as { _handle?: { fd?: unknown } | null };
  return typeof handle?.fd === 'number' ? handle.fd : -1;
}
