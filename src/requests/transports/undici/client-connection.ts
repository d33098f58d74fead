/**
 * One connection and the `Client` of undici that speaks on it. The socket is made here and handed to undici when it is
 * ready, with two of its methods replaced: `write` puts the head of a request in our spelling and order in the place of
 * undici's, and `read` looks at what arrives before undici's parser does.
 */
import type { Client } from 'undici';
import type { Socket } from 'node:net';
import type { HTTPConnectionPool } from '../connections/connection-pool.js';
import type { Clients } from './clients.js';
import { HeaderMemory } from './header-memory.js';
import { openSocket } from './open-socket.js';
import { Outbox, type Write } from './outbox.js';
import { checkedLines, isChunked } from './request-head.js';
import type { UndiciExchange } from './undici-attempt.js';

/** Python takes 100 headers of 64 KiB. */
const MAX_HEADER_SIZE = 1 << 20;
/** Idle connections are not closed by the clock, unless the server says when it would close them. */
const NO_LIMIT = 2 ** 31 - 1;
/** Closing this long before the server does avoids most requests that cross its goodbye. */
const KEEP_ALIVE_MARGIN = 500;
/** As many streams as undici itself has at once on a connection of HTTP/2. */
const MOST_STREAMS = 100;
/** Headers of HTTP/1.1 alone, and those that undici makes itself. */
const NOT_FOR_HTTP2: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

type Dispatch = Client['dispatch'];

export class ClientConnection {
  /** Once there is one. */
  socket: Socket | null = null;
  /** Of the latest response: 10, 11 or 20. */
  version = 11;
  isHTTP2 = false;
  isReady = false;
  isGone = false;
  /** What the socket failed with, first; undici tells of the last. */
  socketError: Error | null = null;
  /** What came last, for as long as something is under way. */
  lastPacket: Buffer | null = null;
  /** Of HTTP/1.1 alone. */
  readonly headerMemory: HeaderMemory = new HeaderMemory();
  /** In the order of their answers. */
  readonly running: UndiciExchange[] = [];
  readonly #clients: Clients;
  #client: Client | null = null;
  /** Whom the connection is being made for. */
  #first: UndiciExchange | null = null;
  #served = 0;
  #armed = 0;
  /** Whose head undici is about to write. */
  #writing: UndiciExchange | null = null;
  /** The beginning of an informational head. */
  #partial: Buffer | null = null;
  /** Stands for a lost connection. */
  readonly #lost: Error = new Error('the connection was lost');

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  private get pool(): HTTPConnectionPool {
    return this.#clients.pool;
  }

