import type { Dispatcher } from 'undici';
import type { Socket } from 'node:net';
import type { UndiciAttempt } from './undici-attempt.js';

/** What the handler needs of the connection. */
export interface PacketSource {
  /** What arrived last. */
  readonly lastPacket: Buffer | null;
}

type Controller = Dispatcher.DispatchController;

/**
 * What undici calls for one request: its side of an attempt, in the form that versions 7.30 and 8 take. Heads get the form
 * that Node gives them, from the bytes where undici leaves something out.
 */
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
    this.#attempt.headed(status, latin1Reason(reason, this.#source.lastPacket), headerTexts(controller));
  }

  onResponseData(controller: Controller, piece: Buffer): void {
    if (!this.#attempt.received(piece)) controller.pause();
  }

  onResponseEnd(): void {
    this.#attempt.completed();
  }

  /** The server has switched to another protocol, of which HTTP knows nothing. */
  onRequestUpgrade(controller: Controller, status: number, _headers: object, socket: unknown): void {
    this.#attempt.headed(status, headOf(this.#source.lastPacket)?.reason ?? '', headerTexts(controller));
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

interface Head {
  readonly reason: string;
  /** Name, value, name, value … */
  readonly rawHeaders: readonly string[];
}

/** The headers as they came, name, value, name, value …; those that undici passes to a handler have lost spelling and order. */
function headerTexts({ rawHeaders }: Controller): readonly string[] {
  return ((rawHeaders ?? []) as readonly (Buffer | string)[]).map((piece) =>
    trimmed(typeof piece === 'string' ? piece : piece.toString('latin1')),
  );
}

/** A value without the white space behind it that undici leaves there. */
function trimmed(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last === 0x20 || last === 0x09 ? text.trimEnd() : text;
}

/** The first head in `packet`; null when there is no whole one. */
function headOf(packet: Buffer | null): Head | null {
  const end = packet?.indexOf('\r\n\r\n') ?? -1;
  if (packet === null || end === -1) return null;
  const [first = '', ...lines] = packet.toString('latin1', 0, end).split('\r\n');
  const [, reason = ''] = /^HTTP\/\S+ \d+ ?(.*)$/.exec(first) ?? [];
  const rawHeaders = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { reason, rawHeaders };
}

/** The head of a switch to another protocol that undici did not expect, and so refuses; null for other errors. */
function headOfSwitch(error: Error, packet: Buffer | null): Head | null {
  return error.message === 'bad upgrade' ? headOf(packet) : null;
}

const NOT_ASCII = /[^\0-\x7f]/;

/** undici takes the text after the status for UTF-8; Node gives each byte as a character. */
function latin1Reason(reason: string, packet: Buffer | null): string {
  if (!NOT_ASCII.test(reason)) return reason;
  return reason.includes('\ufffd')
    ? (headOf(packet)?.reason ?? reason)
    : Buffer.from(reason).toString('latin1');
}
