import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BullMQWorker } from './bullmq-worker.js';

/**
 * Answers `GET /health` with the state of `worker`: 200 while it takes calls, else 503. Resolves to its port once it listens; it
 * does not keep the process alive.
 */
export async function serveHealth(
  worker: BullMQWorker,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/health') {
      response.writeHead(404).end();
      return;
    }
    const health = worker.health();
    response.writeHead(health.status === 'ok' ? 200 : 503, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(health));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, resolve);
  });
  server.unref();
  return { server, port: (server.address() as AddressInfo).port };
}
