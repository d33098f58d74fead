/**
 * An attempt on a connection of a pool: its stages, and the limit of each. Subclasses handle the
 * connection and move from stage to stage.
 *
 * Two clocks end it, both by `onIdle`: a timer of its own while the connection is made, which is rare, and what `arm` sets
 * afterwards, most often the timer that the socket has anyway.
 */
import type { Socket } from 'node:net';
import { OSError, repr } from '../../builtins/index.js';
import { ProxyError } from '../exceptions/urllib3.js';
import type { Timeout } from '../urllib3/timeout.js';
import { BaseAttempt, milliseconds } from './base-attempt.js';
import { readClock } from './connections/kept-connections.js';
import type { TunnelOwner } from './connections/proxy-agents.js';
import { badStatusLine, type ConnectionState, connectionError } from './error-mapping.js';
import { bodyTimeout, connectTimeout, readTimeout, sendTimeout } from './limits.js';
import { type Job, wireHeaders } from './outgoing-request.js';

/** The stage of an attempt. */
export const enum Stage {
  /** No connection yet. */
  Connecting,
  /** Connected to a proxy, waiting for its tunnel. */
  Tunnelling,
  /** TLS is negotiated. */
  Securing,
  /** Given to a connection that writes when it is ready, as those of undici do. */
  Assigned,
  /** The body of the request is sent. */
  Sending,
  /** Waiting for the head of the response. */
  Waiting,
  /** The head is there. */
  Responding,
}

/** See above. One object for each attempt; its public members are for the modules of this folder. */
export abstract class PooledAttempt extends BaseAttempt<Job> implements ConnectionState, TunnelOwner {
  /** The job's; a copy where a total limit counts from the beginning of the attempt. */
  readonly timeout: Timeout;
  /** Whether the connection had served another request. */
  reused = false;
  protected stage: Stage = Stage.Connecting;
  #readLimit: number | null = null;
  #proxySocket: Socket | null = null;

  /** By `readClock()`, when the head of the response had come; 0 before. */
  answeredAt = 0;

  constructor(job: Job) {
    super(job);
    job.context?.connecting?.();
    const { timeout } = job;
    if (timeout.total === null) this.timeout = timeout;
    else {
      this.timeout = timeout.clone();
      this.timeout.start_connect();
    }
  }

  /** What the request is sent on, once there is one. */
  protected abstract readonly socket: Socket | null;

  /** Whether anything came on the connection since it was this attempt's turn. */
  abstract readonly isAnswered: boolean;

  /** Has {@link onIdle} called after so many seconds in which nothing came or went; null for never. */
  protected abstract arm(seconds: number | null): void;

  // Making the connection.

  get connectLimit(): number {
    return milliseconds(this.timeout.connect_timeout);
  }

  onProxySocket(socket: Socket): void {
    this.#proxySocket = socket;
    this.socketConnecting(socket);
    socket.once('connect', () => {
      if (this.stage !== Stage.Connecting) return;
      this.stage = Stage.Tunnelling;
      this.startConnectTimer();
    });
  }

  onSocksSocket(socket: Socket): void {
    this.#proxySocket = socket;
    this.socketConnecting(socket);
    if (this.failure !== null) socket.destroy();
  }

  /** The proxy has answered CONNECT; as in Python, all but 200 is a refusal. */
  tunnelAnswered({ statusCode, statusText }: { statusCode: number; statusText: string }): void {
    if (statusCode === 200) return;
    if (Number.isNaN(statusCode)) {
      this.fail(badStatusLine(''));
      return;
    }
    const error = new OSError(`Tunnel connection failed: ${statusCode} ${statusText.trim()}`);
    this.fail(new ProxyError('Unable to connect to proxy', error));
  }

  /** TCP is connecting. */
  socketConnecting(socket: Socket): void {
    this.recorder?.connecting(socket);
  }

  /** TCP is connected, and TLS is next. */
  securing(): void {
    this.stage = Stage.Securing;
    this.startConnectTimer();
  }

