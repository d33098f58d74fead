/**
 * One attempt to send one request over undici: the handler that undici calls, and what an attempt is to the retry loop, to
 * a connection and to whoever waits. A request costs this object and its promise; the rest is made for those that need it.
 *
 * Its stages and clocks are in `TimedAttempt`, what it makes of the response in `PushedAttempt`.
 */
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { NotImplementedError } from '../../../builtins/index.js';
import type { HTTPResponse } from '../../urllib3/response.js';
import { Retry } from '../../urllib3/retry.js';
import { abortError } from '../error-mapping.js';
import type { Job } from '../outgoing-request.js';
import { isBuffered } from '../../bodies/outgoing/wire-form.js';
import { milliseconds } from '../time-limits.js';
import { Stage } from '../base-attempt.js';
import type { ClientConnection } from './client-connection.js';
import type { Clients } from './clients.js';
import { dispatchBody } from './dispatch-body.js';
import { ExchangeTrace } from '../attempt-trace.js';
import { PushedAttempt } from './pushed-attempt.js';
import { checkedHead } from './request-head.js';
import { headerTexts } from './header-memory.js';
import { headOf, headOfSwitch, latin1Reason } from './response-head.js';
import { hangUp, nodeError } from './wire-errors.js';

/** See above. Its public members are for undici and for the modules beside it. */
export class UndiciExchange extends PushedAttempt {
  /** Whether it needs a connection of its own for as long as it lasts: it must not be sent twice, or nobody may read it. */
  readonly isExclusive: boolean;
  /** The header lines to be sent, as they go on the wire. */
  head = '';
  /** Milliseconds of silence that are too much now; 0 for no limit. */
  limit = 0;
  override isAnswered = false;
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

  constructor(job: Job, clients: Clients) {
    super(job);
    this.#clients = clients;
    const { method, stream, request, trace } = job;
    this.isExclusive = stream || !Retry.DEFAULT_ALLOWED_METHODS.has(method) || !isBuffered(request.body);
    this.#trace = trace === null ? null : new ExchangeTrace(trace, request);
  }

  override send(): Promise<HTTPResponse> {
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
    if (this.stage !== Stage.Responding || this.failure !== null) {
      this.refuse();
      return;
    }
    this.#resolve = this.#reject = null;
    resolve(this.respond(this.#connection?.version ?? 11));
  }

  /** Tells whoever waits in {@link send} that nothing will come; `error` is what it is where nothing else is known. */
  private refuse(error?: unknown): void {
    const reject = this.#reject;
    this.#resolve = this.#reject = null;
    this.release();
    reject?.(this.failure ?? this.#refusal ?? this.error ?? error);
  }

  protected override done(error: Error | null): void {
    this.release();
    this.#trace?.done(error, this.received);
    this.job.onDone?.();
    this.forget();
    this.#connection = null;
  }

  /** A connection is being made for this request. */
  connecting(connection: ClientConnection): void {
    this.#connection = connection;
    this.startConnectTimer();
  }

  /** TCP is connecting: somebody may watch. */
  watch(socket: Socket): void {
    this.#trace?.watch(socket);
  }

  override onProxySocket(socket: Socket): void {
    this.#trace?.watch(socket);
    super.onProxySocket(socket);
  }

  /** The connection could not be made. */
  connectionFailed(error: Error): void {
    this.error ??= error;
    this.settle();
  }

  /** Comes next, or stands in line, on a connection. */
  assigned(connection: ClientConnection, reused: boolean): void {
    this.stopTimer();
    this.#connection = connection;
    this.reused = reused;
    this.isAnswered = false;
    this.stage = Stage.Assigned;
  }

  protected override get socket(): Socket | null {
    return this.#connection?.socket ?? null;
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
      else this.sendingBody();
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

  protected override requestSent(): void {
    this.#trace?.requestSent();
    super.requestSent();
  }

  /** Starts the clock of silence anew; null switches it off. Streams of HTTP/2 share a connection that others keep busy. */
  protected override arm(seconds: number | null): void {
    const connection = this.#connection;
    this.limit = milliseconds(seconds);
    if (connection === null) return;
    if (connection.isHTTP2) this.startTimer(this.limit);
    else connection.arm(this);
  }

  /** Called by undici for each head, informational ones included. */
  onHeaders(status: number, headers: readonly Buffer[], resume: () => void, reason: string): boolean {
    if (status < 200) return true;
    this.#resume = resume;
    const connection = this.#connection;
    const packet = connection?.lastPacket ?? null;
    const isHTTP1 = connection?.isHTTP2 === false;
    const rawHeaders = isHTTP1 ? connection.headerMemory.read(headers, packet) : headerTexts(headers, 'utf8');
    this.useHead(status, latin1Reason(reason, packet), rawHeaders);
    // The body may be in the same packet, and makes a simpler response then.
    if (!isHTTP1 || this.job.stream) this.settle();
    return true;
  }

  /** Everything that has arrived has been handed over. */
  packetEnded(): void {
    if (this.#resolve !== null && this.stage === Stage.Responding) this.settle();
  }

  protected override useHead(status: number, reason: string, rawHeaders: readonly string[]): void {
    super.useHead(status, reason, rawHeaders);
    this.#trace?.headers(status, reason, this.#connection?.version ?? 11, rawHeaders);
  }

  override resume(): void {
    const resume = this.#resume;
    // Not while undici is in the middle of a piece.
    if (resume !== null) queueMicrotask(resume);
  }

  /** Called by undici at the end of the response. */
  onComplete(): void {
    this.isComplete = true;
    this.leave();
    this.settle();
    this.body?.ended();
  }

  /** Called by undici when the server has switched to another protocol, of which HTTP knows nothing. */
  onUpgrade(status: number, headers: readonly Buffer[], socket: Socket): void {
    const packet = this.#connection?.lastPacket ?? null;
    const rawHeaders = headerTexts(headers, 'latin1');
    this.useHead(status, headOf(packet)?.reason ?? '', rawHeaders);
    this.settle();
    socket.destroy();
    this.onComplete();
  }

  /** Called by undici when the request has failed. */
  onError(error: Error): void {
    if (this.status === 304 && this.failure === null) {
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
      this.isComplete = true;
      this.settle();
      return;
    }
    const reason = this.#refusal ?? nodeError(ofSocket(error, connection), packet, isEarly);
    if (this.#refusal === null) this.error ??= reason;
    this.settle();
    this.body?.failed(reason);
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
    this.stopTimer();
  }

  /** Ends the request; on a connection that others use, it only leaves when its turn comes. */
  protected override abandon(error: Error | null): void {
    const connection = this.#connection;
    if (connection === null) this.#clients.drop(this);
    else if (this.stage < Stage.Assigned) connection.giveUp();
    else if (this.#abort === null || connection.isBehindOthers(this)) this.isDiscarded = true;
    else this.abortNow();
    if (this.stage < Stage.Responding) this.settle();
    else if (error !== null) this.body?.failed(error);
  }

  /** Takes the request off its connection, which with HTTP/1.1 does not outlive that. */
  abortNow(): void {
    this.#abort?.(this.failure ?? undefined);
  }

  override tellFailure(reason: unknown): void {
    const { token, request } = this.job;
    this.#trace?.failed(token?.aborted ? abortError(token, request) : reason);
  }
}

/** The end of a connection comes after the error that it ends with, and undici tells of the end. */
function ofSocket(error: Error, connection: ClientConnection | null): Error {
  if ((error as NodeJS.ErrnoException).code !== 'UND_ERR_SOCKET') return error;
  return connection?.socketError ?? error;
}
