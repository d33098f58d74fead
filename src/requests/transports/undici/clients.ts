import { AsyncResource } from 'node:async_hooks';
import { setTimeout, WorkQueue } from '../../../builtins/index.js';
import type { HTTPConnectionPool, PoolClients } from '../connections/connection-pool.js';
import { idleLimit, mayUse, warnPoolIsFull } from '../connections/kept-connections.js';
import { ClientConnection, type ConnectionOwner } from './client-connection.js';
import type { ConnectionSource } from './connection.js';
import { isWatched } from './dispatch-request.js';
import type { UndiciModule } from './load-undici.js';
import type { UndiciAttempt } from './undici-attempt.js';

/** How the connections of an adapter are used. */
export interface ClientsOptions {
  /** How many requests may be on a connection of HTTP/1.1 at once. */
  readonly pipelining: number;
  /** Whether servers are offered HTTP/2. */
  readonly allowH2: boolean;
}

/** The connections of one pool, and the attempts that wait for one. */
export class Clients implements ConnectionOwner, ConnectionSource<UndiciAttempt>, PoolClients {
  readonly undici: UndiciModule;
  readonly pool: HTTPConnectionPool;
  readonly pipelining: number;
  readonly protocols: readonly string[];
  tlsSession: Buffer | undefined = undefined;
  readonly #offersH2: boolean;
  /** Null until a server has answered, or could not be reached. */
  #speaksH2: boolean | null = null;
  readonly #connections = new Set<ClientConnection>();
  /** The one used last at the end. */
  readonly #idle: ClientConnection[] = [];
  readonly #waiting = new WorkQueue<UndiciAttempt>();
  #isRetired = false;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(undici: UndiciModule, pool: HTTPConnectionPool, { pipelining, allowH2 }: ClientsOptions) {
    this.undici = undici;
    this.pool = pool;
    // Where a message ends in doubt, the next answer may be anything.
    this.pipelining = pool.insecure_http_parser ? 1 : pipelining;
    this.#offersH2 = allowH2 && pool.scheme === 'https';
    this.protocols = this.#offersH2 ? ['h2', 'http/1.1'] : ['http/1.1'];
  }

  /** The connections that are not in use. @internal */
  get idle(): readonly ClientConnection[] {
    return this.#idle.filter((connection) => connection.isIdle);
  }

  get hasIdle(): boolean {
    return this.#idle.some((connection) => connection.isIdle);
  }

  /** All connections, those that are being made included. @internal */
  get connections(): ReadonlySet<ClientConnection> {
    return this.#connections;
  }

  // The queue.

  /** Sends a request as soon as there is a connection for it, first come, first served. */
  start(attempt: UndiciAttempt): void {
    this.#waiting.push(attempt);
    if (this.#waiting.length === 1) this.#sendWaiting();
    if (attempt.queue === null) return;
    if (isWatched()) attempt.scope = new AsyncResource('HTTPCLIENTREQUEST');
    if (this.#awaitsFirst) attempt.awaitsConnection(true);
  }

  drop(attempt: UndiciAttempt): void {
    if (this.#waiting.remove(attempt)) this.#sendWaiting();
  }

  #sendWaiting(): void {
    for (let next = this.#waiting.peek(); next !== null; next = this.#waiting.peek()) {
      const connection = this.#connectionFor(next);
      if (connection === null) return;
      this.#waiting.remove(next);
      connection.send(next);
    }
  }

  // Which connection a request gets.

  /** One that can take the request now, or a new one; null when there is neither. */
  #connectionFor(attempt: UndiciAttempt): ClientConnection | null {
    const connection = this.#takeIdle(attempt) ?? this.#shared(attempt);
    if (connection !== null || !this.#mayOpen()) return connection;
    const made = new ClientConnection(this);
    this.#connections.add(made);
    return made;
  }

  #takeIdle({ job: { method } }: UndiciAttempt): ClientConnection | null {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (!connection.isIdle || connection.socket === null) continue;
      if (connection.isHTTP2 || mayUse(connection.socket, connection.answeredAt, method)) return connection;
      connection.close();
    }
    return null;
  }

  /** The connection with the fewest requests of those that can take another one; null where a new connection is better. */
  #shared(attempt: UndiciAttempt): ClientConnection | null {
    const speaksH2 = this.#speaksH2 === true;
    if (!speaksH2 && (this.pipelining === 1 || attempt.isExclusive || this.#mayOpen())) return null;
    let best: ClientConnection | null = null;
    let fewest = speaksH2 ? Infinity : this.#fairShare();
    for (const connection of this.#connections) {
      if (connection.room > 0 && connection.running.length < fewest) {
        best = connection;
        fewest = connection.running.length;
      }
    }
    return best;
  }

  /** Those that are still connecting get their part, too. */
  #fairShare(): number {
    let running = this.#waiting.length;
    for (const connection of this.#connections) running += Math.max(1, connection.running.length);
    return Math.ceil(running / this.#connections.size);
  }

  /** What the server speaks is known when the first connection is there; it may be the only one that is needed. */
  get #awaitsFirst(): boolean {
    return this.#offersH2 && this.#speaksH2 === null && this.#connections.size > 0;
  }

  #mayOpen(): boolean {
    if (this.#awaitsFirst) return false;
    return this.#connections.size < (this.pool.block ? this.pool.maxsize : Infinity);
  }

  // What becomes of connections.

  opened(connection: ClientConnection): void {
    const wasFirst = this.#awaitsFirst;
    this.#speaksH2 = connection.isHTTP2;
    if (this.#waiting.length > 0) this.#sendWaiting();
    if (!wasFirst) return;
    for (let next = this.#waiting.peek(); next !== null; next = next.next) next.awaitsConnection(false);
  }

  released(connection: ClientConnection): void {
    if (connection.running.length === 0 && !connection.isGone && !this.#keep(connection)) {
      connection.close();
      return;
    }
    if (this.#waiting.length > 0) this.#sendWaiting();
  }

  /** Puts a connection back to be used again; false when it is one too many. */
  #keep(connection: ClientConnection): boolean {
    const { maxsize, closed, host } = this.pool;
    if (this.#isRetired || closed || !this.#connections.has(connection)) return false;
    const isFull = this.#waiting.length === 0 && this.#idle.length >= maxsize && this.idle.length >= maxsize;
    if (isFull) warnPoolIsFull(host, this.#idle.length);
    else {
      connection.idleSince = performance.now();
      this.#idle.push(connection);
      if (this.#idleTimer === null) this.#closeStale();
    }
    return !isFull;
  }

  /** Closes what has been idle for too long; runs as long as anything is idle. */
  #closeStale(): void {
    this.#idleTimer = null;
    const limit = idleLimit(this.pool.idle_timeout, null);
    if (limit === 0) return;
    const since = performance.now() - limit;
    const firstFresh = this.#idle.findIndex(({ idleSince }) => idleSince > since);
    const stale = firstFresh === -1 ? this.#idle.length : firstFresh;
    for (const connection of this.#idle.splice(0, stale)) if (connection.isIdle) connection.close();
    const [next] = this.#idle;
    if (next === undefined) return;
    this.#idleTimer = setTimeout(() => {
      this.#closeStale();
    }, next.idleSince - since).unref();
  }

  lost(connection: ClientConnection): void {
    if (!connection.isReady) this.#speaksH2 ??= false;
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    if (this.#waiting.length > 0) this.#sendWaiting();
  }

  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  retire(): void {
    this.#isRetired = true;
    this.closeIdle();
  }
}