  /** Makes the connection, and sends `exchange` on it. */
  open(exchange: UndiciExchange): void {
    this.#first = exchange;
    exchange.connecting(this);
    openSocket(this.pool, this.#clients.protocols, this.#clients.tlsSession, exchange, {
      onSocket: (socket) => {
        this.watch(socket);
      },
      onReady: () => {
        this.ready();
      },
      onError: (error) => {
        this.connectFailed(error);
      },
    });
  }

  private watch(socket: Socket): void {
    this.socket = socket;
    this.pool.num_connections += 1;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 1000);
    socket.on('error', (error) => {
      this.socketError ??= error;
      if (!this.isReady) this.connectFailed(error);
    });
    socket.on('close', () => {
      this.gone();
    });
    socket.on('timeout', () => {
      this.silent();
    });
    socket.on('session', (session: Buffer) => {
      this.#clients.tlsSession = session;
    });
    if (this.isGone) socket.destroy();
  }

  private connectFailed(error: Error): void {
    const first = this.#first;
    this.#first = null;
    this.gone();
    this.socket?.destroy();
    first?.connectionFailed(error);
  }

  /** Nobody wants the connection that is being made. */
  giveUp(): void {
    this.#first = null;
    this.gone();
    this.socket?.destroy();
  }

  private gone(): void {
    const first = this.#first;
    this.#first = null;
    if (!this.isGone) {
      this.isGone = true;
      this.#clients.lost(this);
    }
    first?.connectionFailed(new Error('the connection was closed'));
  }

  private ready(): void {
    const { socket } = this;
    const first = this.#first;
    if (socket === null || first === null || this.isGone) {
      socket?.destroy();
      return;
    }
    this.#first = null;
    this.isReady = true;
    this.isHTTP2 = (socket as { alpnProtocol?: unknown }).alpnProtocol === 'h2';
    if (this.isHTTP2) this.version = 20;
    else this.replaceMethods(socket);
    this.#client = this.newClient(socket);
    this.dispatch(first);
    this.#clients.opened(this);
  }

  private newClient(socket: Socket): Client {
    let given = false;
    const { undici, pipelining, pool } = this.#clients;
    return new undici.Client(pool.fetchOrigin, {
      connect: (_options, callback) => {
        // Undici does not go on when it is answered at once.
        queueMicrotask(() => {
          // What a lost connection had not answered is sent again over another, which the pool sees to.
          if (given || socket.destroyed) callback(this.#lost, null);
          else {
            given = true;
            callback(null, socket);
          }
        });
      },
      pipelining: this.isHTTP2 ? MOST_STREAMS : pipelining,
      allowH2: this.isHTTP2,
      maxConcurrentStreams: MOST_STREAMS,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: NO_LIMIT,
      keepAliveMaxTimeout: NO_LIMIT,
      keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN,
      maxHeaderSize: MAX_HEADER_SIZE,
      strictContentLength: false,
    });
  }

  /** How many more requests may be sent on it now. */
  get room(): number {
    if (!this.isReady || this.isGone || this.socket?.destroyed !== false) return 0;
    if (this.isHTTP2) return MOST_STREAMS - this.running.length;
    if (this.running[0]?.isExclusive) return 0;
    return this.#clients.pipelining - this.running.length;
  }

  /** Whether nothing is under way and it can be used. */
  get isIdle(): boolean {
    return this.isReady && this.running.length === 0 && !this.isGone && this.socket?.destroyed === false;
  }

  /** Sends a request after those that are running. */
  dispatch(exchange: UndiciExchange): void {
    this.running.push(exchange);
    exchange.assigned(this, this.#served > 0);
    this.#served += 1;
    const { job } = exchange;
    const chunked = isChunked(job);
    const connection = job.headers.get('connection')?.[1];
    // Undici's types know fewer forms of bodies than undici, and its methods are those of a list.
    const options = {
      path: this.isHTTP2 ? job.target : '/',
      method: job.method,
      body: exchange.dispatchBody(chunked),
      headers: null as string[] | null,
      idempotent: this.isHTTP2 || !exchange.isExclusive,
      blocking: false,
      reset: connection !== undefined && /\bclose\b/i.test(connection),
      upgrade: job.headers.get('upgrade')?.[1] ?? null,
      servername: undefined as string | undefined,
    };
    if (this.isHTTP2) {
      options.headers = linesForHTTP2(exchange);
      options.servername = this.pool.host;
      options.upgrade = null;
    } else if (!chunked && options.body !== null && !(options.body instanceof Uint8Array)) {
      options.headers = ['content-length', job.headers.get('content-length')?.[1] ?? ''];
    }
    (this.#client as Client).dispatch(
      options as Parameters<Dispatch>[0],
      exchange as unknown as Parameters<Dispatch>[1],
    );
  }

  /** Undici will write the head of this one next. */
  writes(exchange: UndiciExchange): void {
    if (!this.isHTTP2) this.#writing = exchange;
  }

  private replaceMethods(socket: Socket): void {
    const write: Write = socket.write.bind(socket);
    const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
    const outbox = this.#clients.pipelining > 1 ? new Outbox(write) : null;
    const replaced: Write = (data, encoding) => {
      const exchange = this.#writing;
      if (exchange === null || typeof data !== 'string') {
        outbox?.flush();
        return write(data, encoding);
      }
      this.#writing = null;
      const head = this.head(exchange, exchange.job.request.body === null || data.endsWith('\r\n\r\n'));
      return outbox === null ? write(head, 'latin1') : outbox.put(head);
    };
    socket.write = replaced as Socket['write'];
    // Node itself calls it with 0, to have more fetched and none handed out.
    socket.read = (size) => (size === undefined ? this.look(read()) : read(size));
  }

  /** What undici ends with a line, it goes on from with chunks; what it ends with an empty one has no body, or bytes. */
  private head(exchange: UndiciExchange, isWhole: boolean): string {
    const { job } = exchange;
    const head = `${job.method} ${job.target} HTTP/1.1\r\n${exchange.head}`;
    if (!isWhole) return head;
    return isChunked(job) ? `${head}\r\n0\r\n\r\n` : `${head}\r\n`;
  }

  private look(piece: Buffer | null): Buffer | null {
    const first = this.running[0];
    if (piece === null) {
      first?.packetEnded();
      return null;
    }
    if (first === undefined || first.isAnswered) return (this.lastPacket = piece);
    let rest = this.#partial === null ? piece : Buffer.concat([this.#partial, piece]);
    this.#partial = null;
    // Undici takes an answer to a question that was not asked for a broken server.
    while (rest.length > 12 && rest.toString('latin1', 0, 12) === 'HTTP/1.1 100') {
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) {
        this.#partial = rest;
        return null;
      }
      rest = rest.subarray(end + 4);
      if (rest.length === 0) return null;
    }
    first.isAnswered = true;
    this.version = rest.length > 7 && rest[5] === ONE && rest[7] === ZERO ? 10 : 11;
    return (this.lastPacket = rest);
  }

  /** A request is over, one way or another. */
  finished(exchange: UndiciExchange): void {
    const at = this.running.indexOf(exchange);
    if (at === -1) return;
    if (at === 0) this.running.shift();
    else this.running.splice(at, 1);
    const [next] = this.running;
    if (next === undefined) this.lastPacket = null;
    else if (next.isDiscarded && !this.isHTTP2) {
      // Undici is in the middle of another one.
      queueMicrotask(() => {
        next.abortNow();
      });
    } else this.arm(next);
    this.#clients.released(this);
  }

  /** Whether ending `exchange` now would take requests along whose turn is before its own. */
  isBehindOthers(exchange: UndiciExchange): boolean {
    return !this.isHTTP2 && this.running.indexOf(exchange) > 0;
  }

  /** Whether `error` says that the connection was lost with the request on it unanswered. */
  isLost(error: Error): boolean {
    return error === this.#lost;
  }

  /** Sets the timer of the socket to the least of the limits of those on it. */
  arm(exchange: UndiciExchange): void {
    let limit = exchange.limit;
    if (this.running.length > 1) {
      for (const each of this.running) {
        if (each.limit > 0 && (limit === 0 || each.limit < limit)) limit = each.limit;
      }
    }
    if (limit === this.#armed) return;
    this.#armed = limit;
    this.socket?.setTimeout(limit);
  }

  private silent(): void {
    const limit = this.#armed;
    this.#armed = 0;
    for (const exchange of [...this.running]) {
      if (exchange.limit > 0 && exchange.limit <= limit) exchange.onIdle();
    }
    const [first] = this.running;
    if (first !== undefined) this.arm(first);
  }

  /** Closes it now. */
  close(): void {
    this.socket?.destroy();
  }
}

const ZERO = 0x30;
const ONE = 0x31;

function linesForHTTP2({ job }: UndiciExchange): string[] {
  const lines = checkedLines(job);
  const hasOwnHost = job.headers.has('host');
  return lines.filter((_, i) => {
    const name = (lines[i - (i % 2)] as string).toLowerCase();
    return !NOT_FOR_HTTP2.has(name) && (name !== 'host' || hasOwnHost);
  });
}
