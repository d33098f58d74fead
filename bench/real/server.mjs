/**
 * The server of the suites `real-…`, in a process of its own: canned answers with the headers that servers really send, over raw
 * sockets so that it is never the limit. `server.mjs CERT KEY` sends { http, https, http2 }, the three ports.
 */
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { DOWNLOAD_BYTES } from './workloads.mjs';

const [, , certFile, keyFile] = process.argv;
const credentials = { cert: readFileSync(certFile), key: readFileSync(keyFile) };

const small = JSON.stringify({ ok: true, id: 12345, name: 'a small answer', tags: ['x', 'y'], value: 3.14 });
const large = JSON.stringify({
  ok: true,
  items: Array.from({ length: 190 }, (_, i) => ({ id: i, name: `item number ${i}`, price: i / 7 })),
});

function answer(body, { status = '200 OK', type = 'application/json; charset=utf-8', more = [] } = {}) {
  const head = [
    `HTTP/1.1 ${status}`,
    'Date: Mon, 02 Nov 2026 10:00:00 GMT',
    'Server: nginx/1.26.2',
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-cache, private',
    'Vary: Accept-Encoding, Origin',
    'X-Request-Id: 7f0c2a1e-5b7d-4c1e-9a38-0d6b3c2f9e11',
    ...more,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

const ok = answer(small);
const answers = {
  '/small': ok,
  '/cookies': answer(small, {
    more: ['Set-Cookie: session=8c1d7f; Path=/; HttpOnly', 'Set-Cookie: theme=dark; Path=/; Max-Age=86400'],
  }),
  '/gzip': answer(gzipSync(large), { more: ['Content-Encoding: gzip'] }),
  '/redirect': answer('', { status: '302 Found', more: ['Location: /small'] }),
  '/download': answer(Buffer.alloc(DOWNLOAD_BYTES, 'x'), { type: 'application/octet-stream' }),
};
const wrong = answer('{"ok":false}', { status: '400 Bad Request' });

/** A query or a body that did not arrive whole is answered with an error. */
function reply(target, length, wanted) {
  if (length !== wanted) return wrong;
  const [path, query] = target.split('?');
  if (path === '/query') return query?.includes('page=2') ? ok : wrong;
  return answers[path] ?? wrong;
}

function serve(socket) {
  let head = '';
  let target = '';
  let wanted = 0;
  let length = -1;
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (length === -1) {
        head += rest.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end === -1) return;
        rest = Buffer.from(head.slice(end + 4), 'latin1');
        head = head.slice(0, end);
        target = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/'));
        wanted = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        length = 0;
      }
      const taken = Math.min(wanted - length, rest.length);
      length += taken;
      rest = rest.subarray(taken);
      if (length < wanted) return;
      socket.write(reply(target, length, wanted));
      head = '';
      length = -1;
    }
  });
}

const http2 = createSecureServer({ ...credentials, allowHTTP1: false });
http2.on('stream', (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'application/json', server: 'nginx/1.26.2' });
  stream.end(small);
});
http2.on('sessionError', () => undefined);

const servers = {
  http: createServer({ noDelay: true }, serve),
  https: createTlsServer({ ...credentials, noDelay: true }, serve),
  http2,
};
const ports = await Promise.all(
  Object.entries(servers).map(
    ([name, server]) =>
      new Promise((resolve) => {
        server.listen(0, '127.0.0.1', () => resolve([name, server.address().port]));
      }),
  ),
);
process.send?.(Object.fromEntries(ports));
process.on('disconnect', () => process.exit());
