/**
 * One attempt to send one request: the handler that undici calls, and what an attempt is to the retry loop, to a connection
 * and to whoever waits. A request costs this object and its promise; the rest is made for those that need it.
 */
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { type AbortListener, NotImplementedError, OSError } from '../../../builtins/index.js';
import { ProtocolError, ProxyError } from '../../urllib3/exceptions.js';
import { ReprText } from '../../urllib3/exception-text.js';
import { PushedBody } from '../../urllib3/pushed-body.js';
import { headerLine } from '../../urllib3/raw-headers.js';
import { HTTPResponse } from '../../urllib3/response.js';
import { WholeAnswer } from '../../urllib3/response-init.js';
import { Retry } from '../../urllib3/retry.js';
import type { Timeout } from '../../urllib3/timeout.js';
import { abortError, bodyError } from '../errors.js';
import type { Job } from '../exchange.js';
import type { TunnelOwner } from '../proxy-agents.js';
import { isBuffered } from '../request-body.js';
import { bodyTimeout, connectTimeout, milliseconds, readTimeout, sendTimeout } from '../time-limits.js';
import type { Attempt } from '../urlopen.js';
import type { ClientConnection } from './client-connection.js';
import type { Clients } from './clients.js';
import { dispatchBody } from './dispatch-body.js';
import { ExchangeTrace } from './exchange-trace.js';
import { checkedHead } from './request-head.js';
import { headOf, headOfSwitch, latin1Reason, trimmed } from './response-head.js';
import { hangUp, nodeError } from './wire-errors.js';

/** Where an exchange stands. */
const enum Stage {
  /** No connection yet. */
  Connecting,
  /** Connected to a proxy, waiting for its tunnel. */
  Tunnelling,
  /** TLS is negotiated. */
  Securing,
  /** Given to a connection, which looks whether it is still there before it writes. */
  Assigned,
  /** The body of the request is sent. */
  Sending,
  /** Waiting for the head of the response. */
  Waiting,
  /** The head is there. */
  Responding,
}

const NO_HEADERS: readonly string[] = [];
const EMPTY = Buffer.alloc(0);

/** The caller reads the body in its own time; of others as much is taken as comes, and so they never block a connection. */
const READ_AHEAD_OF_STREAMS = 64 * 1024;

