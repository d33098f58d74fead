/**
 * One attempt to send one request over node-fetch: what that, the pool's agent and the response's body have in common.
 *
 * node-fetch gets the agent of the pool. `http.request` hands the request to its agent before any of it is written, so this
 * is where the request takes its exact form: headers in their spelling and order, the request-target, the method (node-fetch
 * refuses GET with a body). Where a mock takes the request before that, the answer is node-fetch's own.
 */
import type { ClientRequest, ClientRequestArgs, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { OSError } from '../../../builtins/index.js';
import { Upload } from '../../bodies/outgoing/upload.js';
import { rawValue } from '../../headers/raw-headers.js';
import { HTTPResponse } from '../../urllib3/response.js';
import { keepAliveSeconds, type Turn } from '../connections/kept-connections.js';
import {
  kAttempt,
  kReadIn,
  noteRead,
  type PoolAgent,
  type PoolSocket,
  type SocketOwner,
} from '../connections/pool-agent.js';
import { type ConnectFollower, type ConnectingSocket, whenConnected } from '../connections/when-connected.js';
import { bodyError } from '../error-mapping.js';
import { milliseconds } from '../base-attempt.js';
import { MAX_HEADER_SIZE } from '../limits.js';
import { isBuffered, type Job, wireBody } from '../outgoing-request.js';
import { PooledAttempt, Stage } from '../pooled-attempt.js';
import {
  CONNECTING,
  type Fetched,
  type Fetcher,
  type FetchOwner,
  piecesOf,
  rawHeadersOf,
  systemError,
} from './fetched.js';
import {
  closeUnlessSent,
  hangUp,
  headerLines,
  ignore,
  listenTo,
  onProxyConnect,
  type OwnedRequest,
  type RequestListener,
  setHeaders,
  takeOver,
  versionOf,
} from './client-request.js';

/** See above. Its public members are for the modules of this folder. */
export class NodeAttempt
  extends PooledAttempt
  implements ConnectFollower, FetchOwner, RequestListener, SocketOwner
{
  /** What the caller's own body threw. */
  sourceError: unknown = null;
  protected override socket: PoolSocket | null = null;
  controller: AbortController | null = null;
  ownBody: string | Uint8Array | null = null;
  readonly #fetcher: Fetcher;
  #agent: PoolAgent | null;
  #request: OwnedRequest | null = null;
  #bytesBefore = 0;
  /** The turn in which the answer before was read. */
  #readBefore: Turn | null = null;
  #isStray = false;
  #isLimited = false;
  #body: Readable | null = null;
  readonly #hasBody: boolean;
  #resolve: ((response: IncomingMessage) => void) | null = null;
  #giveUp: ((reason: Error) => void) | null = null;

  constructor(job: Job, fetcher: Fetcher, agent: PoolAgent) {
    super(job);
    this.#fetcher = fetcher;
    this.#agent = agent;
    const { body } = job.request;
    this.#hasBody = !isBuffered(body) || (body !== null && body.length > 0);
  }

  override async send(): Promise<HTTPResponse> {
    const { job } = this;
    const body = wireBody(job, true);
    job.token?.add(this);
    job.pool.num_requests += 1;
    try {
      if (this.failure !== null) throw this.failure;
      if (body instanceof Upload) this.watchUpload(body);
      const sent = this.#fetcher.fetch(this, body, this.#agent as PoolAgent); // Until the end of the body there is one.
      if (this.#request === null) return await this.#takeFetched(sent);
      const response = await this.takeResponse(sent);
      const { statusCode = 0, statusMessage = '' } = response;
      return this.#answer(this.#body, statusCode, statusMessage, versionOf(response));
    } catch (error) {
      this.release();
      throw this.failure ?? this.sourceError ?? this.error ?? error;
    }
  }

  /**
   * Takes the response before node-fetch does, which still sends the request and reports failures. What it would do with the
   * response happens elsewhere (decoding, redirects, headers) or is unwanted, and costs more than all the rest: a PassThrough
   * and a pipeline for each body, whose AbortController is aborted at the end, and a listener that looks at each piece on
   * the socket. CPU per request, small JSON at concurrency 10: 202 µs with it, 121 without, where node-fetch
   * behind p-limit takes 137 (`npm run bench -- --suite small-10`).
   */
  private takeResponse(sent: Promise<unknown>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#giveUp = reject;
      sent.catch(reject);
      const request = this.#request as OwnedRequest; // Or there would be no response to take.
      takeOver(request);
    });
  }

  /** The response of node-fetch itself: something has taken the request on its way to the agent, a mock most often. */
  async #takeFetched(sent: Promise<Fetched>): Promise<HTTPResponse> {
    this.requestSent();
    try {
      const fetched = await this.#fetched(sent);
      this.headArrived(rawHeadersOf(fetched.headers));
      this.recorder?.headers(fetched.status, fetched.statusText, null, this.rawHeaders);
      const body = fetched.body && Readable.from(piecesOf(fetched.body, this.refreshTimer.bind(this)));
      return this.#answer(body, fetched.status, fetched.statusText);
    } catch (error) {
      const reason = systemError(error);
      if (reason === null) throw error;
      if (CONNECTING.has(reason.syscall ?? '')) this.stage = Stage.Connecting;
      throw (this.error = reason);
    }
  }

  /** What node-fetch has made, unless the attempt ends before that. */
  #fetched(sent: Promise<Fetched>): Promise<Fetched> {
    return new Promise((resolve, reject) => {
      if (this.failure === null) this.#giveUp = reject;
      else reject(this.failure);
      sent.then((fetched) => {
        if (this.failure === null) resolve(fetched);
        else fetched.body?.destroy?.();
      }, reject);
    });
  }

  /** The caller's own body fails with its own error; when the connection failed, that error is known first. */
  private watchUpload(body: Upload): void {
    this.upload = body;
    body.once('error', (error: unknown) => {
      if (this.error !== null || this.failure !== null) return;
      this.sourceError = error;
      // Node 24 leaves it open who ends a request whose body fails.
      this.#giveUp?.(error as Error);
      this.#request?.destroy();
    });
  }

  #answer(body: Readable | null, status: number, reason: string, version?: number): HTTPResponse {
    this.#body = body;
    const init = {
      body,
      headers: this.rawHeaders,
      status,
      reason,
      version,
      request_method: this.job.method,
      request_url: this.job.target,
      max_response_size: this.job.maxResponseSize,
      expected_length: this.expectedLength(status),
      onDone: (error: Error | null): void => {
        this.bodyDone(error, this.answer?.received ?? 0);
      },
      mapError: (error: unknown): Error => bodyError(error, this),
      destroy: (): void => {
        this.end(null);
      },
    };
    const answer = new HTTPResponse(init, true);
    this.answered(answer);
    return answer;
  }

  protected override bodyDone(error: Error | null, bytes: number): void {
    const { upload } = this;
    // The caller reads a stream at its own pace.
    if (!this.job.stream) noteRead(this.socket);
    super.bodyDone(error, bytes);
    if (this.#hasBody) this.stopSending(upload);
    this.#request = this.socket = this.#body = this.#agent = this.controller = this.#giveUp = null;
  }

  /**
   * A server may respond before it has read the request. The rest is then not needed, and a connection with an unfinished
   * request cannot be reused.
   */
  private stopSending(upload: Upload | null): void {
    const request = this.#request;
    if (request === null || request.writableFinished) return;
    if (upload?.isWhole === false) request.destroy();
    else void closeUnlessSent(request);
  }

  /** Called by `http.request`, before anything is written. */
  claim(request: ClientRequest, options: ClientRequestArgs): ClientRequestArgs {
    const { pool, method, target } = this.job;
    setHeaders(request, this.job, this.job.request.body !== null);
    request.method = method;
    request.path = target;
    const settings: { maxHeaderSize?: number; insecureHTTPParser?: boolean | undefined } = request as object;
    settings.maxHeaderSize = MAX_HEADER_SIZE;
    // node-fetch passes false, which would override `node --insecure-http-parser`.
    settings.insecureHTTPParser = pool.insecure_http_parser || undefined;
    // node-fetch aborts a request that has failed, and with it what has come of the answer.
    (request as { abort: () => void }).abort = ignore;
    const { tunnelOptions } = pool;
    const owned: OwnedRequest = request;
    owned[kAttempt] = this;
    this.#request = owned;
    listenTo(owned, this.#hasBody, this.job.request.body);
    if (tunnelOptions !== null) {
      this.startConnectTimer();
      request.once('proxyConnect', onProxyConnect);
    }
    return tunnelOptions === null ? options : Object.assign(options, tunnelOptions);
  }

  /** The request has a socket, which may still be connecting. */
  useSocket(socket: PoolSocket): void {
    this.socket = socket;
    this.reused = socket[kAttempt] !== undefined;
    socket[kAttempt] = this;
    this.#bytesBefore = socket.bytesRead;
    this.#readBefore = socket[kReadIn] ?? null;
    if (socket.connecting) {
      this.socketConnecting(socket);
      this.startConnectTimer();
    }
    if (socket.connecting || (socket as ConnectingSocket).secureConnecting) whenConnected(socket, this);
    else if (this.reused || !socket.destroyed) this.connected();
  }

  connected(): void {
    this.stopTimer();
    const { socket } = this;
    if (socket !== null) this.recordConnection(socket);
    this.upload?.start();
    if (this.stage >= Stage.Responding) return;
    if (this.#hasBody && this.#request?.writableFinished !== true) this.sendingBody();
    else this.requestSent();
  }

  /** The last byte of the request is out. */
  bodySent(): void {
    if (this.stage === Stage.Sending) this.requestSent();
  }

  /** The head of the response is there. */
  useResponse(response: IncomingMessage): void {
    if (this.#readBefore?.isOver === false) return void this.#request?.destroy(hangUp());
    noteRead(this.socket);
    // After switching protocols, what follows is not HTTP.
    this.#body = (response as { upgrade?: boolean | null }).upgrade ? null : response;
    const { statusCode = 0, statusMessage = '' } = response;
    if (this.refusesStatus(versionOf(response), statusCode, statusMessage)) return;
    this.headArrived(headerLines(response, this.job.pool.insecure_http_parser));
    this.recorder?.headers(statusCode, statusMessage, versionOf(response), this.rawHeaders);
    this.#resolve?.(response);
    this.#resolve = null;
  }

  /** Something went wrong on the connection. An answer that is complete stays what it is; others end with this error. */
  connectionFailed(error: Error): void {
    const body = this.#body;
    if (body !== null && 'complete' in body && body.complete === true) return;
    this.#isStray = this.#readBefore?.isOver === false;
    this.error ??= error;
    body?.destroy(error);
  }

  /** The connection is gone. */
  closed(): void {
    const request: (OwnedRequest & { readonly res?: IncomingMessage | null }) | null = this.#request;
    if (request === null || this.stage === Stage.Responding || this.error !== null) return;
    // Node closes the connection without an event when the server has switched to another protocol.
    if (request.res) request.emit('response', request.res);
    else request.emit('error', new OSError('the connection was closed'));
  }

  override onProxySocket(socket: Socket): void {
    socket.on('error', ignore);
    super.onProxySocket(socket);
  }

  override onSocksSocket(socket: Socket): void {
    socket.on('error', ignore);
    super.onSocksSocket(socket);
  }

  keepAliveSeconds(): number | null {
    return keepAliveSeconds(rawValue(this.rawHeaders, 'keep-alive'));
  }

  /** Without a limit, the timer that the socket had while it was idle runs on. */
  socketTimedOut(): void {
    if (this.#isLimited) this.onIdle();
    else this.socket?.setTimeout(0);
  }

  /** Starts the timer of the socket anew; null for no limit. */
  protected override arm(seconds: number | null): void {
    const socket = this.socket;
    if (socket === null) {
      if (this.#request === null) this.startTimer(milliseconds(seconds));
      return;
    }
    const delay = milliseconds(seconds);
    this.#isLimited = delay !== 0;
    if (this.#isLimited) socket.setTimeout(delay);
  }

  protected override isReaderSlow(): boolean {
    return super.isReaderSlow() || (this.#body?.readableLength ?? 0) > 0;
  }

  /** Closes the connection under the request. */
  protected override abandon(error: Error | null): void {
    const request = this.#request;
    if (request === null) {
      this.#body?.destroy(error ?? undefined);
      this.controller?.abort();
      if (error !== null) this.#giveUp?.(error);
      return;
    }
    if (error !== null) this.#body?.destroy(error);
    request.destroy(error ?? undefined);
    // Without a socket Node emits the error only when there is one.
    if (error !== null && request.socket === null) request.emit('error', error);
  }

  override get isAnswered(): boolean {
    return !this.#isStray && this.socket?.bytesRead !== this.#bytesBefore;
  }
}
