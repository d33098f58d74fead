/** One connection, and what speaks on it: undici's `Client`, or a session of HTTP/2. The socket is made here and handed to undici when it is ready. */
import type { Client } from 'undici';
import type { Socket } from 'node:net';
import { queueMicrotask } from '../../../builtins/index.js';
import type { HTTPConnectionPool } from '../connections/connection-pool.js';
import { readOnAfterFailedWrite } from '../connections/failed-writes.js';
import { socketsPolled } from '../connections/kept-connections.js';
import type { Connection } from './connection.js';
import { DispatchHandler, HeaderTexts, InnerDispatchHandler, type PacketSource } from './dispatch-handler.js';
import type { UndiciModule } from './load-undici.js';
import { Http2Session, type SessionOwner } from './http2-session.js';
import { newClient } from './new-client.js';
import { applySocketOptions } from '../connections/socket-settings.js';
import { openSocket, type SocketListener } from './open-socket.js';
import { sendBy } from './dispatch-request.js';
import { takesTime } from '../outgoing-request.js';
import { SocketSeam } from './socket-seam.js';
import { publishUnconnected } from './unconnected.js';
import type { UndiciAttempt } from './undici-attempt.js';
import { logConnection } from '../debug-log.js';

/** A lost connection. */
const LOST = new Error('the connection was lost');
// A trace that was never read holds on to the objects of all its callers, such as the session that loaded this module.
LOST.stack = LOST.message;

/** What has the connections of a pool. */
export interface ConnectionOwner {
  readonly undici: UndiciModule;
  readonly pool: HTTPConnectionPool;
  readonly pipelining: number;
  /** For the negotiation that is part of TLS. */
  readonly protocols: readonly string[];
  /** Lets the next connection spare a part of the handshake. */
  tlsSession: Buffer | undefined;
  /** The connection has its first request, and can take others; with HTTP/2 whenever the server says how many. */
  opened(connection: ClientConnection): void;
  /** A request on the connection is over. */
  released(connection: ClientConnection): void;
  /** The connection is gone, or could not be made. */
  lost(connection: ClientConnection): void;
}

