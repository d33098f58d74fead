/**
 * The one place that relies on what undici does but does not promise. undici has a spelling and an order of headers of its
 * own, hides the version of HTTP and the bytes behind an error, and takes a `100 Continue` that it did not ask for as a
 * broken server. So two methods of the socket that it is given are replaced:
 *
 * - `write`: undici writes the head of a request as one string, in the call that follows `onRequestStart` with nothing else
 *   between; the head of the request is written in its place. The string ends with an empty line unless chunks follow.
 * - `read`: undici reads by `read()` without a size, until that gives null. What arrives is looked at before undici has it.
 *
 * `test/requests/undici-seam.test.ts` fails when undici does otherwise.
 */
import type { Socket } from 'node:net';
import { nextTick } from '../../../builtins/index.js';

/** A request on the socket. */
export interface SocketUser {
  /** Whether anything of its answer has come. */
  isAnswered: boolean;
  /** The head to write in the place of `written`. `isWhole`: undici writes nothing more of it. */
  wireHead(isWhole: boolean, written: string): string;
  /** Everything that has arrived has been handed over. */
  packetEnded(): void;
}

/** The arguments with which undici calls a socket's `write`, and no others. */
type Write = (data: string | Uint8Array, encoding?: BufferEncoding) => boolean;

const ZERO = 0x30;
const ONE = 0x31;

export class SocketSeam {
  /** Of the latest response: 10 or 11. */
  version = 11;
  /** What arrived last, while something is under way. */
  lastPacket: Buffer | null = null;
  /** In the order of their answers. */
  readonly #users: readonly SocketUser[];
  readonly #write: Write;
  readonly #joinsHeads: boolean;
  /** Whose head undici is about to write. */
  #writing: SocketUser | null = null;
  /** Heads that go out together before the loop turns. */
  #heads = '';
  /** The beginning of an informational head. */
  #partial: Buffer | null = null;

  /** `joinsHeads`: write the heads of one turn at once, which is most of what sending a small request costs. */
  constructor(socket: Socket, users: readonly SocketUser[], joinsHeads: boolean) {
    this.#users = users;
    this.#joinsHeads = joinsHeads;
    this.#write = socket.write.bind(socket);
    const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
    const write: Write = (data, encoding) => this.#replaceHead(data, encoding);
    socket.write = write as Socket['write'];
    // Node itself calls it with 0, to have more fetched and none handed out.
    socket.read = (size) => (size === undefined ? this.#look(read()) : read(size));
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
    const head = user.wireHead(data.endsWith('\r\n\r\n'), data);
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

  #look(piece: Buffer | null): Buffer | null {
    const first = this.#users[0];
    if (piece === null) {
      first?.packetEnded();
      return null;
    }
    if (first === undefined || first.isAnswered) return (this.lastPacket = piece);
    let rest = this.#partial === null ? piece : Buffer.concat([this.#partial, piece]);
    this.#partial = null;
    while (rest.length > 12 && rest.toString('latin1', 0, 12) === 'HTTP/1.1 100') {
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) {
        this.#partial = rest;
        return null;
      }
      rest = rest.subarray(end + 4);
      if (rest.length === 0) return null;
    }
    first.isAnswered = true;
    this.version = rest.length > 7 && rest[5] === ONE && rest[7] === ZERO ? 10 : 11;
    return (this.lastPacket = rest);
  }
}

function flushSeam(seam: SocketSeam): void {
  seam.flush();
}
