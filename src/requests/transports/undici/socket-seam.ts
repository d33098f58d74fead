/**
 * The one place that relies on undici's undocumented behavior. undici has its own spelling and order of headers,
 * hides the version of HTTP and the bytes behind an error, treats an unsolicited `100 Continue` as an error of the
 * server, and waits for the body of a 204 or 304 that has a Content-Length. So two methods of its socket are
 * replaced:
 *
 * - `write`: undici writes the head of a request as one string, in the call that follows `onRequestStart` with nothing else
 *   between; the request's own head is written instead. The string ends with an empty line unless chunks follow.
 * - `read`: undici calls `read()` without a size until it returns null. The data is filtered before undici gets it:
 *   informational heads are dropped, the head of a response without a body loses its length, and a malformed head is
 *   rewritten in a strict form if the adapter allows it. Of the answers to several requests each comes by itself then.
 *
 * `test/requests/undici-seam.test.ts` fails when undici does otherwise.
 */
import type { Socket } from 'node:net';
import { nextTick } from '../../../builtins/index.js';
import { MAX_HEADER_SIZE } from '../limits.js';
import { headOf } from './dispatch-handler.js';
import { endOfHead, strictForm } from './lenient-head.js';

/** A request on the socket. */
export interface SocketUser {
  /** Whether anything of its response has arrived. */
  isAnswered: boolean;
  /** The head to write instead of `written`. */
  wireHead(written: string): string;
  /** Everything that has arrived has been handed over. */
  packetEnded(): void;
}

/** The arguments with which undici calls a socket's `write`, and no others. */
type Write = (data: string | Uint8Array, encoding?: BufferEncoding) => boolean;

const LF = 0x0a;
const ZERO = 0x30;
const ONE = 0x31;
const FOUR = 0x34;

export class SocketSeam {
  /** Of the latest response: 10 or 11. */
  version = 11;
  /** Whether undici is reading a packet, of which more may follow. */
  isReading = false;
  /** What arrived last, while something is under way. */
  lastPacket: Buffer | null = null;
  /** The bytes that the response of the first user began with, its status line among them. */
  firstPacket: Buffer | null = null;
  /** Of the response of the first user, where its head was rewritten: name, value, name, value … */
  rawHeaders: readonly string[] | null = null;
  /** Whether any head was rewritten: the other end may not agree on where that message ended. */
  isDoubtful = false;
  /** In the order of their answers. */
  readonly #users: readonly SocketUser[];
  readonly #socket: Socket;
  readonly #write: Write;
  readonly #joinsHeads: boolean;
  readonly #isLenient: boolean;
  readonly #onPacketEnd: () => void;
  /** Whose head undici is about to write. */
  #writing: SocketUser | null = null;
  /** Heads that go out together before the loop turns. */
  #heads = '';
  /** The beginning of a head of which all must be there. */
  #partial: Buffer | null = null;
  /** What else arrived with the part that was read last. */
  #rest: Buffer[] = [];

  /**
   * `isLenient`: read heads that break the rules. `joinsHeads`: write the heads of one turn at once, which is most of what sending a small request costs. `onPacketEnd` is
   * called when all that has arrived has been read.
   */
  constructor(
    socket: Socket,
    users: readonly SocketUser[],
    { isLenient, joinsHeads }: { readonly isLenient: boolean; readonly joinsHeads: boolean },
    onPacketEnd: () => void,
  ) {
    this.#socket = socket;
    this.#users = users;
    this.#onPacketEnd = onPacketEnd;
    this.#isLenient = isLenient;
    this.#joinsHeads = joinsHeads;
    this.#write = socket.write.bind(socket);
    const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
    const write: Write = (data, encoding) => this.#replaceHead(data, encoding);
    socket.write = write as Socket['write'];
    // Node itself calls it with 0, to have more fetched and none handed out.
    socket.read = (size) => (size === undefined ? this.#next(read) : read(size));
  }

  /** undici writes the head of this request next. */
  expectHead(user: SocketUser): void {
    this.#writing = user;
  }

  #replaceHead(data: string | Uint8Array, encoding: BufferEncoding | undefined): boolean {
    const user = this.#writing;
    if (user === null || typeof data !== 'string') {
      this.flush();
      return this.#write(data, encoding);
    }
    this.#writing = null;
    const head = user.wireHead(data);
    if (!this.#joinsHeads) return this.#write(head, 'latin1');
    if (this.#heads === '') nextTick(flushSeam, this);
    this.#heads += head;
    return true;
  }

  /** Writes the heads that wait for the end of the turn. */
  flush(): void {
    const heads = this.#heads;
    if (heads === '') return;
    this.#heads = '';
    this.#write(heads, 'latin1');
  }

  /** What undici reads next; null when all that has arrived was handed over. */
  #next(read: () => Buffer | null): Buffer | null {
    if (this.#rest.length > 0 && this.#users.length === 0) {
      // Nothing was asked for that this could answer, and undici may be in the middle of the part before.
      this.#rest = [];
      this.#socket.destroy();
    }
    let given: Buffer | null = null;
    let piece: Buffer | null;
    do {
      piece = this.#rest.shift() ?? this.#parts(read());
      if (piece !== null) given = this.#look(piece);
    } while (given === null && piece !== null);
    this.isReading = given !== null;
    if (given === null) {
      this.#users[0]?.packetEnded();
      this.#onPacketEnd();
    }
    return given;
  }

  /** The packet, or its first part, if it must not be handed over at once. */
  #parts(packet: Buffer | null): Buffer | null {
    if (packet === null || this.#users.length < 2) return packet;
    const [first = packet, ...rest] = partsOf(this.#joined(packet), this.version === 10);
    this.#rest = rest;
    return first;
  }

  #joined(piece: Buffer): Buffer {
    const partial = this.#partial;
    this.#partial = null;
    return partial === null ? piece : Buffer.concat([partial, piece]);
  }

  /** The part as undici should have it; null when there is nothing for it yet. */
  #look(piece: Buffer): Buffer | null {
    const first = this.#users[0];
    if (first === undefined || first.isAnswered) return (this.lastPacket = piece);
    let rest = this.#joined(piece);
    this.rawHeaders = null;
    for (;;) {
      if (this.#isLenient) {
        const end = endOfHead(rest);
        if (end === -1 && rest.length <= MAX_HEADER_SIZE) {
          this.#partial = rest;
          return null;
        }
        rest = this.#strict(rest, end);
      }
      const kind = kindOfHead(rest);
      if (kind === HeadKind.Plain) break;
      const end = kind === HeadKind.Unknown ? -1 : rest.indexOf('\r\n\r\n');
      if (end === -1) {
        if (rest.length > MAX_HEADER_SIZE) break;
        this.#partial = rest;
        return null;
      }
      if (kind === HeadKind.Bodiless) {
        this.#begin(first, rest);
        const bytes = withoutFraming(rest, end);
        if (bytes !== rest) this.rawHeaders ??= headOf(rest)?.rawHeaders ?? null;
        return bytes;
      }
      rest = rest.subarray(end + 4);
      if (rest.length === 0) return null;
    }
    this.#begin(first, rest);
    return rest;
  }

