/**
 * One attempt to send one request: what the pool's agent, node-fetch and the response's body have in common.
 *
 * node-fetch is given an exchange as its `agent`. `http.request` hands the request to its agent before anything of it is
 * written, and so this is the place where the request becomes exactly ours: headers in their spelling and order, the
 * request-target, the method (node-fetch refuses GET with a body). Then it goes to the agent of the pool.
 */
import type { ClientRequest, ClientRequestArgs, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type AbortListener, type AbortToken, OSError } from '../../builtins/index.js';
import type { RequestTrace } from '../diagnostics/trace.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { SharedHeaders } from '../models/shared-headers.js';
import type { HeaderEntry } from '../structures/case-insensitive-dict.js';
import { ProtocolError, ProxyError } from '../urllib3/exceptions.js';
import { ReprText } from '../urllib3/exception-text.js';
import { headerLine } from '../urllib3/raw-headers.js';
import { HTTPResponse } from '../urllib3/response.js';
import type { Timeout } from '../urllib3/timeout.js';
import type { HTTPConnectionPool } from './connection-pool.js';
import { bodyError } from './errors.js';
import { setHeaders } from './header-lines.js';
import { kExchange, type PoolAgent, type PoolSocket, type SocketOwner } from './pool-agent.js';
import type { TunnelOwner } from './proxy-agents.js';
import { isBuffered, wireBody } from './request-body.js';
import { bodyTimeout, connectTimeout, milliseconds, readTimeout, sendTimeout } from './time-limits.js';
import type { Attempt } from './urlopen.js';

/** What is to be sent, the same for every attempt. */
export interface Job {
  readonly pool: HTTPConnectionPool;
  readonly request: PreparedRequest;
  readonly method: string;
  /** The request-target: path and query, or the whole URL for a proxy that forwards. */
  readonly target: string;
  readonly headers: ReadonlyMap<string, HeaderEntry<string>>;
  /** The same, where other requests have them, too. */
  readonly shared: SharedHeaders | null;
  readonly timeout: Timeout;
  readonly token: AbortToken | null;
  readonly maxResponseSize: number | null;
  /** Whether the body is left unread until somebody reads it. */
  readonly stream: boolean;
  /** Is told what becomes of the request; null when nobody wants to know. */
  readonly trace: RequestTrace | null;
  /** Called when the body of the response is done with. */
  readonly onDone: (() => void) | null;
}

/** node-fetch, as far as it is used. */
export type NodeFetch = (url: string, options: object) => Promise<unknown>;

/** Where an exchange stands. */
const enum Stage {
  /** No connection yet. */
  Connecting,
  /** Connected to a proxy, waiting for its tunnel. */
  Tunnelling,
  /** TLS is negotiated. */
  Securing,
  /** The body of the request is sent. */
  Sending,
  /** Waiting for the head of the response. */
  Waiting,
  /** The head is there. */
  Responding,
}

export type OwnedRequest = ClientRequest & { [kExchange]?: Exchange };

/** Python takes 100 headers of 64 KiB; Node's 16 KiB for all of them is too little for some servers. */
const MAX_HEADER_SIZE = 1 << 20;
const NO_HEADERS: readonly string[] = [];

// Shared by all requests, in place of closures for each.

function onSocket(this: OwnedRequest, socket: Socket): void {
  this[kExchange]?.useSocket(this, socket);
}

function onResponse(this: OwnedRequest, response: IncomingMessage): void {
  this[kExchange]?.useResponse(response);
}

function onError(this: OwnedRequest, error: Error): void {
  const exchange = this[kExchange];
  if (exchange) exchange.error ??= error;
}

function onFinish(this: OwnedRequest): void {
  this[kExchange]?.bodySent();
}

function onClose(this: OwnedRequest): void {
  this[kExchange]?.closed();
}

function onProxyConnect(this: OwnedRequest, answer: { statusCode: number; statusText: string }): void {
  this[kExchange]?.tunnelAnswered(answer);
}

