/**
 * The server of the suites `blocking-large-…`, in a process of its own. A GET is answered with 64 MiB, any other request with the
 * number of bytes that came.
 */
import { createServer } from 'node:http';

const body = Buffer.alloc(64 * 2 ** 20, 'x');

createServer((request, response) => {
  if (request.method === 'GET') {
    response.setHeader('Content-Length', body.length);
    response.end(body);
    return;
  }
  let size = 0;
  request.on('data', (chunk) => {
    size += chunk.length;
  });
  request.on('end', () => {
    response.end(String(size));
  });
}).listen(0, '127.0.0.1', function listening() {
  process.send?.({ port: this.address().port });
});
process.on('disconnect', () => process.exit());