  #strict(packet: Buffer, end: number): Buffer {
    const head = end > 0 ? strictForm(packet, end) : null;
    this.rawHeaders = head?.rawHeaders ?? null;
    if (head === null) return packet;
    this.isDoubtful = true;
    return head.bytes;
  }

  #begin(user: SocketUser, rest: Buffer): void {
    user.isAnswered = true;
    this.version = rest.length > 7 && rest[5] === ONE && rest[7] === ZERO ? 10 : 11;
    this.lastPacket = this.firstPacket = rest;
  }
}

/**
 * Parts of a packet of a connection that pipelines: wherever a head may begin, if one of those is not plain or not all there.
 * A part that begins in a body is handed over as it is.
 */
function partsOf(packet: Buffer, isOld: boolean): Buffer[] {
  const text = packet.toString('latin1');
  const isPlain = !isOld && !NOT_PLAIN.test(text);
  if (isPlain && text.indexOf('\r\n\r\n', text.lastIndexOf('HTTP/1.')) !== -1) return [packet];
  const starts = Array.from(text.matchAll(START_OF_HEAD), ({ index }) => index).filter((at) => at > 0);
  return [0, ...starts].map((at, i) => packet.subarray(at, starts[i]));
}

const NOT_PLAIN = /HTTP\/1\.(?!1 (?![23]04)[2-9]\d\d[ -~]*\r\n)|H(?:T(?:T(?:P(?:\/1?)?)?)?)?$/;
const START_OF_HEAD = /HTTP\/1\.|H(?:T(?:T(?:P(?:\/1?)?)?)?)?$/g;

/** What is to be done with a head. */
const enum HeadKind {
  /** undici reads it as it is. */
  Plain,
  /** Too little of it is there. */
  Unknown,
  /** Another one follows. */
  Informational,
  /** No body follows, whatever the headers. */
  Bodiless,
}

/** How long `HTTP/1.1 204` is. */
const STATUS_END = 12;

/** The digits identify plain heads, as most are. undici loses the beginning of a reason that comes in two parts. */
function kindOfHead(bytes: Buffer): HeadKind {
  if (!bytes.includes(LF)) {
    return 'HTTP/1.'.startsWith(bytes.toString('latin1', 0, 7)) ? HeadKind.Unknown : HeadKind.Plain;
  }
  if (bytes[STATUS_END - 3] !== ONE && (bytes[STATUS_END - 2] !== ZERO || bytes[STATUS_END - 1] !== FOUR)) {
    return HeadKind.Plain;
  }
  const [, status] = /^HTTP\/1\.\d (1\d\d|[23]04)$/.exec(bytes.toString('latin1', 0, STATUS_END)) ?? [];
  if (status === undefined) return HeadKind.Plain;
  return status.startsWith('1') && status !== '101' ? HeadKind.Informational : HeadKind.Bodiless;
}

/** The same bytes with other names for the headers that announce a body; `rawHeaders` has the true ones. */
function withoutFraming(bytes: Buffer, end: number): Buffer {
  const head = bytes.toString('latin1', 0, end);
  const changed = head.replace(/\r\n(?=(?:content-length|transfer-encoding)[ \t]*:)./gis, '\r\nx');
  if (changed === head) return bytes;
  return Buffer.concat([Buffer.from(changed, 'latin1'), bytes.subarray(end)]);
}

function flushSeam(seam: SocketSeam): void {
  seam.flush();
}