  /** Not the socket's timer, which waits twice as long while a write has to wait for TLS; connecting is rare. */
  protected startConnectTimer(): void {
    this.startTimer(this.connectLimit);
  }

  /** The connection is there, for the trace. */
  protected recordConnection(socket: Socket): void {
    this.recorder?.connected(socket, this.reused, wireHeaders(this.job, this.job.request.body !== null));
  }

  // Sending and receiving.

  /** The head of the request goes out, and a body after it. */
  protected sendingBody(): void {
    this.job.context?.written?.();
    this.stage = Stage.Sending;
    this.arm(this.timeout.connect_timeout);
  }

  /** The last byte of the request is out. */
  protected requestSent(): void {
    if (this.stage !== Stage.Sending) this.job.context?.written?.();
    this.recorder?.sent();
    this.stage = Stage.Waiting;
    this.startReading();
  }

  /** Ends the request when the status is none that HTTP has. */
  refusesStatus(version: number, status: number, reason: string): boolean {
    if (status >= 100) return false;
    const digits = String(status).padStart(3, '0');
    this.fail(badStatusLine(repr(`HTTP/1.${version % 10} ${digits} ${reason}\r\n`)));
    return true;
  }

  /** The head of the response is there, perhaps before the request is out. */
  protected headArrived(rawHeaders: readonly string[]): void {
    if (this.stage === Stage.Sending) this.startReading();
    this.stage = Stage.Responding;
    this.answeredAt = readClock();
    this.rawHeaders = rawHeaders;
  }

  /** A total limit may leave nothing for reading. */
  private startReading(): void {
    this.#readLimit = this.timeout.read_timeout;
    if (this.#readLimit === 0) this.fail(readTimeout(this.job.pool, this.job.target, 0));
    else this.arm(this.#readLimit);
  }

  override onIdle(): void {
    const { pool, target } = this.job;
    const connect = this.timeout.connect_timeout;
    switch (this.stage) {
      case Stage.Connecting:
        this.fail(connectTimeout(pool, connect));
        break;
      case Stage.Tunnelling:
      case Stage.Securing:
        // As in Python, where these read from the socket with the limit for connecting.
        this.fail(readTimeout(pool, target, connect));
        break;
      case Stage.Assigned:
        break;
      case Stage.Sending:
        // With nothing left to write, it is the caller's body that is slow.
        if (this.upload !== null && this.unsentBytes === 0) this.arm(connect);
        else this.fail(sendTimeout());
        break;
      case Stage.Waiting:
        this.fail(readTimeout(pool, target, this.#readLimit));
        break;
      case Stage.Responding:
        if (this.isReaderSlow()) this.arm(this.#readLimit);
        else this.fail(bodyTimeout(pool));
        break;
    }
  }

  /** Bytes of the request that wait to be written. */
  protected get unsentBytes(): number {
    return this.socket?.writableLength ?? 0;
  }

  /** Whether the caller has something to read, or does not read: then the server is not to blame for the silence. */
  protected isReaderSlow(): boolean {
    return this.answer?.awaited !== true;
  }

  protected override setWaiting(isWaiting: boolean): void {
    const { socket } = this;
    if (isWaiting) socket?.ref();
    else socket?.unref();
  }

  override end(error: Error | null): void {
    this.#proxySocket?.destroy();
    super.end(error);
  }

  // For the mapping of errors.

  protected override explain(error: unknown): unknown {
    return connectionError(error, this);
  }

  get isConnecting(): boolean {
    return this.stage === Stage.Connecting;
  }

  get isTunnelling(): boolean {
    return this.stage === Stage.Tunnelling;
  }

  get isSecuring(): boolean {
    return this.stage === Stage.Securing;
  }

  override get isStale(): boolean {
    return (
      this.reused &&
      this.failure === null &&
      this.error !== null &&
      this.stage < Stage.Responding &&
      !this.isAnswered
    );
  }
}