function onProxyError(): void {
  // The agent is told, too, but does not listen to the end.
}

/** See above. Its public members are for the modules beside it. */
export class Exchange implements AbortListener, Attempt, SocketOwner, TunnelOwner {
  // What `http.request` wants to know of an agent.
  readonly keepAlive = true;
  readonly maxSockets: number = Infinity;

  readonly job: Job;
  readonly timeout: Timeout;
  stage: Stage = Stage.Connecting;
  /** Why this exchange ended the request itself. */
  failure: Error | null = null;
  /** What went wrong on the connection, first. */
  error: Error | null = null;
  /** What the caller's own body threw. */
  sourceError: unknown = null;
  /** Whether the connection had served another request. */
  reused = false;
  rawHeaders: readonly string[] = NO_HEADERS;
  readonly #fetch: NodeFetch;
  #agent: PoolAgent | null;
  #request: OwnedRequest | null = null;
  #socket: PoolSocket | null = null;
  #bytesBefore = 0;
  #response: IncomingMessage | null = null;
  #body: Readable | null = null;
  #answer: HTTPResponse | null = null;
  readonly #hasBody: boolean;
  #readLimit: number | null = null;
  #proxySocket: Socket | null = null;
  #connectTimer: NodeJS.Timeout | null = null;
  #resolve: ((response: IncomingMessage) => void) | null = null;

  constructor(job: Job, fetch: NodeFetch, agent: PoolAgent) {
    this.job = job;
    this.#fetch = fetch;
    this.#agent = agent;
    const { body } = job.request;
    this.#hasBody = !isBuffered(body) || (body !== null && body.length > 0);
    const { timeout } = job;
    if (timeout.total === null) this.timeout = timeout;
    else {
      this.timeout = timeout.clone();
      this.timeout.start_connect();
    }
  }

  get protocol(): string {
    return this.job.pool.scheme === 'https' ? 'https:' : 'http:';
  }

  get defaultPort(): number {
    return this.job.pool.port;
  }

