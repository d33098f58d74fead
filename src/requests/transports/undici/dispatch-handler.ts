import type { Dispatcher } from 'undici';
import type { Duplex } from 'node:stream';
import type { Controller as AnyController } from './connection.js';

/** What the handler needs of the connection. */
export interface PacketSource {
  /** What arrived last. */
  readonly lastPacket: Buffer | null;
  /** What the response began with; undefined where that is not known. */
  readonly firstPacket?: Buffer | null;
  /** The headers of the response that begins as they came, where undici got others; null elsewhere. */
  readonly rawHeaders: readonly string[] | null;
  readonly headerTexts: HeaderTexts;
}

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
 * What undici calls for one request: its side of an attempt, in the form that version 7 has inside and older ones have alone.
 * Heads get the form that Node gives them, from the bytes where undici leaves something out. For handlers of the newer form
 * version 7 makes an object of the headers of each response, which is not used here and takes 4 % of the CPU of a small request.
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
    this.started(this);
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, reason = ''): boolean {
    this.#resume = resume;
    this.headed(status, headers, reason);
    return true;
  }

  onData(piece: Buffer): boolean {
    return this.#attempt.received(piece);
  }

  onComplete(): void {
    this.#attempt.completed();
  }

  onUpgrade(status: number, headers: Buffer[], socket: Duplex): void {
    this.upgraded(status, headers, socket);
  }

  onError(error: Error): void {
    const attempt = this.#attempt;
    const { lastPacket } = this.#source;
    const head = attempt.isSettled ? null : headOfSwitch(error, lastPacket);
    if (head === null) attempt.broken(error, lastPacket);
    else {
      attempt.headed(101, head.reason, head.rawHeaders);
      attempt.completed();
    }
  }

  protected started(controller: AnyController): void {
    this.#attempt.started(controller);
  }

  /** Called for each head, informational ones included. */
  protected headed(status: number, headers: GivenHeaders, reason: string): void {
    const attempt = this.#attempt;
    const source = this.#source;
    if (attempt.refusesStatus(11, status, reason) || status < 200) return;
    const rawHeaders = source.rawHeaders ?? source.headerTexts.of(headers, source.lastPacket);
    attempt.headed(status, latin1Reason(reason, source), rawHeaders);
  }

  /** The server has switched to another protocol than HTTP. */
  protected upgraded(status: number, headers: GivenHeaders, socket: Duplex): void {
    const { lastPacket, headerTexts } = this.#source;
    const reason = headOf(lastPacket)?.reason ?? '';
    this.#attempt.headed(status, reason, headerTexts.of(headers, lastPacket));
    socket.destroy();
    this.#attempt.completed();
  }
}

type Controller = Dispatcher.DispatchController;

/**
 * The same in the form that versions 7.30 and 8 take, too: for a client of version 8, and for a dispatcher that the caller
 * chose, which may be of any version.
 */
export class DispatchHandler extends InnerDispatchHandler implements Dispatcher.DispatchHandler {
  /** Without a `source`, where the connection is not known. */
  constructor(attempt: DispatchUser, source?: PacketSource) {
    super(attempt, source ?? { lastPacket: null, rawHeaders: null, headerTexts: new HeaderTexts() });
  }

  onRequestStart(controller: Controller): void {
    this.started(controller);
  }

  onResponseStart(controller: Controller, status: number, headers: GivenHeaders, reason = ''): void {
    this.headed(status, givenHeaders(controller, headers), reason);
  }

  onResponseData(controller: Controller, piece: Buffer): void {
    if (!this.onData(piece)) controller.pause();
  }

  onResponseEnd(): void {
    this.onComplete();
  }

  onRequestUpgrade(controller: Controller, status: number, headers: GivenHeaders, socket: Duplex): void {
    this.upgraded(status, givenHeaders(controller, headers), socket);
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    this.onError(error);
  }
}

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

/**
 * Makes the texts of the headers of one response after another. Most are pieces of a packet: their texts are cut out of one,
 * which costs half as much as to make each. Those that the response before has in the same place are shared: of a response
 * that is kept, they are most of the objects.
 */
export class HeaderTexts {
  #whole = '';
  #texts: readonly string[] = [];

  /** Name, value, name, value … */
  of(given: GivenHeaders, packet: Buffer | null): readonly string[] {
    if (!Array.isArray(given)) return namedTexts(given as Exclude<GivenHeaders, readonly unknown[]>);
    this.#take(given as readonly (Buffer | string)[], packet);
    // Programs may change what they get.
    return this.#texts.slice();
  }

  #take(pieces: readonly (Buffer | string)[], packet: Buffer | null): void {
    const memory = packet?.buffer;
    const first = pieces[0];
    const last = pieces.at(-1);
    let start = 0;
    let whole = '';
    if (
      packet !== null &&
      isIn(memory, first) &&
      isIn(memory, last) &&
      first.byteOffset >= packet.byteOffset
    ) {
      start = first.byteOffset;
      whole = packet.toString(
        'latin1',
        start - packet.byteOffset,
        last.byteOffset + last.length - packet.byteOffset,
      );
      // The same bytes make the same pieces.
      if (whole !== '' && whole === this.#whole) return;
    }
    const texts = this.#texts.slice(0, pieces.length);
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i] as Buffer | string;
      const at = isIn(memory, piece) ? piece.byteOffset - start : -1;
      if (at < 0 || at + piece.length > whole.length) texts[i] = trimmed(textOf(piece));
      else if (texts[i]?.length !== piece.length || !whole.startsWith(texts[i] as string, at))
        texts[i] = trimmed(whole.slice(at, at + piece.length));
    }
    this.#whole = whole;
    this.#texts = texts;
  }
}

function namedTexts(headers: Exclude<GivenHeaders, readonly unknown[]>): readonly string[] {
  const texts: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    for (const each of typeof value === 'string' ? [value] : (value ?? [])) texts.push(name, trimmed(each));
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
export function headOf(packet: Buffer | null): Head | null {
  const end = packet?.indexOf('\r\n\r\n') ?? -1;
  if (packet === null || end === -1) return null;
  const [, ...lines] = packet.toString('latin1', 0, end).split('\r\n');
  const rawHeaders = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { reason: reasonIn(packet), rawHeaders };
}

/** The text after the status in the status line that `packet` begins with. */
function reasonIn(packet: Buffer): string {
  const line = packet.toString('latin1', 0, packet.indexOf('\r'));
  return /^HTTP\/\S+ \d+ ?(.*)$/.exec(line)?.[1] ?? '';
}

/** The head of a switch to another protocol that undici did not expect, and so refuses; null for other errors. */
function headOfSwitch(error: Error, packet: Buffer | null): Head | null {
  return error.message === 'bad upgrade' ? headOf(packet) : null;
}

const NOT_ASCII = /[^\0-\x7f]/;

/** undici takes the text after the status for UTF-8; Node gives each byte as a character. */
function latin1Reason(reason: string, { firstPacket }: PacketSource): string {
  if (!NOT_ASCII.test(reason)) return reason;
  return reason.includes('\ufffd') && firstPacket
    ? reasonIn(firstPacket)
    : Buffer.from(reason).toString('latin1');
}
