import { type WireOwner, WireQueue } from './piece-queue.js';

/** Where the pieces come from. */
export interface PieceSource {
  /** Go on: `push` said to wait, and there is room again. */
  resume(): void;
}

/** A body whose transport hands over the pieces itself: a stream without the costs of one. */
export class PushedBody extends WireQueue {
  #source: PieceSource | null;
  #owner: WireOwner | null = null;
  #paused = false;

  /** `readAhead`: how many bytes are taken before somebody reads. */
  constructor(source: PieceSource, readAhead: number | null) {
    super();
    this.#source = source;
    if (readAhead !== null) this.readAhead(readAhead);
  }

  /** Says who is to be told of the end. */
  attach(owner: WireOwner): void {
    this.#owner = owner;
  }

  /** Takes a piece; false when the next is to wait for {@link PieceSource.resume}. */
  push(piece: Buffer): boolean {
    if (!this.finished) this.add(piece);
    return !this.#paused;
  }

  /** Whether the transport was told to wait. */
  get paused(): boolean {
    return this.#paused;
  }

  /** The last piece has come. */
  ended(): void {
    if (this.finished) return;
    this.#release();
    this.#owner?.wireEnded();
    this.notify();
  }

  failed(error: unknown): void {
    if (this.finished) return;
    this.#release();
    this.#owner?.wireFailed(error);
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
