/** The server that the checks ask, in a process of its own; sends its URL and ends with its parent. */
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const server = createServer((request, response) => {
  const json = (value, headers = {}) => {
    response.writeHead(200, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };
  const url = new URL(request.url, 'http://server');
  switch (url.pathname) {
    case '/json':
      json({ ok: true, query: Object.fromEntries(url.searchParams) });
      break;
    case '/headers':
      json(request.headers);
      break;
    case '/echo': {
      const pieces = [];
      request.on('data', (piece) => pieces.push(piece));
      request.on('end', () => json({ method: request.method, body: Buffer.concat(pieces).toString() }));
      break;
    }
    case '/redirect':
      response.writeHead(302, { Location: '/json?from=redirect' }).end();
      break;
    case '/cookies':
      json(request.headers, { 'Set-Cookie': 'session=abc; Path=/' });
      break;
    case '/gzip':
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
      response.end(gzipSync('{"zipped":true}'));
      break;
    case '/koi8-u':
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=koi8-u' });
      response.end(Buffer.from([0xeb, 0xc9, 0xa7, 0xd7]));
      break;
    case '/lines':
      response.end('one\ntwo\nthree\n');
      break;
    case '/missing':
      response.writeHead(404).end('not here');
      break;
    case '/reset':
      request.socket.destroy();
      break;
    case '/silent':
      break;
    default:
      response.writeHead(400).end(`no such page: ${url.pathname}`);
  }
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('disconnect', () => process.exit());