export class UndiciExchange implements AbortListener, Attempt, TunnelOwner {
  readonly job: Job;
  readonly timeout: Timeout;
  /** Whether it needs a connection of its own for as long as it lasts: it must not be sent twice, or nobody may read it. */
  readonly isExclusive: boolean;
  /** The header lines to be sent, as they go on the wire. */
  head = '';
  stage: Stage = Stage.Connecting;
  failure: Error | null = null;
  error: Error | null = null;
  reused = false;
  /** Milliseconds of silence that are too much now; 0 for no limit. */
  limit = 0;
  /** Whether anything came on the connection since it was this one's turn. */
  isAnswered = false;
  /** Whether nobody waits for it any more, but it stands in line on a connection that others use. */
  isDiscarded = false;
  readonly #clients: Clients;
  readonly #trace: ExchangeTrace | null;
  #connection: ClientConnection | null = null;
  /** What has nothing to do with the connection: the caller's own body failed, or a header cannot be sent. */
  #refusal: Error | null = null;
  #outgoing: unknown = undefined;
  #resolve: ((answer: HTTPResponse) => void) | null = null;
  #reject: ((reason: unknown) => void) | null = null;
  #abort: ((error?: Error) => void) | null = null;
  #resume: (() => void) | null = null;
  #status = 0;
  #reason = '';
  #rawHeaders: readonly string[] = NO_HEADERS;
  #first: Buffer | null = null;
  #more: Buffer[] | null = null;
  #received = 0;
  #isComplete = false;
  #body: PushedBody | null = null;
  #answer: HTTPResponse | null = null;
  #readLimit: number | null = null;
  #proxySocket: Socket | null = null;
  #connectTimer: NodeJS.Timeout | null = null;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(job: Job, clients: Clients) {
    this.job = job;
    this.#clients = clients;
    const { timeout, method, stream, request, trace } = job;
    this.isExclusive = stream || !Retry.DEFAULT_ALLOWED_METHODS.has(method) || !isBuffered(request.body);
    this.#trace = trace === null ? null : new ExchangeTrace(trace, request);
    if (timeout.total === null) this.timeout = timeout;
    else {
      this.timeout = timeout.clone();
      this.timeout.start_connect();
    }
  }

  send(): Promise<HTTPResponse> {
    const { token, pool } = this.job;
    token?.add(this);
    pool.num_requests += 1;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      try {
        if (this.failure !== null) throw this.failure;
        this.head = checkedHead(this.job);
        this.#clients.start(this);
      } catch (error) {
        this.refuse(error);
      }
    });
  }

  /** Wakes whoever waits in {@link send}. */
  private settle(): void {
    const resolve = this.#resolve;
    if (resolve === null) return;
    if (this.stage !== Stage.Responding) {
      this.refuse(this.failure ?? this.#refusal ?? this.error);
      return;
    }
    if (this.failure !== null) this.refuse(this.failure);
    else {
      this.#resolve = this.#reject = null;
      resolve(this.respond());
    }
  }

  private refuse(error: unknown): void {
    const reject = this.#reject;
    this.#resolve = this.#reject = null;
    this.release();
    reject?.(this.failure ?? this.#refusal ?? this.error ?? error);
  }

  /** A body that has come with its head, as small ones do, is handed on as bytes. */
  private respond(): HTTPResponse {
    const { job } = this;
    const version = this.#connection?.version ?? 11;
    if (this.#isComplete) {
      const body = this.wholeBody();
      const answer = new WholeAnswer(
        this.#status,
        this.#reason,
        version,
        this.#rawHeaders,
        body,
        job.method,
        job.target,
        job.maxResponseSize,
      );
      this.done(null);
      return new HTTPResponse(answer);
    }
    this.#body = new PushedBody(this, job.stream ? READ_AHEAD_OF_STREAMS : Infinity);
    if (this.#first !== null) this.#body.push(this.#first);
    for (const piece of this.#more ?? []) this.#body.push(piece);
    const response = new HTTPResponse({
      pushed: this.#body,
      headers: this.#rawHeaders,
      status: this.#status,
      reason: this.#reason,
      version,
      request_method: job.method,
      request_url: job.target,
      max_response_size: job.maxResponseSize,
      onDone: (error) => {
        this.done(error);
      },
      mapError: (error) => bodyError(error, this),
      destroy: () => {
        this.end(null);
      },
    });
    this.#answer = response;
    if (this.error !== null) this.#body.failed(this.error);
    return response;
  }

  private wholeBody(): Buffer {
    const first = this.#first ?? EMPTY;
    return this.#more === null ? first : Buffer.concat([first, ...this.#more], this.#received);
  }

  private done(error: Error | null): void {
    this.release();
    this.#trace?.done(error, this.#received);
    this.job.onDone?.();
    // Responses may be kept for long.
    this.#first = this.#more = this.#body = this.#answer = this.#connection = null;
  }

  /** A connection is being made for this request. */
  connecting(connection: ClientConnection): void {
    this.#connection = connection;
    this.startConnectTimer();
  }

  /** TCP is connected, and TLS is next. */
  securing(): void {
    this.stage = Stage.Securing;
    this.startConnectTimer();
  }

  /** TCP is connecting: somebody may watch. */
  watch(socket: Socket): void {
    this.#trace?.watch(socket);
  }

  /** The connection could not be made. */
  connectionFailed(error: Error): void {
    this.error ??= error;
    this.settle();
  }

  /** Comes next, or stands in line, on a connection. */
  assigned(connection: ClientConnection, reused: boolean): void {
    this.stopConnectTimer();
    this.#connection = connection;
    this.reused = reused;
    this.isAnswered = false;
    this.stage = Stage.Assigned;
  }

  /** Called by undici just before it writes. */
  onConnect(abort: (error?: Error) => void): void {
    const connection = this.#connection;
    this.#abort = abort;
    if (this.failure !== null || connection === null) {
      abort(this.failure ?? undefined);
      return;
    }
    try {
      const { body } = this.job.request;
      if (connection.isHTTP2 && body !== null && (this.job.method === 'GET' || this.job.method === 'HEAD')) {
        throw new NotImplementedError(`undici cannot send ${this.job.method} with a body by HTTP/2`);
      }
      connection.writes(this);
      this.#trace?.connected(connection.socket, this.reused, this.job);
      if (isBuffered(body) && (body === null || body.length === 0)) this.requestSent();
      else {
        this.stage = Stage.Sending;
        this.arm(this.timeout.connect_timeout);
      }
    } catch (error) {
      this.#refusal = error as Error;
      abort(this.#refusal);
    }
  }

  /** The body as undici takes it. Asked for before undici sees it, so that its own error is known as such. */
  dispatchBody(isChunked: boolean): unknown {
    if (this.#outgoing !== undefined) return this.#outgoing;
    const body = dispatchBody(this.job.request.body, isChunked);
    if (body instanceof Readable) {
      body.once('error', (error) => {
        if (this.error === null && this.failure === null) this.#refusal = error;
      });
    }
    return (this.#outgoing = body);
  }

  /** Called by undici when it has handed over the last byte of the request. */
  onRequestSent(): void {
    if (this.stage !== Stage.Sending) return;
    const socket = this.#connection?.socket;
    if (!socket?.writableNeedDrain) {
      this.requestSent();
      return;
    }
    socket.once('drain', () => {
      if (this.stage === Stage.Sending) this.requestSent();
    });
  }

  private requestSent(): void {
    this.stage = Stage.Waiting;
    this.#trace?.requestSent();
    this.startReading();
  }

  /** A total limit may leave nothing for reading. */
  private startReading(): void {
    this.#readLimit = this.timeout.read_timeout;
    if (this.#readLimit === 0) this.fail(readTimeout(this.job.pool, this.job.target, 0));
    else this.arm(this.#readLimit);
  }

  /** Called by undici for each head, informational ones included. */
  onHeaders(status: number, headers: readonly Buffer[], resume: () => void, reason: string): boolean {
    if (status < 200) return true;
    this.#resume = resume;
    const connection = this.#connection;
    const encoding = connection?.isHTTP2 ? 'utf8' : 'latin1';
    const rawHeaders: string[] = [];
    for (const piece of headers) rawHeaders.push(trimmed(piece.toString(encoding)));
    this.useHead(status, latin1Reason(reason, connection?.lastPacket ?? null), rawHeaders);
    // The body may be in the same packet, and makes a simpler response then.
    if (connection?.isHTTP2 !== false || this.job.stream) this.settle();
    return true;
  }

  /** Everything that has arrived has been handed over. */
  packetEnded(): void {
    if (this.#resolve !== null && this.stage === Stage.Responding) this.settle();
  }

  private useHead(status: number, reason: string, rawHeaders: readonly string[]): void {
    if (this.stage === Stage.Sending) this.startReading();
    this.stage = Stage.Responding;
    this.#status = status;
    this.#reason = reason;
    this.#rawHeaders = rawHeaders;
    this.#trace?.headers(status, reason, this.#connection?.version ?? 11, rawHeaders);
    if (this.#idleTimer !== null) this.#idleTimer.refresh();
  }

  /** Called by undici for each piece of the body; false makes it wait for {@link resume}. */
  onData(piece: Buffer): boolean {
    this.#received += piece.length;
    if (this.#idleTimer !== null) this.#idleTimer.refresh();
    if (this.#body !== null) return this.#body.push(piece);
    if (this.#first === null) this.#first = piece;
    else (this.#more ??= []).push(piece);
    return true;
  }

  /** Called by undici at the end of the response. */
  onComplete(): void {
    this.#isComplete = true;
    this.leave();
    this.settle();
    this.#body?.ended();
  }

  /** Called by undici when the server has switched to another protocol, of which HTTP knows nothing. */
  onUpgrade(status: number, headers: readonly Buffer[], socket: Socket): void {
    const packet = this.#connection?.lastPacket ?? null;
    const rawHeaders = headers.map((piece) => trimmed(piece.toString('latin1')));
    this.useHead(status, headOf(packet)?.reason ?? '', rawHeaders);
    this.settle();
    socket.destroy();
    this.onComplete();
  }

  /** Called by undici when the request has failed. */
  onError(error: Error): void {
    if (this.#status === 304 && this.failure === null) {
      // undici waits for the body whose length a 304 may tell, and that never comes.
      this.onComplete();
      return;
    }
    const connection = this.#connection;
    const packet = connection?.lastPacket ?? null;
    this.leave();
    if (this.failure === null && this.#refusal === null && connection?.isLost(error) === true) {
      if (this.#abort === null || (!this.isExclusive && this.stage < Stage.Responding)) {
        this.startAgain();
        return;
      }
      error = hangUp(error);
    }
    const isEarly = this.stage < Stage.Responding;
    const head = isEarly && this.failure === null ? headOfSwitch(error, packet) : null;
    if (head !== null) {
      this.useHead(101, head.reason, head.rawHeaders);
      this.#isComplete = true;
      this.settle();
      return;
    }
    const reason = this.#refusal ?? nodeError(ofSocket(error, connection), packet, isEarly);
    if (this.#refusal === null) this.error ??= reason;
    this.settle();
    this.#body?.failed(reason);
  }

  /** Its connection was lost before it was its turn. */
  private startAgain(): void {
    this.#connection = null;
    this.#abort = null;
    this.stage = Stage.Connecting;
    this.#clients.start(this);
  }

  private leave(): void {
    this.#connection?.finished(this);
    this.stopIdleTimer();
  }

  /** The reader has room again. */
  resume(): void {
    const resume = this.#resume;
    // Not while undici is in the middle of a piece.
    if (resume !== null) queueMicrotask(resume);
  }

  tunnelAnswered({ statusCode, statusText }: { statusCode: number; statusText: string }): void {
    if (statusCode === 200) return;
    if (Number.isNaN(statusCode)) {
      this.fail(new ProtocolError(['Connection aborted.', new ReprText('BadStatusLine()')]));
      return;
    }
    const error = new OSError(`Tunnel connection failed: ${statusCode} ${statusText.trim()}`);
    this.fail(new ProxyError('Unable to connect to proxy', error));
  }

  onProxySocket(socket: Socket): void {
    this.#trace?.watch(socket);
    this.#proxySocket = socket;
    socket.once('connect', () => {
      if (this.stage !== Stage.Connecting) return;
      this.stage = Stage.Tunnelling;
      this.startConnectTimer();
    });
  }

  get connectLimit(): number {
    return milliseconds(this.timeout.connect_timeout);
  }

  private startConnectTimer(): void {
    this.stopConnectTimer();
    const limit = this.connectLimit;
    if (limit > 0) {
      this.#connectTimer = setTimeout(() => {
        this.onIdle();
      }, limit);
    }
  }

  private stopConnectTimer(): void {
    if (this.#connectTimer !== null) clearTimeout(this.#connectTimer);
    this.#connectTimer = null;
  }

  private stopIdleTimer(): void {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }

  /** Starts the clock of silence anew; null switches it off. Streams of HTTP/2 share a connection that others keep busy. */
  private arm(seconds: number | null): void {
    const connection = this.#connection;
    this.limit = milliseconds(seconds);
    if (connection === null) return;
    if (!connection.isHTTP2) {
      connection.arm(this);
      return;
    }
    this.stopIdleTimer();
    if (this.limit > 0) {
      this.#idleTimer = setTimeout(() => {
        this.onIdle();
      }, this.limit);
    }
  }

  /** Nothing came or went for as long as the limit was. */
  onIdle(): void {
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
        if (this.#connection?.socket?.writableLength === 0) this.arm(connect);
        else this.fail(sendTimeout());
        break;
      case Stage.Waiting:
        this.fail(readTimeout(pool, target, this.#readLimit));
        break;
      case Stage.Responding:
        if (this.#answer?.awaited !== true) this.arm(this.#readLimit);
        else this.fail(bodyTimeout(pool));
        break;
    }
  }

  get missingBytes(): { readonly read: number; readonly expected: number } | null {
    const length = headerLine(this.#rawHeaders, 'content-length');
    if (length === null || !/^\d+$/.test(length)) return null;
    return { read: this.#received, expected: Number(length) - this.#received };
  }

  onAbort(reason: unknown): void {
    this.fail(new Error('aborted', { cause: reason }));
  }

  /** Ends the request with an error of our own. */
  private fail(error: Error): void {
    this.failure ??= error;
    this.end(error);
  }

  /** Ends the request; on a connection that others use, it only leaves when its turn comes. */
  private end(error: Error | null): void {
    this.stopConnectTimer();
    this.#proxySocket?.destroy();
    const connection = this.#connection;
    if (connection === null) this.#clients.drop(this);
    else if (this.stage < Stage.Assigned) connection.giveUp();
    else if (this.#abort === null || connection.isBehindOthers(this)) this.isDiscarded = true;
    else this.abortNow();
    if (this.stage < Stage.Responding) this.settle();
    else if (error !== null) this.#body?.failed(error);
  }

  /** Takes the request off its connection, which with HTTP/1.1 does not outlive that. */
  abortNow(): void {
    this.#abort?.(this.failure ?? undefined);
  }

  private release(): void {
    this.job.token?.remove(this);
    this.stopConnectTimer();
    this.stopIdleTimer();
  }

  tellFailure(reason: unknown): void {
    const { token, request } = this.job;
    this.#trace?.failed(token?.aborted ? abortError(token, request) : reason);
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

  get isStale(): boolean {
    return (
      this.reused &&
      this.failure === null &&
      this.error !== null &&
      this.stage < Stage.Responding &&
      !this.isAnswered
    );
  }
}

/** The end of a connection comes after the error that it ends with, and undici tells of the end. */
function ofSocket(error: Error, connection: ClientConnection | null): Error {
  if ((error as NodeJS.ErrnoException).code !== 'UND_ERR_SOCKET') return error;
  return connection?.socketError ?? error;
}
