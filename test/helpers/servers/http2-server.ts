/** A loopback server of HTTP/2 over TLS whose handler has the stream and its session in hand, for what servers do wrong. */
import * as http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import * as tls from 'node:tls';
import { Changes } from '../changes.js';
import { loopbackCertificate } from './certificates.js';

/** One request. */
export interface StreamCall {
  readonly stream: http2.ServerHttp2Stream;
  readonly session: http2.ServerHttp2Session;
  readonly headers: http2.IncomingHttpHeaders;
  readonly path: string;
  /** Which connection of the server it came on, from 1. */
  readonly connection: number;
  /** The connection without its session, which may not be used through that. */
  readonly socket: tls.TLSSocket;
}

export type StreamHandler = (call: StreamCall) => unknown;

/** A running server; close it with `await server.close()` or `await using`. */
export class Http2Server implements AsyncDisposable {
  readonly server: http2.Http2SecureServer;
  readonly url: string;
  handler: StreamHandler;
  /** All requests so far, as `METHOD path`. */
  readonly requests: string[] = [];
  /** Connections so far. */
  connections = 0;
  readonly #sessions = new Set<http2.ServerHttp2Session>();
  readonly #changes = new Changes();

  constructor(server: http2.Http2SecureServer, handler: StreamHandler) {
    this.server = server;
    this.handler = handler;
    this.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    let latest: tls.TLSSocket;
    server.prependListener('secureConnection', (socket: tls.TLSSocket) => {
      latest = socket;
    });
    server.on('session', (session: http2.ServerHttp2Session) => {
      const socket = latest;
      this.connections += 1;
      this.#sessions.add(session);
      const connection = this.connections;
      session.on('error', () => undefined);
      session.on('close', () => {
        this.#sessions.delete(session);
        this.#changes.changed();
      });
      session.on('stream', (stream, headers) => {
        stream.on('error', () => undefined);
        const path = headers[':path'] ?? '';
        this.requests.push(`${headers[':method'] ?? ''} ${path}`);
        this.#changes.changed();
        this.handler({ stream, session, headers, path, connection, socket });
      });
    });
  }

  /** Resolves once `n` requests have arrived. */
  async waitForRequests(n: number): Promise<void> {
    await this.#changes.until(() => this.requests.length >= n);
  }

  /** Resolves once exactly `n` connections are open. */
  async waitForOpenConnections(n: number): Promise<void> {
    await this.#changes.until(() => this.#sessions.size === n);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
    for (const session of this.#sessions) session.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Starts a server on a free port of the loopback address. */
export async function startHttp2Server(
  handler: StreamHandler,
  settings: http2.Settings = {},
): Promise<Http2Server> {
  const { cert, key } = loopbackCertificate();
  const server = http2.createSecureServer({ cert, key, settings });
  server.on('sessionError', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return new Http2Server(server, handler);
}

/** Answers with status 200 and a text. */
export function answer({ stream }: Pick<StreamCall, 'stream'>, text: string): void {
  stream.respond({ ':status': 200 });
  stream.end(text);
}

const FRAME_HEAD = 9;
const HEADERS = 1;

/** A frame of HTTP/2. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const head = Buffer.alloc(FRAME_HEAD);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/**
 * Starts a server that greets as HTTP/2 does and answers each request with the frames that `answerOf` gives for its stream
 * and its number on the connection, from 1: for what no implementation would send. Its settings are the defaults, unless it has others.
 */
export async function startFrameServer(
  answerOf: (stream: number, request: number, socket: Socket) => readonly Buffer[],
  settings: Uint8Array = new Uint8Array(),
): Promise<{ url: string } & AsyncDisposable> {
  const { cert, key } = loopbackCertificate();
  const sockets = new Set<tls.TLSSocket>();
  const server = tls.createServer({ cert, key, ALPNProtocols: ['h2'] }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    // Settings of its own, and the acknowledgement of the client's.
    socket.write(Buffer.concat([frame(4, 0, 0, settings), frame(4, 1, 0)]));
    let rest = Buffer.alloc(0);
    let at = 24; // The client's preface.
    let requests = 0;
    socket.on('data', (piece: Buffer) => {
      rest = Buffer.concat([rest, piece]);
      while (rest.length >= at + FRAME_HEAD) {
        const length = rest.readUIntBE(at, 3);
        if (rest.length < at + FRAME_HEAD + length) return;
        const isRequest = rest.readUInt8(at + 3) === HEADERS;
        const stream = rest.readUInt32BE(at + 5);
        at += FRAME_HEAD + length;
        if (!isRequest) continue;
        requests += 1;
        const frames = answerOf(stream, requests, socket);
        if (!socket.destroyed) socket.write(Buffer.concat(frames));
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