  /** Sends the request and resolves when the head of the response is there. Rejects with whatever went wrong. */
  async send(): Promise<HTTPResponse> {
    const { job } = this;
    const body = wireBody(job.request.body);
    job.token?.add(this);
    job.pool.num_requests += 1;
    try {
      if (this.failure !== null) throw this.failure;
      if (body instanceof Readable) this.watchSource(body);
      const { target } = job;
      const sent = this.#fetch(job.pool.fetchOrigin + (target.startsWith('/') ? target : '/'), {
        method: body === null ? 'GET' : 'POST',
        body,
        agent: this,
        redirect: 'manual',
        compress: false,
      });
      return this.respond(await this.takeResponse(sent));
    } catch (error) {
      this.release();
      throw this.failure ?? this.sourceError ?? this.error ?? error;
    }
  }

  /**
   * Takes the response before node-fetch does, which still sends the request and tells of failures. What it would do with
   * the response is done here by others (decoding, redirects, headers) or not wanted, and costs more than all the rest: a
   * PassThrough and a pipeline for each body, whose AbortController is aborted at the end, and a listener that looks at
   * each piece on the socket. CPU per request, small JSON at concurrency 10: 202 µs with it, 121 without, where node-fetch
   * behind p-limit takes 137 (`npm run bench -- --suite small-10`).
   */
  private takeResponse(sent: Promise<unknown>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      sent.catch(reject);
      // There is none when node-fetch refused the request.
      this.#request?.removeAllListeners('socket').removeAllListeners('response');
      this.#request?.on('socket', onSocket).on('response', onResponse);
    });
  }

  /** The caller's own body fails with its own error; one that fails because the connection did is told of that first. */
  private watchSource(body: Readable): void {
    body.once('error', (error: unknown) => {
      if (this.error === null && this.failure === null) this.sourceError = error;
    });
  }

  private respond(response: IncomingMessage): HTTPResponse {
    // After switching protocols there is nothing that HTTP knows about.
    this.#body = (response as { upgrade?: boolean | null }).upgrade ? null : response;
    return (this.#answer = new HTTPResponse({
      body: this.#body,
      headers: this.rawHeaders,
      status: response.statusCode ?? 0,
      reason: response.statusMessage ?? '',
      version: response.httpVersionMajor * 10 + response.httpVersionMinor,
      request_method: this.job.method,
      request_url: this.job.target,
      max_response_size: this.job.maxResponseSize,
      onDone: (error) => {
        this.done(error);
      },
      mapError: (error) => bodyError(error, this),
      destroy: () => {
        this.end(null);
      },
    }));
  }

  /** The body has ended, failed or been closed. */
  protected done(_error: Error | null): void {
    this.release();
    this.job.onDone?.();
    // Responses may be kept for long.
    this.#request = this.#socket = this.#response = this.#body = this.#answer = this.#agent = null;
  }

  /** For whoever watches the attempts. */
  tellFailure(_reason: unknown): void {
    // Nobody does.
  }

  /** Called by `http.request`, before anything is written. */
  addRequest(request: ClientRequest, options: ClientRequestArgs): void {
    const { pool, method, target } = this.job;
    setHeaders(request, this.job, this.job.request.body !== null);
    request.method = method;
    request.path = target;
    (request as { maxHeaderSize?: number }).maxHeaderSize = MAX_HEADER_SIZE;
    request.on('error', onError).on('close', onClose);
    if (this.#hasBody) request.on('finish', onFinish);
    const owned: OwnedRequest = request;
    owned[kExchange] = this;
    this.#request = owned;
    if (pool.tunnelOptions !== null) {
      this.startConnectTimer();
      request.once('proxyConnect', onProxyConnect);
    }
    this.#agent?.addRequest(
      request,
      pool.tunnelOptions === null ? options : { ...options, ...pool.tunnelOptions },
    );
  }

  /** The request has a socket, which may still be connecting. */
  useSocket(request: OwnedRequest, socket: PoolSocket): void {
    this.#socket = socket;
    this.reused = socket[kExchange] !== undefined;
    socket[kExchange] = this;
    const isSecuring =
      (socket as Partial<TLSSocket> & { secureConnecting?: boolean }).secureConnecting === true;
    if (!socket.connecting && !isSecuring) {
      this.#bytesBefore = socket.bytesRead;
      this.connected(request);
      return;
    }
    this.startConnectTimer();
    if (socket.connecting) {
      socket.once('connect', () => {
        if (isSecuring) this.secure();
        else this.connected(request);
      });
    } else this.secure();
    if (isSecuring) {
      socket.once('secureConnect', () => {
        this.connected(request);
      });
    }
  }

  private secure(): void {
    this.stage = Stage.Securing;
    this.startConnectTimer();
  }

  protected connected(request: OwnedRequest): void {
    this.stopConnectTimer();
    if (this.stage >= Stage.Responding) return;
    if (this.#hasBody && !request.writableFinished) {
      this.stage = Stage.Sending;
      this.arm(this.timeout.connect_timeout);
    } else this.requestSent();
  }

  /** The last byte of the request is out. */
  bodySent(): void {
    if (this.stage === Stage.Sending) this.requestSent();
  }

  protected requestSent(): void {
    this.stage = Stage.Waiting;
    this.startReading();
  }

  /** A total limit may leave nothing for reading. */
  private startReading(): void {
    this.#readLimit = this.timeout.read_timeout;
    if (this.#readLimit === 0) this.fail(readTimeout(this.job.pool, this.job.target, 0));
    else this.arm(this.#readLimit);
  }

  /** The head of the response is there. */
  useResponse(response: IncomingMessage): void {
    if (this.stage === Stage.Sending) this.startReading();
    this.stage = Stage.Responding;
    this.#response = response;
    this.rawHeaders = response.rawHeaders;
    this.#resolve?.(response);
    this.#resolve = null;
  }

  /** The connection is gone. */
  closed(): void {
    const request: (OwnedRequest & { readonly res?: IncomingMessage | null }) | null = this.#request;
    if (request === null || this.stage === Stage.Responding || this.error !== null) return;
    // Node closes the connection without a word when the server has switched to another protocol.
    if (request.res) request.emit('response', request.res);
    else request.emit('error', new OSError('the connection was closed'));
  }

  /** The proxy has answered CONNECT; as in Python, all but 200 is a refusal. */
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
    this.#proxySocket = socket;
    socket.on('error', onProxyError).once('connect', () => {
      if (this.stage !== Stage.Connecting) return;
      this.stage = Stage.Tunnelling;
      this.startConnectTimer();
    });
  }

  get connectLimit(): number {
    return milliseconds(this.timeout.connect_timeout);
  }

  /** Not the socket's timer, which waits twice as long while a write has to wait for TLS; connecting is rare. */
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

  keepAliveSeconds(): number | null {
    const line = headerLine(this.rawHeaders, 'keep-alive');
    const match = line === null ? null : /(?:^|[\s,;])timeout=(\d+)/i.exec(line);
    return match === null ? null : Number(match[1]);
  }

  /** Starts the timer of the socket anew; null switches it off. */
  private arm(seconds: number | null): void {
    const socket = this.#socket;
    if (socket === null) return;
    const delay = milliseconds(seconds);
    if (delay !== 0 || socket.timeout) socket.setTimeout(delay);
  }

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
      case Stage.Sending:
        // With nothing left to write, it is the caller's body that is slow.
        if (this.#socket?.writableLength === 0) this.arm(connect);
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

  /** Whether the caller has something to read, or is not reading: then it is not the server who is waited for. */
  private isReaderSlow(): boolean {
    return this.#answer?.awaited !== true || (this.#body?.readableLength ?? 0) > 0;
  }

  /** How many bytes of the body came. */
  protected get bytesRead(): number {
    return this.#answer?.tell() ?? 0;
  }

  /** How many bytes of the body came, and how many more its Content-Length promised; null when it promised none. */
  get missingBytes(): { readonly read: number; readonly expected: number } | null {
    const length = headerLine(this.rawHeaders, 'content-length');
    if (length === null || !/^\d+$/.test(length) || this.#answer === null) return null;
    const read = this.#answer.tell();
    return { read, expected: Number(length) - read };
  }

  /** Ends the request because its token was aborted. */
  onAbort(reason: unknown): void {
    this.fail(new Error('aborted', { cause: reason }));
  }

  /** Ends the request with an error of our own. */
  private fail(error: Error): void {
    this.failure ??= error;
    this.end(error);
  }

  /** Closes the connection under the request. */
  private end(error: Error | null): void {
    this.stopConnectTimer();
    this.#proxySocket?.destroy();
    const request = this.#request;
    if (request === null) return;
    if (error !== null) this.#body?.destroy(error);
    request.destroy(error ?? undefined);
    // Without a socket Node would say so only when there is one.
    if (error !== null && request.socket === null) request.emit('error', error);
  }

  /** Lets go of whatever would outlive the request. */
  private release(): void {
    this.job.token?.remove(this);
    this.stopConnectTimer();
  }

  /** Whether there was no connection yet. */
  get isConnecting(): boolean {
    return this.stage === Stage.Connecting;
  }

  /** Whether a proxy was being asked for a tunnel. */
  get isTunnelling(): boolean {
    return this.stage === Stage.Tunnelling;
  }

  /** Whether TLS was being negotiated. */
  get isSecuring(): boolean {
    return this.stage === Stage.Securing;
  }

  /** Whether the connection was used before and broke before a byte of the answer: most likely the server had closed it. */
  get isStale(): boolean {
    return (
      this.reused &&
      this.failure === null &&
      this.error !== null &&
      this.#response === null &&
      this.#socket !== null &&
      this.#socket.bytesRead === this.#bytesBefore
    );
  }
}
