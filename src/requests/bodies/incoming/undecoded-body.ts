import { Readable } from 'node:stream';
import type { BodyOwner, PieceQueue } from './piece-queue.js';
import { bodyBytes, type HTTPResponseInit } from './response-init.js';
import { StreamPieces } from './piece-queue.js';

const EMPTY = Buffer.alloc(0);

/** The bytes of a body as they came: those that are here and not handed out yet, and those still to come. */
export class UndecodedBody {
  /** Null for a body that was bytes from the beginning. */
  readonly #pieces: PieceQueue | null;
  #rest: Buffer = EMPTY;
  #taken = 0;

  constructor(init: HTTPResponseInit, owner: BodyOwner) {
    const { body = null, pushed = null, status, request_method } = init;
    if (body instanceof Readable) {
      this.#pieces = new StreamPieces(body, owner);
      // No body follows such a head: reading on to the end frees the connection.
      const isEmpty = request_method === 'HEAD' || status === 204 || status === 304;
      if (isEmpty) this.#pieces.collect(0, () => undefined);
    } else if (pushed !== null) {
      this.#pieces = pushed;
      pushed.attach(owner);
    } else {
      this.#pieces = null;
      this.#rest = body === null ? EMPTY : bodyBytes(body);
    }
  }

  /** Whether nothing more will come; there may be bytes left to hand out. */
  get finished(): boolean {
    return this.#pieces === null || this.#pieces.finished;
  }

  /** What is left of a body that was bytes from the beginning; null for others. */
  get bytes(): Buffer | null {
    return this.#pieces === null ? this.#rest : null;
  }

  /** Whether a reader is waiting for bytes. */
  get awaited(): boolean {
    return this.#pieces?.awaited ?? false;
  }

  /** See {@link PieceQueue.watchWaiting}. */
  watchWaiting(listener: (isWaiting: boolean) => void): void {
    this.#pieces?.watchWaiting(listener);
  }

  /** How many bytes have come off the wire. */
  get received(): number {
    return this.#pieces?.total ?? 0;
  }

  /** How many bytes have been handed out. */
  get taken(): number {
    return this.#taken;
  }

  /** Up to `amt` bytes of the next piece, waiting only when none is here; null at the end. */
  async next(amt: number | null): Promise<Buffer | null> {
    const data = this.#rest.length > 0 || this.#pieces === null ? this.#rest : await this.#pieces.next();
    if (data === null || data.length === 0) return null;
    const part = amt === null ? data : data.subarray(0, amt);
    this.#rest = data.subarray(part.length);
    this.#taken += part.length;
    return part;
  }

  /** Calls `done` when everything is here, or more than `limit` bytes are. */
  collect(limit: number, done: () => void): void {
    if (this.#pieces === null) done();
    else this.#pieces.collect(limit, done);
  }

  /** Everything that is here. */
  take(): Buffer {
    const queued = this.#pieces?.take() ?? EMPTY;
    const all = this.#rest.length === 0 ? queued : Buffer.concat([this.#rest, queued]);
    this.#rest = EMPTY;
    this.#taken += all.length;
    return all;
  }

  /** Drops what is here and ends what is still to come; `destroy` closes the connection, where there is one to close. */
  abandon(destroy: (() => void) | null): void {
    this.#rest = EMPTY;
    if (!this.finished) this.#pieces?.abandon(destroy);
  }
}
