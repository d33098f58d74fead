/** The unread bodies that the caller reads piece by piece. */
import { socketsPolled } from '../../requests/internal.js';
import type { HTTPResponse } from '../../requests/packages/urllib3.js';

/** How much to send at a time, if available: with an eighth of it, 64 MiB take a third longer. */
const ENOUGH = 4 * 2 ** 20;
const MANY = 1024;
const EMPTY = Buffer.alloc(0);

/** A read whose result the caller does not have yet. */
interface Reading {
  step: Promise<Buffer | null> | null;
  /** What the step gave. */
  piece: Buffer | null;
}

/** Some pieces of a body. */
export interface Pieces {
  readonly pieces: readonly Buffer[];
  /** Nothing follows. */
  readonly ended: boolean;
  /** The error that ended the body after these pieces. */
  readonly error: unknown;
}

export class Bodies {
  readonly #bodies = new Map<number, HTTPResponse>();
  readonly #ids = new WeakMap<HTTPResponse, number>();
  readonly #readings = new WeakMap<HTTPResponse, Reading>();
  #last = 0;

  /** The number of `raw`, whose body is still to be read. */
  idOf(raw: HTTPResponse): number {
    let id = this.#ids.get(raw);
    if (id === undefined) {
      id = this.#last += 1;
      this.#ids.set(raw, id);
      this.#bodies.set(id, raw);
    }
    return id;
  }

  /** Pieces of at most `amt` bytes, like `raw.stream()`: at least one, plus whatever else has arrived. */
  async pieces(id: number, amt: number | null, decode: boolean): Promise<Pieces> {
    const raw = this.#bodies.get(id);
    if (raw === undefined) return { pieces: [], ended: true, error: null };
    const reading = this.#readings.get(raw) ?? { step: null, piece: null };
    this.#readings.set(raw, reading);
    const pieces: Buffer[] = [];
    let size = 0;
    try {
      while (size < ENOUGH && pieces.length < MANY) {
        reading.step ??= raw.nextPart(amt, decode);
        reading.step.then(
          (piece) => {
            reading.piece = piece;
          },
          // A failure of a read that nothing has awaited is reported with the next pieces.
          () => undefined,
        );
        if (pieces.length > 0 && !(await isThere(reading.step))) break;
        const piece = await reading.step;
        reading.step = null;
        reading.piece = null;
        if (piece === null) return this.#ended(id, pieces, null);
        // A piece may be a view of larger memory that later pieces share.
        pieces.push(piece);
        size += piece.length;
      }
    } catch (error) {
      return this.#ended(id, pieces, error);
    }
    return { pieces, ended: false, error: null };
  }

  /** All that is left, decoded. */
  async all(id: number): Promise<Buffer> {
    const raw = this.#bodies.get(id);
    if (raw === undefined) return EMPTY;
    const step = this.#readings.get(raw)?.step ?? null;
    this.#bodies.delete(id);
    const first = step === null ? null : await step;
    const rest = await raw.readAll();
    return first === null ? rest : Buffer.concat([first, rest]);
  }

  /**
   * What the gateway read ahead of `raw` for a caller that has not got all of it, and cannot any more, as the session has read
   * the rest; null for a body that the caller does not have.
   */
  takeOver(raw: HTTPResponse): Buffer | null {
    const id = this.#ids.get(raw);
    if (id === undefined) return null;
    return (this.#bodies.delete(id) ? this.#readings.get(raw)?.piece : null) ?? EMPTY;
  }

  /** How many bytes have come off the wire. */
  tell(id: number): number {
    return this.#bodies.get(id)?.tell() ?? 0;
  }

  close(id: number): void {
    const raw = this.#bodies.get(id);
    this.#bodies.delete(id);
    raw?.close();
  }

  #ended(id: number, pieces: readonly Buffer[], error: unknown): Pieces {
    this.#bodies.delete(id);
    return { pieces, ended: true, error };
  }
}

/** Whether the read is done once the sockets have been polled. */
function isThere(step: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    step.then(
      () => true,
      () => true,
    ),
    socketsPolled().then(() => false),
  ]);
}
