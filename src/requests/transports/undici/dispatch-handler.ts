import type { Dispatcher } from 'undici';
import type { Socket } from 'node:net';
import type { Controller as AnyController } from './connection.js';

/** What the handler needs of the connection. */
export interface PacketSource {
  /** What arrived last. */
  readonly lastPacket: Buffer | null;
  /** The headers of the latest response as they came, where undici got others; null elsewhere. */
  readonly rawHeaders: readonly string[] | null;
}

type Controller = Dispatcher.DispatchController;

/** The attempt whose request it is. */
export interface DispatchUser {
  /** Whether the head is there, or the attempt has been ended, so that no head is expected. */
  readonly isSettled: boolean;
  /** undici is about to write the request. */
  started(controller: AnyController): void;
  /** Whether the status is none that HTTP has, which ends the attempt. */
  refusesStatus(version: number, status: number, reason: string): boolean;
  /** The head is there. */
  headed(status: number, reason: string, rawHeaders: readonly string[]): void;
  /** A piece of the body; false when the next is to wait until the attempt resumes. */
  received(piece: Buffer): boolean;
  /** The response has ended. */
  completed(): void;
  /** undici has given the request up. `packet`: what arrived last. */
  broken(error: Error, packet: Buffer | null): void;
}

/**
 * What undici calls for one request: its side of an attempt, in the form that versions 7.30 and 8 take. Heads get the form
 * that Node gives them, from the bytes where undici leaves something out.
 */
export class DispatchHandler implements Dispatcher.DispatchHandler {
  readonly #attempt: DispatchUser;
  readonly #source: PacketSource;

  constructor(attempt: DispatchUser, source: PacketSource) {
    this.#attempt = attempt;
    this.#source = source;
  }

  onRequestStart(controller: Controller): void {
    this.#attempt.started(controller);
  }

