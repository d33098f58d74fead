import { type BodyOwner, PieceQueue } from './piece-queue.js';

/** Where the pieces come from. */
export interface PieceSource {
  /** There is room again after `push` returned false. */
  resume(): void;
}

/** Pieces that the transport hands over itself: a stream without the costs of one. */
export class PushedPieces extends PieceQueue {
  #source: PieceSource | null;
  #owner: BodyOwner | null = null;
  #paused = false;

  /** `readAhead`: how many bytes are taken before the first read; null for the default. */
  constructor(source: PieceSource, readAhead: number | null) {
    super();
    this.#source = source;
    if (readAhead !== null) this.readAhead(readAhead);
  }

  /** Sets the owner, which is notified of the end. */
  attach(owner: BodyOwner): this {
    this.#owner = owner;
    return this;
  }

  /** Takes a piece. False: hold the next one back until {@link PieceSource.resume}. */
  push(piece: Buffer): boolean {
    if (!this.finished) this.add(piece);
    return !this.#paused;
  }

  /** Whether the transport has to wait. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The last piece has arrived. */
  ended(): void {
    if (this.finished) return;
    this.#release();
    this.#owner?.bodyEnded();
    this.notify();
  }

  failed(error: unknown): void {
    if (this.finished) return;
    this.#release();
    this.#owner?.bodyFailed(error);
    this.notify();
  }

  override abandon(destroy: (() => void) | null): void {
    if (this.finished) return;
    this.#release();
    this.discard();
    this.notify();
    destroy?.();
  }

  protected override flow(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#source?.resume();
  }

  protected override stop(): void {
    this.#paused = true;
  }

  #release(): void {
    this.finish();
    this.#source = null;
  }
}
