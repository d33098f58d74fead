/**
 * The server of soak and leaks, in a process of its own, over raw sockets: `/KIND/ID` is answered as KIND says, and every whole
 * answer echoes its ID in a header and in its body. Sends its port and ends with its parent.
 */
import { createServer } from 'node:net';

const connections = new Set();

function answer(id, { status = '200 OK', headers = '', body = `{"id":"${id}"}` } = {}) {
  return `HTTP/1.1 ${status}\r\nX-Id: ${id}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** What becomes of the socket, by kind. */
const kinds = {
  ok: (socket, id) => socket.write(answer(id)),
  error: (socket, id) => socket.write(answer(id, { status: '500 Internal Server Error' })),
  reset: (socket) => socket.resetAndDestroy(),
  half: (socket, id) => socket.end(answer(id).slice(0, -5)),
  stall: () => undefined,
  /** Gzip that is none. */
  gzip: (socket, id) => socket.write(answer(id, { headers: 'Content-Encoding: gzip\r\n' })),
  /** Closes behind its answer without having said so. */
  close: (socket, id) => socket.end(answer(id)),
  /** One answer too many, at once. */
  double: (socket, id) => socket.write(answer(id) + answer(`stray-${id}`)),
  /** A body that does not end. */
  endless(socket, id) {
    socket.write(`HTTP/1.1 200 OK\r\nX-Id: ${id}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const timer = setInterval(() => socket.write('400\r\n' + 'x'.repeat(1024) + '\r\n'), 1);
    socket.on('close', () => clearInterval(timer));
  },
};

const server = createServer({ noDelay: true }, (socket) => {
  connections.add(socket);
  let rest = '';
  let missing = 0;
  socket.on('close', () => connections.delete(socket));
  socket.on('error', () => undefined);
  socket.on('data', (piece) => {
    rest += piece.toString('latin1');
    for (;;) {
      const taken = Math.min(missing, rest.length);
      missing -= taken;
      rest = rest.slice(taken);
      const end = rest.indexOf('\r\n\r\n');
      if (missing > 0 || end === -1) return;
      const head = rest.slice(0, end);
      rest = rest.slice(end + 4);
      const [, kind, id] = /^\S+ \/([a-z]+)\/(\S+) /.exec(head) ?? [];
      missing = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      // An upload that is chunked is not waited for: whoever asks for `stall` sends it to nobody.
      (kinds[kind] ?? kinds.reset)(socket, id);
    }
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => process.send({ connections: connections.size }));
process.on('disconnect', () => process.exit());