  onResponseStart(controller: Controller, status: number, headers: GivenHeaders, reason = ''): void {
    passHead(this.#attempt, this.#source, status, givenHeaders(controller, headers), reason);
  }

  onResponseData(controller: Controller, piece: Buffer): void {
    if (!this.#attempt.received(piece)) controller.pause();
  }

  onResponseEnd(): void {
    this.#attempt.completed();
  }

  onRequestUpgrade(controller: Controller, status: number, headers: GivenHeaders, socket: unknown): void {
    passUpgrade(this.#attempt, this.#source, status, givenHeaders(controller, headers), socket as Socket);
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    passError(this.#attempt, this.#source, error);
  }
}

/**
 * The same in the form that version 7 has inside. For handlers of the newer form it makes an object of the headers of each
 * response, which is not used here and takes 4 % of the CPU of a small request.
 */
export class InnerDispatchHandler implements AnyController {
  readonly #attempt: DispatchUser;
  readonly #source: PacketSource;
  #abort: ((reason: Error) => void) | null = null;
  #resume: (() => void) | null = null;

  constructor(attempt: DispatchUser, source: PacketSource) {
    this.#attempt = attempt;
    this.#source = source;
  }

  abort(reason: Error): void {
    this.#abort?.(reason);
  }

  resume(): void {
    this.#resume?.();
  }

  onConnect(abort: (reason: Error) => void): void {
    this.#abort = abort;
    this.#attempt.started(this);
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, reason = ''): boolean {
    this.#resume = resume;
    passHead(this.#attempt, this.#source, status, headers, reason);
    return true;
  }

  onData(piece: Buffer): boolean {
    return this.#attempt.received(piece);
  }

  onComplete(): void {
    this.#attempt.completed();
  }

  onUpgrade(status: number, headers: Buffer[], socket: Socket): void {
    passUpgrade(this.#attempt, this.#source, status, headers, socket);
  }

  onError(error: Error): void {
    passError(this.#attempt, this.#source, error);
  }
}

/** Called for each head, informational ones included. */
function passHead(
  attempt: DispatchUser,
  { lastPacket, rawHeaders: ofSource }: PacketSource,
  status: number,
  headers: GivenHeaders,
  reason: string,
): void {
  if (attempt.refusesStatus(11, status, reason) || status < 200) return;
  // The seam has changed the head of an answer without a body.
  const original = status === 204 || status === 304 ? headOf(lastPacket)?.rawHeaders : undefined;
  const rawHeaders = ofSource ?? original ?? headerTexts(headers, lastPacket);
  attempt.headed(status, latin1Reason(reason, lastPacket), rawHeaders);
}

/** The server has switched to another protocol than HTTP. */
function passUpgrade(
  attempt: DispatchUser,
  { lastPacket }: PacketSource,
  status: number,
  headers: GivenHeaders,
  socket: Socket,
): void {
  attempt.headed(status, headOf(lastPacket)?.reason ?? '', headerTexts(headers, lastPacket));
  socket.destroy();
  attempt.completed();
}

function passError(attempt: DispatchUser, { lastPacket }: PacketSource, error: Error): void {
  const head = attempt.isSettled ? null : headOfSwitch(error, lastPacket);
  if (head === null) attempt.broken(error, lastPacket);
  else {
    attempt.headed(101, head.reason, head.rawHeaders);
    attempt.completed();
  }
}

/**
 * For a dispatcher that the caller chose, which may be of any version: that which Node 20 and 22 hold calls the methods of
 * version 6, and newer ones those above.
 */
export class AnyDispatchHandler extends DispatchHandler {
  readonly #user: DispatchUser;
  #resume: (() => void) | null = null;

  constructor(user: DispatchUser) {
    super(user, NO_PACKETS);
    this.#user = user;
  }

  onConnect(abort: (reason: Error) => void): void {
    this.#user.started({ abort, resume: () => this.#resume?.() });
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, reason = ''): boolean {
    this.#resume = resume;
    if (status >= 200) this.#user.headed(status, reason, headerTexts(headers, null));
    return true;
  }

  onData(piece: Buffer): boolean {
    return this.#user.received(piece);
  }

  onComplete(): void {
    this.#user.completed();
  }

  onError(error: Error): void {
    this.#user.broken(error, null);
  }
}

const NO_PACKETS: PacketSource = { lastPacket: null, rawHeaders: null };

/** The headers as they came, where undici has them; those that it passes to a handler have lost spelling and order. */
function givenHeaders(controller: Controller | undefined, headers: GivenHeaders): GivenHeaders {
  return controller?.rawHeaders ?? headers;
}

interface Head {
  readonly reason: string;
  /** Name, value, name, value … */
  readonly rawHeaders: readonly string[];
}

/** The headers as dispatchers hand them over: in pieces, or by name. */
type GivenHeaders = readonly (Buffer | string)[] | Readonly<Record<string, string | string[] | undefined>>;

/** Name, value, name, value … */
function headerTexts(given: GivenHeaders, packet: Buffer | null): readonly string[] {
  if (Array.isArray(given)) return pieceTexts(given as readonly (Buffer | string)[], packet);
  const texts: string[] = [];
  for (const [name, value] of Object.entries(given as Exclude<GivenHeaders, readonly unknown[]>)) {
    for (const each of typeof value === 'string' ? [value] : (value ?? [])) texts.push(name, trimmed(each));
  }
  return texts;
}

/** Most are pieces of the packet: their texts are cut out of one, which costs half as much as to make each. */
function pieceTexts(pieces: readonly (Buffer | string)[], packet: Buffer | null): readonly string[] {
  const memory = packet?.buffer;
  const first = pieces[0];
  const last = pieces.at(-1);
  let start = 0;
  let whole = '';
  if (packet !== null && isIn(memory, first) && isIn(memory, last) && first.byteOffset >= packet.byteOffset) {
    start = first.byteOffset;
    whole = packet.toString(
      'latin1',
      start - packet.byteOffset,
      last.byteOffset + last.length - packet.byteOffset,
    );
  }
  const texts: string[] = [];
  for (const piece of pieces) {
    const at = isIn(memory, piece) ? piece.byteOffset - start : -1;
    const isCut = at >= 0 && at + piece.length <= whole.length;
    texts.push(trimmed(isCut ? whole.slice(at, at + piece.length) : textOf(piece)));
  }
  return texts;
}

function isIn(memory: ArrayBufferLike | undefined, piece: Buffer | string | undefined): piece is Buffer {
  return typeof piece === 'object' && piece.buffer === memory;
}

function textOf(piece: Buffer | string): string {
  return typeof piece === 'string' ? piece : piece.toString('latin1');
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
