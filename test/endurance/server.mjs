/**
 * The server of soak and leaks, in a process of its own, over raw sockets: `/KIND/ID` is answered as KIND says, and every whole
 * answer echoes its ID in a header and in its body. Started with the folder of marks.mjs. Sends its port and ends with its parent.
 */
import { createServer } from 'node:net';
import { isBusy, said } from './marks.mjs';

const [, , marks] = process.argv;
const connections = new Set();

function answer(id, { status = '200 OK', headers = '', body = `{"id":"${id}"}` } = {}) {
  return `HTTP/1.1 ${status}\r\nX-Id: ${id}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** For the last bytes of a request: says that the system has them. */
const marker = (id) => () => said(marks, id);

/**
 * Acts when the client is busy, unless the connection has got its next request before: what crosses a request on its way looks
 * like the answer to it, and no client can tell.
 */
function whenBusy(socket, id, act) {
  const { bytesRead } = socket;
  const timer = setInterval(() => {
    if (!isBusy(marks, id)) return;
    clearInterval(timer);
    // Behind the poll, which sees a request that is there.
    setImmediate(() => {
      if (!socket.destroyed && socket.bytesRead === bytesRead) act();
      else said(marks, id);
    });
  }, 1);
  socket.on('close', () => {
    clearInterval(timer);
    if (isBusy(marks, id)) said(marks, id);
  });
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
  /** One answer too many, while the client is busy. */
  late(socket, id) {
    socket.write(answer(id));
    whenBusy(socket, id, () => socket.write(answer(`stray-${id}`), marker(id)));
  },
  /** The server gives up an idle connection, and says so, while the client is busy. */
  timeout(socket, id) {
    socket.write(answer(id));
    const status = '408 Request Timeout';
    const stray = answer(`stray-${id}`, { status, headers: 'Connection: close\r\n' });
    whenBusy(socket, id, () => socket.end(stray, marker(id)));
  },
  /** Bytes that are no answer, while the client is busy. */
  garbage(socket, id) {
    socket.write(answer(id));
    whenBusy(socket, id, () => socket.write('\0garbage\r\n', marker(id)));
  },
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
