import type { Socket } from 'node:net';
import { monotonic } from '../../builtins/index.js';
import { connectionNumber } from '../diagnostics/connection-number.js';
import type { AttemptTrace, RequestTrace } from '../diagnostics/trace.js';
import type { PreparedRequest } from '../models/prepared-request.js';
import type { Job } from './outgoing-request.js';
import { headerLines } from './header-lines.js';

/** What an exchange tells whoever traces its request. */
export class ExchangeTrace {
  readonly #attempt: AttemptTrace;
  #connectStarted: number | null = null;
  #tcpConnected: number | null = null;
  #sent: number | null = null;

  constructor(trace: RequestTrace, request: PreparedRequest) {
    this.#attempt = trace.attempt(request);
  }

  /** A socket is connecting. */
  watch(socket: Socket): void {
    this.#connectStarted ??= monotonic();
    socket.once('connect', () => {
      this.#tcpConnected ??= monotonic();
    });
  }

  connected(socket: Socket | null, reused: boolean, job: Job): void {
    if (socket === null) return;
    const lines = headerLines(job, job.request.body !== null);
    const pairs = Array.from(
      { length: lines.length / 2 },
      (_, i) => [lines[2 * i] ?? '', lines[2 * i + 1]] as const,
    );
    this.#attempt.connected(
      {
        connection: connectionNumber(socket),
        reused,
        remote_address: socket.remoteAddress ?? null,
        connect_started: reused ? null : this.#connectStarted,
        tcp_connected: reused ? null : this.#tcpConnected,
        tls_connected: !reused && 'encrypted' in socket ? monotonic() : null,
      },
      pairs,
    );
  }

  requestSent(): void {
    this.#sent = monotonic();
  }

  headers(status: number, reason: string, version: number, rawHeaders: readonly string[]): void {
    this.#attempt.headers({ status, reason, version, sent: this.#sent }, rawHeaders);
  }

  done(error: Error | null, bytes: number): void {
    if (error === null) this.#attempt.body(bytes);
    else this.#attempt.failed(error);
  }

  failed(reason: unknown): void {
    this.#attempt.failed(reason);
  }
}
