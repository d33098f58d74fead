import type { Dispatcher } from 'undici';
import type { Socket } from 'node:net';
import { type GivenHeaders, headerTexts, headOf, headOfSwitch, latin1Reason } from './response-head.js';
import type { UndiciAttempt } from './undici-attempt.js';

/** What the handler needs of the connection. */
export interface PacketSource {
  readonly isHTTP2: boolean;
  /** What arrived last. */
  readonly lastPacket: Buffer | null;
}

type Controller = Dispatcher.DispatchController;

/** What undici calls for one request: its side of an attempt, in the form that versions 7.30 and 8 take. */
export class DispatchHandler implements Dispatcher.DispatchHandler {
  readonly #attempt: UndiciAttempt;
  readonly #source: PacketSource;

  constructor(attempt: UndiciAttempt, source: PacketSource) {
    this.#attempt = attempt;
    this.#source = source;
  }

  onRequestStart(controller: Controller): void {
    this.#attempt.started(controller);
  }

  /** Called for each head, informational ones included. */
  onResponseStart(controller: Controller, status: number, _headers: object, reason = ''): void {
    if (status < 200) return;
    const { isHTTP2, lastPacket } = this.#source;
    const rawHeaders = headerTexts(givenHeaders(controller), isHTTP2 ? 'utf8' : 'latin1');
    this.#attempt.headed(status, latin1Reason(reason, lastPacket), rawHeaders);
  }

  onResponseData(controller: Controller, piece: Buffer): void {
    if (!this.#attempt.received(piece)) controller.pause();
  }

  onResponseEnd(): void {
    this.#attempt.completed();
  }

  /** The server has switched to another protocol, of which HTTP knows nothing. */
  onRequestUpgrade(controller: Controller, status: number, _headers: object, socket: unknown): void {
    const rawHeaders = headerTexts(givenHeaders(controller), 'latin1');
    this.#attempt.headed(status, headOf(this.#source.lastPacket)?.reason ?? '', rawHeaders);
    (socket as Socket).destroy();
    this.#attempt.completed();
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    const packet = this.#source.lastPacket;
    const attempt = this.#attempt;
    const head = attempt.isSettled ? null : headOfSwitch(error, packet);
    if (head === null) attempt.broken(error, packet);
    else {
      attempt.headed(101, head.reason, head.rawHeaders);
      attempt.completed();
    }
  }
}

/** The headers as they came; those that undici passes to a handler have lost their spelling and order. */
function givenHeaders({ rawHeaders }: Controller): GivenHeaders {
  return rawHeaders ?? [];
}
