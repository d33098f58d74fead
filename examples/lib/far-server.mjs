/** The thread of `far-server.ts`: answers every request with JSON, after the milliseconds that its path names. */
import { createServer } from 'node:http';
import { workerData } from 'node:worker_threads';

const port = new Int32Array(workerData);
const server = createServer((request, response) => {
  const milliseconds = Number(/\d+/.exec(request.url)?.[0] ?? 0);
  setTimeout(() => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ url: request.url }));
  }, milliseconds);
});
server.listen(0, '127.0.0.1', () => {
  Atomics.store(port, 0, server.address().port);
  Atomics.notify(port, 0);
});
