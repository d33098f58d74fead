/**
 * One attempt to send one request over undici: what it is to the retry loop, to its connection and to its caller. A request
 * costs this object, its response, undici's handler and a promise; the rest is made for those that need it.
 */
import type { AsyncResource } from 'node:async_hooks';
import { types } from 'node:util';
import type { Socket } from 'node:net';
import { queueMicrotask } from '../../../builtins/index.js';
import type { QueueEntry } from '../../../builtins/index.js';
import type { NodeError } from '../../exceptions/urllib3-text.js';
import { Upload } from '../../bodies/outgoing/upload.js';
import type { HTTPResponse } from '../../urllib3/response.js';
import { Retry } from '../../urllib3/retry.js';
import { milliseconds } from '../base-attempt.js';
import { isBuffered, type Job } from '../outgoing-request.js';
import { PooledAttempt, Stage } from '../pooled-attempt.js';
import type { Connection, ConnectionSource, Controller } from './connection.js';
import { IncomingResponse, type ResponseOwner } from './incoming-response.js';
import {
  addedLines,
  type BodyOwner,
  checkedHead,
  dispatchBody,
  type DispatchBody,
  wireHead,
} from './dispatch-request.js';
import type { SocketUser } from './socket-seam.js';
import { hangUp, nodeError } from './undici-errors.js';

/** How often a request is sent again as its connection took no more. */
const MOST_MOVES = 5;

/** See above. Its public members are for the modules of this folder. */
export class UndiciAttempt extends PooledAttempt implements BodyOwner, QueueEntry, ResponseOwner, SocketUser {
  // Its place in the queue of those that wait for a connection.
  queue: object | null = null;
  previous: this | null = null;
  next: this | null = null;
  /** The caller's async context, where it waits for a connection and a tracer needs it. */
  scope: AsyncResource | null = null;

  /** Whether it needs a connection of its own while it lasts: it must not be sent twice, or the caller may not read it. */
  readonly isExclusive: boolean;
  /** Milliseconds of silence that are too much now; 0 for no limit. */
  limit = 0;
  override isAnswered = false;
  /** Whether it was abandoned, but is still queued on a connection that others use. */
  isDiscarded = false;
  readonly #source: ConnectionSource<UndiciAttempt>;
  #connection: Connection<UndiciAttempt> | null = null;
  #controller: Controller | null = null;
  #response: IncomingResponse | null = null;
  /** What has nothing to do with the connection: the caller's own body failed, or a header cannot be sent. */
  #refusal: Error | null = null;
  #refusals = 0;
  #headerText = '';
  #body: DispatchBody | null | undefined = undefined;
  #resolve: ((answer: HTTPResponse) => void) | null = null;
  #reject: ((reason: unknown) => void) | null = null;

