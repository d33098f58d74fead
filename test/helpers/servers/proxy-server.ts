/** A loopback HTTP proxy: forwards plain requests and makes tunnels. */
import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import type { Certificate } from './certificates.js';
import { listen } from './http-server.js';

export interface ProxyServerOptions {
  /** `user:password` that clients must show. */
  credentials?: string;
  /** Speak TLS, with this certificate. */
  certificate?: Certificate;
  /** Where tunnels lead, whatever they are asked for. Default: where they are asked for. */
  tunnelTo?: { host: string; port: number };
}

/** A running proxy. */
export class ProxyServer implements AsyncDisposable {
  readonly server: http.Server;
  readonly port: number;
  /** Without credentials or a slash at the end. */
  readonly url: string;
  /** Request lines: `GET http://host/path`, `CONNECT host:port`. */
  readonly requests: string[] = [];
  /** The headers of each. */
  readonly headers: http.IncomingHttpHeaders[] = [];
  /** Connections from clients so far. */
  connections = 0;
  readonly #sockets = new Set<net.Socket>();
  readonly #options: ProxyServerOptions;

  constructor(server: http.Server, options: ProxyServerOptions) {
    this.server = server;
    this.#options = options;
    this.port = (server.address() as net.AddressInfo).port;
    this.url = `${options.certificate ? 'https' : 'http'}://127.0.0.1:${this.port}`;
    server.on('connection', (socket: net.Socket) => {
      this.connections += 1;
      this.#keep(socket);
    });
    server.on('request', (request, response) => {
      this.#forward(request, response);
    });
    server.on('connect', (request: http.IncomingMessage, client: net.Socket, head: Buffer) => {
      this.#tunnel(request, client, head);
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #keep(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
  }

  #isAllowed(request: http.IncomingMessage): boolean {
    this.requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    this.headers.push(request.headers);
    const { credentials } = this.#options;
    if (credentials === undefined) return true;
    return request.headers['proxy-authorization'] === `Basic ${Buffer.from(credentials).toString('base64')}`;
  }

  #forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    if (!this.#isAllowed(request)) {
      response.writeHead(407, { 'Proxy-Authenticate': 'Basic' }).end('no');
      return;
    }
    const headers = { ...request.headers };
    delete headers['proxy-authorization'];
    const upstream = http.request(request.url ?? '', { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'X-Proxied': 'yes' });
      answer.pipe(response);
    });
    upstream.on('error', () => {
      response.writeHead(502).end();
    });
    request.pipe(upstream);
  }

  #tunnel(request: http.IncomingMessage, client: net.Socket, head: Buffer): void {
    this.#keep(client.setNoDelay(true));
    if (!this.#isAllowed(request)) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const [, host = '', port = '443'] = /^(.*):(\d+)$/.exec(request.url ?? '') ?? [];
    const target = this.#options.tunnelTo ?? { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
    const upstream = net.connect({ ...target, noDelay: true }, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    this.#keep(upstream);
    upstream.on('error', () => {
      client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
    });
    client.on('close', () => upstream.destroy());
  }
}

/** Starts a proxy on a free port. */
export async function startProxyServer(options: ProxyServerOptions = {}): Promise<ProxyServer> {
  const { certificate } = options;
  const server = certificate
    ? (https.createServer({ cert: certificate.cert, key: certificate.key }) as unknown as http.Server)
    : http.createServer();
  await listen(server);
  return new ProxyServer(server, options);
}
