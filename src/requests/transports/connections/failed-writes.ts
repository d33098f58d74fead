/**
 * A server may answer an upload before it has read all of it, and close the connection. The next write fails then, Node destroys the
 * socket, and the answer is lost where it still waits in the kernel's buffer. urllib3 ignores that failure and reads the answer;
 * here the failure is held back until everything that has arrived is read.
 *
 * `_write` and `_writev` are documented for those who implement a stream, not for replacing them on a socket:
 * `test/requests/failed-writes.test.ts` fails where Node writes in another way.
 */
import { Socket } from 'node:net';

type Written = (error?: Error | null) => void;

/** What a write fails with when the other end is gone; macOS has a code of its own while it goes. */
const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ECONNRESET', 'EPROTOTYPE']);

const prepared = new WeakSet<Socket>();

/**
 * Lets a socket read on when a write has failed. The write counts as under way until then, so nothing else is written and the request
 * is never complete. When the read side has ended, the socket is destroyed with the error.
 */
export function readOnAfterFailedWrite(socket: Socket): void {
  // What stands in for a socket makes no system calls.
  if (prepared.has(socket) || !(socket instanceof Socket)) return;
  prepared.add(socket);
  // All writes of a stream have the same callback.
  let known: Written | null = null;
  let holding: Written = ignore;
  const hold = (written: Written): Written => {
    if (written !== known) {
      known = written;
      holding = (error) => {
        if (error && canReadOn(socket, error)) failAtEnd(socket, written, error);
        else written(error);
      };
    }
    return holding;
  };
  const write = socket._write.bind(socket);
  socket._write = (data, encoding, written) => {
    write(data, encoding, hold(written));
  };
  const writev = socket._writev?.bind(socket);
  if (writev === undefined) return;
  socket._writev = (pieces, written) => {
    writev(pieces, hold(written));
  };
}

function canReadOn(socket: Socket, { code }: NodeJS.ErrnoException): boolean {
  return GONE.has(code) && !socket.destroyed && !socket.readableEnded;
}

function failAtEnd(socket: Socket, written: Written, error: Error): void {
  const fail = (): void => {
    socket.off('end', fail).off('close', fail);
    written(error);
  };
  socket.on('end', fail).on('close', fail);
}

function ignore(): void {
  // The first write replaces it.
}