export class ClientConnection
  implements Connection<UndiciAttempt>, PacketSource, SocketListener, SessionOwner
{
  /** Once there is one. */
  socket: Socket | null = null;
  isReady = false;
  isGone = false;
  /** By `performance.now()`, when it was last put back. */
  idleSince = 0;
  /** By `performance.now()`, when the last answer on it came. */
  answeredAt = 0;
  socketError: Error | null = null;
  /** In the order of their answers. */
  readonly running: UndiciAttempt[] = [];
  readonly headerTexts = new HeaderTexts();
  readonly #owner: ConnectionOwner;
  // Of HTTP/1.1.
  #client: Client | null = null;
  #seam: SocketSeam | null = null;
  #http2: Http2Session | null = null;
  /** Which attempt the connection is being made for. */
  #first: UndiciAttempt | null = null;
  #isFlushing = false;
  /** A request is over, and undici has not read the packet to the end. */
  #awaitsPacketEnd = false;
  #served = 0;
  #armed = 0;

  constructor(owner: ConnectionOwner) {
    this.#owner = owner;
  }

  get isHTTP2(): boolean {
    return this.#http2 !== null;
  }

  get version(): number {
    return this.isHTTP2 ? 20 : (this.#seam?.version ?? 11);
  }

  get lastPacket(): Buffer | null {
    return this.#seam?.lastPacket ?? null;
  }

  get firstPacket(): Buffer | null {
    return this.#seam?.firstPacket ?? null;
  }

  get rawHeaders(): readonly string[] | null {
    // A packet may have the answers to several requests, of which the seam has seen the first.
    return this.running[0]?.isAnswered === true ? (this.#seam?.rawHeaders ?? null) : null;
  }

  // Making it.

  /** Sends an attempt's request, on the connection that is there or that it makes for this. */
  send(attempt: UndiciAttempt): void {
    if (this.isReady) {
      this.#dispatch(attempt);
      return;
    }
    const { pool, protocols, tlsSession } = this.#owner;
    this.#first = attempt;
    attempt.connecting(this);
    openSocket(pool, protocols, tlsSession, attempt, this);
  }

  hasSocket(socket: Socket): void {
    this.socket = socket;
    this.#owner.pool.num_connections += 1;
    logConnection(this.#owner.pool);
    const { settings } = this.#owner.pool;
    if (settings.socket_options) applySocketOptions(socket, settings);
    else socket.setNoDelay(true).setKeepAlive(true, 1000);
    socket.on('error', (error) => {
      this.socketError ??= error;
      if (!this.isReady) this.connectFailed(error);
    });
    socket.on('close', () => {
      this.#gone();
    });
    socket.on('timeout', () => {
      this.#silent();
    });
    socket.on('session', (session: Buffer) => {
      this.#owner.tlsSession = session;
    });
    if (this.isGone) socket.destroy();
  }

  securing(): void {
    this.#first?.securing();
  }

  connected(): void {
    const { socket } = this;
    const first = this.#first;
    if (socket === null || first === null || this.isGone) {
      socket?.destroy();
      return;
    }
    this.#first = null;
    this.isReady = true;
    const { undici, pool, pipelining } = this.#owner;
    if ((socket as { alpnProtocol?: unknown }).alpnProtocol === 'h2') {
      this.#http2 = new Http2Session(socket, pool, this);
    } else {
      const how = { isLenient: pool.insecure_http_parser, joinsHeads: pipelining > 1 };
      this.#seam = new SocketSeam(socket, this.running, how, () => {
        this.#packetEnded();
      });
      this.#client = newClient(undici, pool, socket, pipelining, LOST);
    }
    this.#dispatch(first);
    if (this.#http2 === null) this.#owner.opened(this);
  }

  connectFailed(error: Error): void {
    const first = this.#first;
    this.giveUp(error);
    first?.connectionFailed(error);
  }

  giveUp(error: Error | null): void {
    if (this.#first !== null && error !== null)
      publishUnconnected(this.#owner.undici, this.#first.job, error);
    this.#first = null;
    this.#gone();
    this.socket?.destroy();
  }

  #gone(): void {
    const first = this.#first;
    this.#first = null;
    if (!this.isGone) {
      this.isGone = true;
      this.#owner.lost(this);
    }
    first?.connectionFailed(new Error('the connection was closed'));
  }

  /** Closes it now. */
  close(): void {
    if (this.#http2 === null) this.socket?.destroy();
    else this.#http2.close();
  }

  retired(): void {
    this.#owner.lost(this);
  }

  limited(): void {
    this.#owner.opened(this);
  }

  sessionFailed(error: Error): void {
    this.socketError ??= error;
  }

  // Using it.

  /** How many more requests may be sent on it now. */
  get room(): number {
    if (!this.#isUsable) return 0;
    if (this.#http2 !== null) return Math.max(0, this.#http2.limit - this.running.length);
    if (this.running[0]?.isExclusive) return 0;
    return this.#owner.pipelining - this.running.length;
  }

  /** Whether nothing is under way and it can be used. */
  get isIdle(): boolean {
    return this.running.length === 0 && this.#isUsable;
  }

  get #isUsable(): boolean {
    if (!this.isReady || this.isGone || this.socket?.destroyed !== false) return false;
    if (this.#isFlushing || this.#awaitsPacketEnd) return false;
    return this.#http2?.isUsable ?? true;
  }

  /** Sends a request after those that are running. */
  #dispatch(attempt: UndiciAttempt): void {
    this.running.push(attempt);
    attempt.assigned(this, this.#served > 0);
    this.#served += 1;
    if (this.#http2 !== null) {
      this.#http2.holdProcess(true);
      this.#http2.send(attempt);
      return;
    }
    const Handler = this.#owner.undici.isVersion7 ? InnerDispatchHandler : DispatchHandler;
    // There is a client when the connection is ready.
    sendBy(this.#client as Client, attempt, new Handler(attempt, this));
  }

  writes(attempt: UndiciAttempt): void {
    this.#seam?.expectHead(attempt);
    if (this.socket !== null && takesTime(attempt.job.request.body)) readOnAfterFailedWrite(this.socket);
  }

  finished(attempt: UndiciAttempt): void {
    const at = this.running.indexOf(attempt);
    if (at === -1) return;
    if (at === 0) this.running.shift();
    else this.running.splice(at, 1);
    const next = this.running.at(0);
    this.#awaitsPacketEnd = this.#seam?.isReading === true;
    this.answeredAt = attempt.answeredAt;
    if (this.#seam?.isDoubtful === true) {
      // undici is in the middle of the packet.
      queueMicrotask(() => {
        this.close();
      });
      return;
    }
    if (next === undefined) {
      if (this.#seam !== null) this.#seam.lastPacket = this.#seam.firstPacket = null;
      this.#http2?.holdProcess(false);
      // Of a request without a body only TLS may have to report that it is out.
      if (this.#http2 === null && attempt.job.request.body !== null && this.socket?.writableLength !== 0) {
        void this.#releaseOnceSent();
        return;
      }
    } else if (next.isDiscarded && !this.isHTTP2) {
      // undici is in the middle of another one.
      queueMicrotask(() => {
        next.abortNow();
      });
    } else this.arm(next);
    // What follows in the packet would be taken for the answer to the next request; without one undici closes the connection.
    if (!this.#awaitsPacketEnd) this.#owner.released(this);
  }

  #packetEnded(): void {
    if (!this.#awaitsPacketEnd) return;
    // undici also reads behind the last of several answers, in the middle of the packet.
    if (this.#owner.pipelining > 1) {
      queueMicrotask(() => {
        this.#release();
      });
    } else this.#release();
  }

  #release(): void {
    if (!this.#awaitsPacketEnd) return;
    this.#awaitsPacketEnd = false;
    if (!this.#isFlushing) this.#owner.released(this);
  }

  /** A request that was answered before all of it was taken may still be on its way; what the server does not read, stays. */
  async #releaseOnceSent(): Promise<void> {
    this.#isFlushing = true;
    await socketsPolled();
    this.#isFlushing = false;
    if (this.socket?.writableLength === 0) this.#owner.released(this);
    else this.close();
  }

  isBehindOthers(attempt: UndiciAttempt): boolean {
    return !this.isHTTP2 && this.running.indexOf(attempt) > 0;
  }

  isLost(error: Error): boolean {
    return error === LOST;
  }

  // The clock of silence.

  /** Sets the timer of the socket to the least of the limits of those on it. */
  arm(attempt: UndiciAttempt): void {
    let { limit } = attempt;
    if (this.running.length > 1) {
      for (const each of this.running) {
        if (each.limit > 0 && (limit === 0 || each.limit < limit)) limit = each.limit;
      }
    }
    if (limit === this.#armed) return;
    this.#armed = limit;
    this.socket?.setTimeout(limit);
  }

  #silent(): void {
    const limit = this.#armed;
    this.#armed = 0;
    for (const attempt of [...this.running]) {
      if (attempt.limit > 0 && attempt.limit <= limit) attempt.onIdle();
    }
    const [first] = this.running;
    if (first !== undefined) this.arm(first);
  }
}
