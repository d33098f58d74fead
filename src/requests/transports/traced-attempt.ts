import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { monotonic } from '../../builtins/index.js';
import { connectionNumber } from '../diagnostics/connection-number.js';
import type { AttemptTrace, RequestTrace } from '../diagnostics/trace.js';
import { abortError } from './error-mapping.js';
import { Exchange, type NodeFetch, type OwnedRequest } from './node/node-attempt.js';
import type { Job } from './outgoing-request.js';
import type { PoolAgent } from './connections/pool-agent.js';

/** An exchange that somebody watches; the others are spared all of this. */
export class TracedExchange extends Exchange {
  readonly attempt: AttemptTrace;
  #connectStarted: number | null = null;
  #tcpConnected: number | null = null;
  #sent: number | null = null;

  constructor(job: Job, trace: RequestTrace, fetch: NodeFetch, agent: PoolAgent) {
    super(job, fetch, agent);
    this.attempt = trace.attempt(job.request);
  }

  override onProxySocket(socket: Socket): void {
    this.watch(socket);
    super.onProxySocket(socket);
  }

  override useSocket(request: OwnedRequest, socket: Socket): void {
    if (socket.connecting) this.watch(socket);
    super.useSocket(request, socket);
  }

  private watch(socket: Socket): void {
    this.#connectStarted ??= monotonic();
    socket.once('connect', () => {
      this.#tcpConnected ??= monotonic();
    });
  }

  protected override connected(request: OwnedRequest): void {
    const { socket } = request;
    if (socket !== null) {
      const isNew = !this.reused;
      this.attempt.connected(
        {
          connection: connectionNumber(socket),
          reused: this.reused,
          remote_address: socket.remoteAddress ?? null,
          connect_started: isNew ? this.#connectStarted : null,
          tcp_connected: isNew ? this.#tcpConnected : null,
          tls_connected: isNew && 'encrypted' in socket ? monotonic() : null,
        },
        request.getRawHeaderNames().map((name) => [name, request.getHeader(name)] as const),
      );
    }
    super.connected(request);
  }

  protected override requestSent(): void {
    this.#sent = monotonic();
    super.requestSent();
  }

  override useResponse(response: IncomingMessage): void {
    super.useResponse(response);
    const { statusCode = 0, statusMessage = '', httpVersionMajor, httpVersionMinor, rawHeaders } = response;
    const version = httpVersionMajor * 10 + httpVersionMinor;
    this.attempt.headers(
      { status: statusCode, reason: statusMessage, version, sent: this.#sent },
      rawHeaders,
    );
  }

  protected override done(error: Error | null): void {
    const bytes = this.bytesRead;
    super.done(error);
    if (error === null) this.attempt.body(bytes);
    else this.attempt.failed(error);
  }

  override tellFailure(reason: unknown): void {
    const { token, request } = this.job;
    this.attempt.failed(token?.aborted ? abortError(token, request) : reason);
  }
}
