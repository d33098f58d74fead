/** A loopback TCP server whose script sends exact bytes and sees exact bytes: for what no HTTP server would do. */
import * as net from 'node:net';
import { Changes } from '../changes.js';

/** One accepted connection. */
export class RawConnection {
  readonly socket: net.Socket;
  /** Which connection of the server it is, from 1. */
  readonly number: number;
  /** Everything received so far. */
  received: Buffer = Buffer.alloc(0);
  /** Whether the peer has ended its side, or the connection is gone. */
  ended = false;
  #position = 0;
  readonly #changes = new Changes();

  constructor(socket: net.Socket, number: number) {
    this.socket = socket;
    this.number = number;
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#changes.changed();
    });
    const end = (): void => {
      this.ended = true;
      this.#changes.changed();
    };
    socket.on('end', end);
    socket.on('close', end);
    socket.on('error', () => undefined);
  }

  /** The received bytes as latin-1 text. */
  get text(): string {
    return this.received.toString('latin1');
  }

  /** Reads up to and including `mark`; what came before it ended if it never comes. */
  async readUntil(mark: string): Promise<string> {
    const find = (): number => this.received.indexOf(mark, this.#position, 'latin1');
    await this.#changes.until(() => find() >= 0 || this.ended);
    const at = find();
    return this.#take(at >= 0 ? at + mark.length : this.received.length);
  }

  /** Reads exactly `n` bytes, fewer if the peer ends before. */
  async readExactly(n: number): Promise<string> {
    await this.#changes.until(() => this.received.length - this.#position >= n || this.ended);
    return this.#take(Math.min(this.#position + n, this.received.length));
  }

  /** Reads a request's head: request line, headers, empty line. */
  readHead(): Promise<string> {
    return this.readUntil('\r\n\r\n');
  }

  /** Reads one whole request by its Content-Length or its chunks; '' when the peer ended first. Latin-1 text. */
  async readRequest(): Promise<string> {
    const head = await this.readHead();
    if (!head.endsWith('\r\n\r\n')) return head;
    if (/\r\ntransfer-encoding:[^\r]*chunked/i.test(head)) {
      let body = '';
      for (;;) {
        const line = await this.readUntil('\r\n');
        body += line;
        const size = parseInt(line, 16);
        if (Number.isNaN(size)) return head + body;
        body += await this.readExactly(size + 2);
        if (size === 0) return head + body;
      }
    }
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    return head + (await this.readExactly(length));
  }

  /** Sends exactly these bytes (text as latin-1) and resolves when they were handed to the system. */
  write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data, () => {
        resolve();
      });
    });
  }

  /** Ends the connection in order, after `data`. */
  end(data = ''): void {
    this.socket.end(Buffer.from(data, 'latin1'));
  }

  /** Breaks the connection with a TCP reset; one that the peer has ended is closed. */
  reset(): void {
    // Node forgets to close a socket that it cannot reset, as it is shutting down.
    if (this.ended) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  /** Resolves when the peer has ended its side or the connection is gone. */
  async waitForEnd(): Promise<void> {
    await this.#changes.until(() => this.ended);
  }

  #take(end: number): string {
    const text = this.received.toString('latin1', this.#position, end);
    this.#position = end;
    return text;
  }
}

export type Script = (connection: RawConnection) => unknown;

/** A running server; close it with `await server.close()` or `await using`. */
export class RawServer implements AsyncDisposable {
  readonly server: net.Server;
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
  /** Runs for each connection; may be replaced. */
  script: Script;
  /** All connections so far. */
  readonly connections: RawConnection[] = [];
  readonly #changes = new Changes();

  constructor(server: net.Server, script: Script) {
    this.server = server;
    this.script = script;
    this.port = (server.address() as net.AddressInfo).port;
    this.url = `http://127.0.0.1:${this.port}`;
    server.on('connection', (socket) => {
      const connection = new RawConnection(socket, this.connections.length + 1);
      this.connections.push(connection);
      this.#changes.changed();
      Promise.resolve(this.script(connection)).catch(() => {
        socket.destroy();
      });
    });
  }

  /** Resolves once `n` connections have been made. */
  async waitForConnections(n: number): Promise<void> {
    await this.#changes.until(() => this.connections.length >= n);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const { socket } of this.connections) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Starts a server on a free port of the loopback address. */
export async function startRawServer(script: Script): Promise<RawServer> {
  const server = net.createServer({ allowHalfOpen: false, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return new RawServer(server, script);
}

/**
 * A script that answers the first request with the first of `answers` and so on, over however many connections; the last
 * one is repeated. The connection stays open after an answer.
 */
export function answering(...answers: readonly (string | Uint8Array)[]): Script {
  let next = 0;
  return async (connection) => {
    for (;;) {
      const request = await connection.readRequest();
      if (request === '' || connection.ended) return;
      await connection.write(answers[Math.min(next, answers.length - 1)] ?? '');
      next += 1;
    }
  };
}

/** A complete answer: status line, headers, Content-Length, body. */
export function reply(body = '', { status = '200 OK', headers = [] as readonly string[] } = {}): string {
  const lines = [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
