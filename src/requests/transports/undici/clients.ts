import { getLogger } from '../../../builtins/index.js';
import type { HTTPConnectionPool, PoolClients } from '../connections/connection-pool.js';
import { ClientConnection } from './client-connection.js';
import type { UndiciModule } from './load-undici.js';
import type { UndiciExchange } from './undici-attempt.js';
import { WaitingLine } from './waiting-line.js';

/** How the connections of an adapter are used. */
export interface ClientsOptions {
  /** How many requests may be on a connection of HTTP/1.1 at once. */
  readonly pipelining: number;
  /** Whether servers are asked for HTTP/2. */
  readonly allowH2: boolean;
}

/** The connections of one pool, and the requests that wait for one. */
export class Clients implements PoolClients {
  readonly undici: UndiciModule;
  readonly pool: HTTPConnectionPool;
  readonly pipelining: number;
  /** For the negotiation that is part of TLS. */
  readonly protocols: readonly string[];
  /** Lets the next connection spare a part of the handshake. */
  tlsSession: Buffer | undefined = undefined;
  readonly #asksForH2: boolean;
  /** Null until a server has answered. */
  #speaksH2: boolean | null = null;
  readonly #connections = new Set<ClientConnection>();
  /** The one used last at the end. */
  readonly #idle: ClientConnection[] = [];
  readonly #waiting = new WaitingLine<UndiciExchange>();
  #isRetired = false;

  constructor(undici: UndiciModule, pool: HTTPConnectionPool, { pipelining, allowH2 }: ClientsOptions) {
    this.undici = undici;
    this.pool = pool;
    this.pipelining = pipelining;
    this.#asksForH2 = allowH2 && pool.scheme === 'https';
    this.protocols = this.#asksForH2 ? ['h2', 'http/1.1'] : ['http/1.1'];
  }

  /** The connections that are used by nobody. @internal */
  get idle(): readonly ClientConnection[] {
    return this.#idle.filter((connection) => connection.isIdle);
  }

  /** All connections, those that are being made included. @internal */
  get connections(): ReadonlySet<ClientConnection> {
    return this.#connections;
  }

  /** Sends a request as soon as there is a connection for it. Those who came first go first. */
  start(exchange: UndiciExchange): void {
    if (this.#waiting.length > 0 || !this.send(exchange)) this.#waiting.push(exchange);
  }

  /** Forgets a request that waits. */
  drop(exchange: UndiciExchange): void {
    this.#waiting.remove(exchange);
    this.sendWaiting();
  }

  private send(exchange: UndiciExchange): boolean {
    let connection = this.takeIdle() ?? this.shared(exchange);
    if (connection !== null) {
      connection.dispatch(exchange);
      return true;
    }
    if (!this.mayOpen()) return false;
    connection = new ClientConnection(this);
    this.#connections.add(connection);
    connection.open(exchange);
    return true;
  }

  private takeIdle(): ClientConnection | null {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.isIdle) return connection;
    }
    return null;
  }

  /** The connection with the fewest requests of those that can take another one; null where a new connection is better. */
  private shared(exchange: UndiciExchange): ClientConnection | null {
    const speaksH2 = this.#speaksH2 === true;
    if (!speaksH2 && (this.pipelining === 1 || exchange.isExclusive || this.mayOpen())) return null;
    let best: ClientConnection | null = null;
    let fewest = speaksH2 ? Infinity : this.fairShare();
    for (const connection of this.#connections) {
      if (connection.room > 0 && connection.running.length < fewest) {
        best = connection;
        fewest = connection.running.length;
      }
    }
    return best;
  }

  /** Those that are still connecting are to have their part. */
  private fairShare(): number {
    let running = 1;
    for (const connection of this.#connections) running += Math.max(1, connection.running.length);
    return Math.ceil((running + this.#waiting.length) / this.#connections.size);
  }

  private mayOpen(): boolean {
    const { size } = this.#connections;
    // What the server speaks is known when the first connection is there; it may be the only one that is needed.
    if (this.#asksForH2 && this.#speaksH2 === null && size > 0) return false;
    return size < (this.pool.block ? this.pool.maxsize : Infinity);
  }

  private sendWaiting(): void {
    for (let next = this.#waiting.first; next !== undefined; next = this.#waiting.first) {
      this.#waiting.shift();
      if (this.send(next)) continue;
      this.#waiting.unshift(next);
      return;
    }
  }

  /** A connection is there, and has its first request. */
  opened(connection: ClientConnection): void {
    this.#speaksH2 = connection.isHTTP2;
    if (this.#waiting.length > 0) this.sendWaiting();
  }

  /** A request on the connection is over. */
  released(connection: ClientConnection): void {
    if (connection.running.length === 0 && !connection.isGone) {
      if (this.#isRetired || this.pool.closed) {
        connection.close();
        return;
      }
      if (
        this.#waiting.length === 0 &&
        this.#idle.length >= this.pool.maxsize &&
        this.idle.length >= this.pool.maxsize
      ) {
        this.discard(connection);
        return;
      }
      this.#idle.push(connection);
    }
    if (this.#waiting.length > 0) this.sendWaiting();
  }

  private discard(connection: ClientConnection): void {
    const size = this.#idle.length;
    getLogger().log(
      'warning',
      'urllib3.connectionpool',
      `Connection pool is full, discarding connection: ${this.pool.host}. Connection pool size: ${size}`,
    );
    connection.close();
  }

  /** A connection is gone, or could not be made. */
  lost(connection: ClientConnection): void {
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    if (this.#waiting.length > 0) this.sendWaiting();
  }

  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  retire(): void {
    this.#isRetired = true;
    this.closeIdle();
  }
}
