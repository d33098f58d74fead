/** A loopback SOCKS proxy, versions 4, 4a and 5. */
import * as net from 'node:net';
import { RawConnection } from './raw-server.js';
import { listen } from './http-server.js';

export interface SocksServerOptions {
  /** Version 5: `[user, password]` that clients must show. Version 4: the user alone. */
  credentials?: readonly [user: string, password: string];
  /** Where names lead, in place of resolving them. */
  names?: Readonly<Record<string, string>>;
  /** Refuse every request. */
  refuses?: boolean;
  /** Milliseconds to wait before the first answer. */
  delay?: number;
  /** Say nothing. */
  isSilent?: boolean;
}

/** What a client asked for. */
export interface SocksRequest {
  version: 4 | 5;
  /** A name when the proxy is to resolve it, else an address. */
  host: string;
  port: number;
  user: string;
}

/** A running proxy. */
export class SocksServer implements AsyncDisposable {
  readonly server: net.Server;
  readonly port: number;
  readonly requests: SocksRequest[] = [];
  readonly #sockets = new Set<net.Socket>();
  readonly #options: SocksServerOptions;

  constructor(server: net.Server, options: SocksServerOptions) {
    this.server = server;
    this.#options = options;
    this.port = (server.address() as net.AddressInfo).port;
    server.on('connection', (socket) => {
      this.#keep(socket);
      void this.#serve(new RawConnection(socket, 0));
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

  async #serve(client: RawConnection): Promise<void> {
    if (this.#options.isSilent) return;
    const version = await byte(client);
    await new Promise((resolve) => setTimeout(resolve, this.#options.delay ?? 0));
    const request = version === 5 ? await this.#negotiate5(client) : await negotiate4(client);
    if (request === null) {
      client.end();
      return;
    }
    this.requests.push(request);
    if (this.#options.refuses) {
      client.end(version === 5 ? '\x05\x05\0\x01\0\0\0\0\0\0' : '\0\x5b\0\0\0\0\0\0');
      return;
    }
    const host = this.#options.names?.[request.host] ?? request.host;
    const upstream = net.connect({ port: request.port, host, noDelay: true }, () => {
      client.socket.removeAllListeners('data');
      void client.write(version === 5 ? '\x05\0\0\x01\0\0\0\0\0\0' : '\0\x5a\0\0\0\0\0\0');
      upstream.pipe(client.socket).pipe(upstream);
    });
    this.#keep(upstream);
    client.socket.on('close', () => upstream.destroy());
  }

  async #negotiate5(client: RawConnection): Promise<SocksRequest | null> {
    const methods = await client.readExactly(await byte(client));
    const { credentials } = this.#options;
    const method = credentials === undefined ? '\0' : '\x02';
    if (!methods.includes(method)) {
      await client.write('\x05\xff');
      return null;
    }
    await client.write(`\x05${method}`);
    let user = '';
    if (credentials !== undefined) {
      await byte(client);
      user = await client.readExactly(await byte(client));
      const password = await client.readExactly(await byte(client));
      const isRight = user === credentials[0] && password === credentials[1];
      await client.write(isRight ? '\x01\0' : '\x01\x01');
      if (!isRight) return null;
    }
    await client.readExactly(3);
    const kind = await byte(client);
    const host =
      kind === 3
        ? await client.readExactly(await byte(client))
        : addressOf(await client.readExactly(kind === 1 ? 4 : 16));
    return { version: 5, host, port: await port(client), user };
  }
}

async function negotiate4(client: RawConnection): Promise<SocksRequest> {
  await byte(client);
  const number = await port(client);
  const address = addressOf(await client.readExactly(4));
  const user = (await client.readUntil('\0')).slice(0, -1);
  // Version 4a: an address that cannot be stands for a name that follows.
  const host = /^0\.0\.0\.[1-9]/.test(address) ? (await client.readUntil('\0')).slice(0, -1) : address;
  return { version: 4, host, port: number, user };
}

async function byte(client: RawConnection): Promise<number> {
  return (await client.readExactly(1)).charCodeAt(0);
}

async function port(client: RawConnection): Promise<number> {
  return (await byte(client)) * 256 + (await byte(client));
}

function addressOf(bytes: string): string {
  const numbers = Array.from(bytes, (char) => char.charCodeAt(0));
  if (numbers.length === 4) return numbers.join('.');
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2)
    groups.push((((numbers[i] ?? 0) << 8) | (numbers[i + 1] ?? 0)).toString(16));
  return groups.join(':');
}

/** Starts a proxy on a free port. */
export async function startSocksServer(options: SocksServerOptions = {}): Promise<SocksServer> {
  const server = net.createServer({ noDelay: true });
  await listen(server);
  return new SocksServer(server, options);
}
