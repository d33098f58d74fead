/** A loopback HTTP server that counts what reaches it. */
import { once } from 'node:events';
import * as http from 'node:http';
import type * as net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Changes } from '../changes.js';

/** What a handler is given: the request with its body read (unless the server was started with `buffer: false`). */
export interface TestRequest extends http.IncomingMessage {
  /** The body; empty when there is none or when it was not buffered. */
  body: Buffer;
  /** Which connection the request came on, from 1. */
  connection_number: number;
}

/** One request as it arrived. */
export interface RecordedRequest {
  method: string;
  /** The request-target, exactly as sent. */
  url: string;
  /** Header names (lower-case) to values, as Node joins them. */
  headers: http.IncomingHttpHeaders;
  /** Header lines as sent, in order. */
  lines: [name: string, value: string][];
  body: Buffer;
  /** Which connection it came on, from 1. */
  connection_number: number;
}

export type Handler = (request: TestRequest, response: http.ServerResponse) => unknown;

export interface HttpServerOptions {
  /** Read the body before calling the handler. Default true. */
  buffer?: boolean;
  /** Milliseconds after which an idle connection is closed by the server. Default: never. */
  keepAliveTimeout?: number;
  /** Listen on another address than 127.0.0.1. */
  host?: string;
  /** Listen on a UNIX socket of this path. */
  path?: string;
  /** Serve on this server instead of a plain HTTP one (for TLS). */
  server?: http.Server;
  /** The scheme in `url`. Default http. */
  scheme?: 'http' | 'https';
}

/** Answers with what it was sent, as JSON: `{ method, url, headers: [[name, value]…], body }` (body as latin-1 text). */
export const echo: Handler = (request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(
    JSON.stringify({
      method: request.method,
      url: request.url,
      headers: headerLines(request),
      body: request.body.toString('latin1'),
    }),
  );
};

/** The header lines of a request, in order. */
export function headerLines(request: http.IncomingMessage): [string, string][] {
  const lines: [string, string][] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    lines.push([request.rawHeaders[i] ?? '', request.rawHeaders[i + 1] ?? '']);
  }
  return lines;
}

/** A running server; close it with `await server.close()` or `await using`. */
export class HttpServer implements AsyncDisposable {
  readonly server: http.Server;
  readonly port: number;
  /** Without a slash at the end: `http://127.0.0.1:1234`, `http+unix://%2Ftmp%2Fa.sock`. */
  readonly url: string;
  /** May be replaced between requests. */
  handler: Handler;
  /** All requests so far. */
  readonly requests: RecordedRequest[] = [];
  /** Connections accepted so far. */
  connections = 0;
  /** Requests that wait for their answer now. */
  inFlight = 0;
  /** The most that ever did at the same time. */
  maxInFlight = 0;
  /** The connections that are open now. */
  readonly sockets = new Set<Socket>();
  readonly #changes = new Changes();
  readonly #buffer: boolean;
  readonly #numbers = new WeakMap<Socket, number>();

  constructor(server: http.Server, handler: Handler, options: HttpServerOptions) {
    const place = server.address() as AddressInfo | string;
    const { address, port } = typeof place === 'string' ? { address: place, port: 0 } : place;
    this.server = server;
    this.port = port;
    this.handler = handler;
    this.#buffer = options.buffer ?? true;
    const host = address.includes(':') ? `[${address}]` : address;
    this.url =
      typeof place === 'string'
        ? `http+unix://${encodeURIComponent(place)}`
        : `${options.scheme ?? 'http'}://${host}:${port}`;
    // A TLS server says 'connection' for the raw socket; requests come on the secure one.
    server.on(options.scheme === 'https' ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#accept(socket);
    });
    server.on('request', (request, response) => {
      this.#serve(request as TestRequest, response);
    });
  }

  /** Resolves once `n` requests have arrived. */
  async waitForRequests(n: number): Promise<void> {
    await this.#changes.until(() => this.requests.length >= n);
  }

  /** Resolves once `n` requests are waiting for their answer at the same time. */
  async waitForInFlight(n: number): Promise<void> {
    await this.#changes.until(() => this.inFlight >= n);
  }

  /** Resolves once exactly `n` connections are open. */
  async waitForOpenConnections(n: number): Promise<void> {
    await this.#changes.until(() => this.sockets.size === n);
  }

  /** Ends all connections at once, as a server that goes away does; it goes on listening. */
  closeConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
    this.closeConnections();
    this.server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#numbers.set(socket, this.connections);
    this.sockets.add(socket);
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.#changes.changed();
    });
    socket.on('error', () => undefined);
    this.#changes.changed();
  }

  #serve(request: TestRequest, response: http.ServerResponse): void {
    request.body = Buffer.alloc(0);
    request.connection_number = this.#numbers.get(request.socket) ?? 0;
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    response.on('close', () => {
      this.inFlight -= 1;
      this.#changes.changed();
    });
    if (!this.#buffer) {
      this.#record(request);
      this.#run(request, response);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      request.body = Buffer.concat(chunks);
      this.#record(request);
      this.#run(request, response);
    });
  }

  #record(request: TestRequest): void {
    this.requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      lines: headerLines(request),
      body: request.body,
      connection_number: request.connection_number,
    });
    this.#changes.changed();
  }

  #run(request: TestRequest, response: http.ServerResponse): void {
    Promise.resolve()
      .then(() => this.handler(request, response))
      .catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
      });
  }
}

/** Starts a server on a free port. Without a handler it {@link echo}es. */
export async function startHttpServer(
  handler: Handler = echo,
  options: HttpServerOptions = {},
): Promise<HttpServer> {
  const server = options.server ?? http.createServer();
  server.keepAliveTimeout = options.keepAliveTimeout ?? 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  if (options.path === undefined) await listen(server, options.host);
  else await once(server.listen(options.path), 'listening');
  return new HttpServer(server, handler, options);
}

/** Resolves when `server` listens on a free port of `host`. */
export function listen(server: net.Server, host = '127.0.0.1'): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Clients in the same loop may open a thousand connections before one is accepted; Node's 511 would have some reset.
    server.listen(0, host, 4096, () => {
      resolve();
    });
  });
}

/** A port on which nothing listens: connecting to it is refused. */
export { freePort as refusedPort } from '../free-port.js';
