/**
 * The server of every suite, in a process of its own: canned answers over raw sockets, so that it is never the limit.
 * Understands requests without a body; pipelined ones are answered in order, their delays running side by side.
 *
 * GET /small            about 100 bytes of JSON
 * GET /big              1 MB of JSON
 * GET /delay/MS         as /small, after MS milliseconds
 * GET /counts           { requests, connections } since the last time it was asked
 */
import { createServer } from 'node:net';

const small = answer(
  JSON.stringify({ ok: true, id: 12345, name: 'a small answer', tags: ['x', 'y', 'z'], value: 3.14159 }),
);
const big = answer(
  JSON.stringify({
    ok: true,
    items: Array.from({ length: 8_600 }, (_, i) => ({
      id: i,
      name: `item number ${i}`,
      price: i / 7,
      tags: ['a', 'b'],
      on: i % 2 === 0,
    })),
  }),
);
const notFound = answer('{"ok":false}', '404 Not Found');

function answer(body, status = '200 OK') {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

let requests = 0;
let connections = 0;

function reply(path) {
  if (path === '/small') return small;
  if (path === '/big') return big;
  if (path === '/counts') {
    const counts = answer(JSON.stringify({ ok: true, requests, connections }));
    requests = 0;
    connections = 0;
    return counts;
  }
  return notFound;
}

createServer({ noDelay: true }, (socket) => {
  connections += 1;
  let rest = '';
  /** Answers in the order of the requests; null while one is still delayed. */
  const waiting = [];
  const flush = () => {
    while (waiting.length > 0 && waiting[0].bytes !== null) socket.write(waiting.shift().bytes);
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1');
    for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
      const path = rest.slice(rest.indexOf(' ') + 1, rest.indexOf(' HTTP/'));
      rest = rest.slice(end + 4);
      requests += 1;
      const entry = { bytes: null };
      waiting.push(entry);
      const delay = path.startsWith('/delay/') ? Number(path.slice('/delay/'.length)) : 0;
      if (delay > 0) {
        setTimeout(() => {
          entry.bytes = small;
          flush();
        }, delay);
      } else {
        entry.bytes = reply(path);
      }
    }
    flush();
  });
}).listen(0, '127.0.0.1', function listening() {
  process.send?.({ port: this.address().port });
});
process.on('disconnect', () => process.exit());