  constructor(job: Job, source: ConnectionSource<UndiciAttempt>) {
    super(job);
    this.#source = source;
    const { method, stream, request } = job;
    this.isExclusive = stream || !Retry.DEFAULT_ALLOWED_METHODS.has(method) || !isBuffered(request.body);
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
        this.#headerText = checkedHead(this.job);
        this.#source.start(this);
      } catch (error) {
        this.#refuse(error);
      }
    });
  }

  /** Settles the promise of {@link send}. */
  #settle(): void {
    const resolve = this.#resolve;
    if (resolve === null) return;
    const response = this.#response;
    if (response === null || this.failure !== null) {
      this.#refuse();
      return;
    }
    this.#resolve = this.#reject = null;
    resolve(response.answer());
  }

  /** Nothing will come; `error` is the reason where nothing else is known. */
  #refuse(error?: unknown): void {
    const reject = this.#reject;
    this.#resolve = this.#reject = null;
    this.release();
    reject?.(this.failure ?? this.#refusal ?? this.error ?? error);
  }

  // The connection.

  protected override get socket(): Socket | null {
    return this.#connection?.socket ?? null;
  }

  /** A connection is being made for this request. */
  connecting(connection: Connection<UndiciAttempt>): void {
    this.#connection = connection;
    if (!this.isTimed) this.startConnectTimer();
  }

  /** Whether it waits for a connection that is being made for another request, and that may be its own. */
  awaitsConnection(waits: boolean): void {
    if (waits) this.startConnectTimer();
    else this.stopTimer();
  }

  /** The connection could not be made. */
  connectionFailed(error: Error): void {
    this.error ??= error;
    this.#settle();
  }

  /** Next, or queued, on a connection. */
  assigned(connection: Connection<UndiciAttempt>, reused: boolean): void {
    this.stopTimer();
    this.#connection = connection;
    this.reused = reused;
    this.isAnswered = false;
    this.stage = Stage.Assigned;
  }

  /** Its connection was lost before it was its turn. */
  #startAgain(): void {
    this.#connection = null;
    this.#controller = null;
    if (this.upload?.destroyed) this.#body = undefined;
    this.stage = Stage.Connecting;
    this.#source.start(this);
  }

  /** Starts the clock of silence anew. Streams of HTTP/2 have their own, as others keep their connection busy. */
  protected override arm(seconds: number | null): void {
    const connection = this.#connection;
    this.limit = milliseconds(seconds);
    if (connection === null) return;
    if (connection.isHTTP2) this.startTimer(this.limit);
    else connection.arm(this);
  }

  // The request.

  /** The body as undici takes it. Made before undici gets it, so that an error of the body can be told from one of undici. */
  dispatchBody(isChunked: boolean): DispatchBody | null {
    if (this.#body !== undefined) return this.#body;
    const body = dispatchBody(this.job, isChunked, this);
    if (body instanceof Upload) this.upload = body;
    return (this.#body = body);
  }

  /** The request is written next. */
  started(controller: Controller): void {
    const connection = this.#connection;
    this.#controller = controller;
    if (this.failure !== null || connection === null) {
      this.abortNow();
      return;
    }
    try {
      connection.writes(this);
      if (connection.socket !== null) this.recordConnection(connection.socket);
      if (this.dispatchBody(false) === null) this.requestSent();
      else {
        this.sendingBody();
        // undici writes bytes right behind the head.
        if (types.isUint8Array(this.#body) && !connection.isHTTP2) this.bodyTaken();
      }
    } catch (error) {
      this.#refusal = error as Error;
      controller.abort(this.#refusal);
    }
  }

  wireHead(written: string): string {
    const headers = this.#headerText + addedLines(written, this.job);
    // undici writes nothing more of a head that ends with an empty line.
    const isWhole = this.job.request.body === null || written.endsWith('\r\n\r\n');
    return wireHead(this.job, headers, isWhole);
  }

  bodyFailed(error: Error): void {
    // A body that fails because the connection did comes second.
    if (this.error === null && this.failure === null) this.#refusal = error;
  }

  bodyTaken(): void {
    const sent = (): void => {
      if (this.stage === Stage.Sending) this.requestSent();
    };
    // undici writes the last piece before anything else happens.
    queueMicrotask(() => {
      const socket = this.#connection?.socket;
      if (socket?.writableNeedDrain) socket.once('drain', sent);
      else sent();
    });
  }

  /** A part of the body was taken, and there is room for more. */
  bodyMoves(): void {
    this.refreshTimer();
  }

  protected override get unsentBytes(): number {
    return this.#controller?.unsentBytes ?? super.unsentBytes;
  }

  // The response.

  /** Whether the head is there, or the attempt has been ended, so that no head is expected. */
  get isSettled(): boolean {
    return this.#response !== null || this.failure !== null;
  }

  /** The head is there. */
  headed(status: number, reason: string, rawHeaders: readonly string[]): void {
    const connection = this.#connection;
    const version = connection?.version ?? 11;
    this.isAnswered = true;
    this.headArrived(rawHeaders);
    this.#response = new IncomingResponse(this, status, reason, version, rawHeaders);
    this.refreshTimer();
    this.recorder?.headers(status, reason, version, rawHeaders);
    // The body may be in the same packet, and makes a simpler response then.
    if (connection?.isHTTP2 === true || this.job.stream) this.#settle();
  }

  /** A piece of the body; false when the next is to wait for {@link resume}. */
  received(piece: Buffer): boolean {
    this.refreshTimer();
    return this.#response?.take(piece) ?? true;
  }

  packetEnded(): void {
    if (this.#resolve !== null && this.stage === Stage.Responding) this.#settle();
  }

  resume(): void {
    const controller = this.#controller;
    if (controller === null) return;
    // Not while undici is in the middle of a piece.
    queueMicrotask(() => {
      controller.resume();
    });
  }

  /** The response has ended. */
  completed(): void {
    const reset: NodeError | null = this.#connection?.socketError ?? null;
    if (reset?.syscall !== undefined && this.failure === null) {
      // undici takes it for the end of a body that ends with its connection.
      this.broken(reset, null);
      return;
    }
    const response = this.#response;
    this.#leave();
    response?.end();
    this.#settle();
  }

  answeredEarly(answer: HTTPResponse): void {
    this.answered(answer);
  }

  protected override setWaiting(isWaiting: boolean): void {
    // Others may wait on the same connection.
    if (this.#connection?.isHTTP2 === false) super.setWaiting(isWaiting);
  }

  responseDone(error: Error | null, bytes: number): void {
    this.bodyDone(error, bytes);
    this.#response = this.#connection = this.#controller = null;
    this.#body = undefined;
  }

  // The end.

  /** undici has given the request up. `packet`: what arrived last. */
  broken(error: Error, packet: Buffer | null): void {
    const response = this.#response;
    const connection = this.#connection;
    this.#leave();
    const isLost = this.failure === null && this.#refusal === null && connection?.isLost(error) === true;
    const canRepeat = this.#controller === null || (!this.isExclusive && response === null);
    if (isLost && canRepeat) {
      this.#startAgain();
      return;
    }
    const reason =
      this.#refusal ??
      (isLost ? hangUp(error) : nodeError(error, connection?.socketError ?? null, packet, response === null));
    if (this.#refusal === null) this.error ??= reason;
    // An answer that is refused has come, also behind another one in its packet.
    if ((reason as NodeError).code?.startsWith('HPE_')) this.isAnswered = true;
    response?.fail(reason);
    this.#settle();
  }

  /**
   * A server of HTTP/2 has not looked at the request: it is sent once more, whatever its method, if its body can be. Connections that are
   * left under many requests may refuse it several times.
   */
  refused(error: Error, isLeaving: boolean): void {
    this.#refusals += 1;
    const isTooOften = this.#refusals > (isLeaving ? MOST_MOVES : 1);
    if (this.failure !== null || isTooOften || !isBuffered(this.job.request.body)) {
      this.broken(error, null);
      return;
    }
    this.#leave();
    this.#startAgain();
  }

  #leave(): void {
    this.#connection?.finished(this);
    this.stopTimer();
  }

  /** Ends the request; on a connection that others use, it only leaves when its turn comes. */
  protected override abandon(error: Error | null): void {
    const connection = this.#connection;
    if (connection === null) this.#source.drop(this);
    else if (this.stage < Stage.Assigned) connection.giveUp(error);
    else if (this.#controller === null || connection.isBehindOthers(this)) this.isDiscarded = true;
    else this.abortNow();
    if (error !== null) this.#response?.fail(error);
    if (this.stage < Stage.Responding) this.#settle();
  }

  /** Takes the request off its connection, which with HTTP/1.1 does not outlive that. */
  abortNow(): void {
    this.#controller?.abort(this.failure ?? new Error('the response was closed'));
  }
}
