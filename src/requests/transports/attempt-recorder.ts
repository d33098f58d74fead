import type { Socket } from 'node:net';
import { monotonic } from '../../builtins/index.js';
import { connectionNumber } from '../diagnostics/connection-number.js';
import type { AttemptTrace } from '../diagnostics/trace.js';

/** Notes the times of an attempt for the trace of its request. Attempts without a trace have none. */
export class AttemptRecorder {
  readonly #trace: AttemptTrace;
  #connectStarted: number | null = null;
  #tcpConnected: number | null = null;
  #sent: number | null = null;

  constructor(trace: AttemptTrace) {
    this.#trace = trace;
  }

  /** A socket is connecting. */
  connecting(socket: Socket): void {
    this.#connectStarted ??= monotonic();
    socket.once('connect', () => {
      this.#tcpConnected ??= monotonic();
    });
  }

  /** The attempt has its connection. `headers`: what it sends, `[name, value, name, value …]`. */
  connected(socket: Socket, reused: boolean, headers: readonly string[]): void {
    const pairs = Array.from(
      { length: headers.length / 2 },
      (_, i) => [headers[2 * i] ?? '', headers[2 * i + 1]] as const,
    );
    this.#trace.connected(
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

  /** The whole request is sent. */
  sent(): void {
    this.#sent = monotonic();
  }

  /** The head of the response has arrived; `version` is null if the transport cannot provide it. */
  headers(status: number, reason: string, version: number | null, rawHeaders: readonly string[]): void {
    this.#trace.headers({ status, reason, version, sent: this.#sent }, rawHeaders);
  }

  /** The body is over, or failed. */
  done(error: Error | null, bytes: number): void {
    if (error === null) this.#trace.body(bytes);
    else this.#trace.failed(error);
  }

  /** The attempt failed before it had a response. */
  failed(reason: unknown): void {
    this.#trace.failed(reason);
  }
}
