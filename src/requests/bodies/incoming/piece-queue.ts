/** How much is taken off the wire ahead of the reader. */
const READ_AHEAD = 64 * 1024;

/** Hears how the body ended; `error` is the transport's. */
export interface BodyOwner {
  bodyEnded(): void;
  bodyFailed(error: unknown): void;
}

/**
 * The pieces of a body between transport and reader: each transport has a subclass that starts and stops its flow.
 */
export abstract class PieceQueue {
  readonly #queue: Buffer[] = [];
  #queued = 0;
  #total = 0;
  #limit = READ_AHEAD;
  #collecting = false;
  #finished = false;
  #wake: (() => void) | null = null;

  /** Whether the body has ended, failed or was closed; pieces may still be in the queue. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Whether a reader is waiting. */
  get awaited(): boolean {
    return this.#wake !== null;
  }

  /** How many bytes have come. */
  get total(): number {
    return this.#total;
  }

  /** How many bytes are in the queue. */
  get queued(): number {
    return this.#queued;
  }

  /** The next piece as it came; null at the end, of which the owner has heard. */
  async next(): Promise<Buffer | null> {
    while (this.#queue.length === 0 && !this.#finished) {
      this.flow();
      // The body may have been over before it was read.
      if (this.#isFinished()) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const piece = this.#queue.shift();
    if (piece === undefined) return null;
    this.#queued -= piece.length;
    return piece;
  }

  /** Calls `done` once the body is finished, or more than `limit` bytes have come; {@link take} then gives them. */
  collect(limit: number, done: () => void): void {
    this.#limit = limit + 1;
    if (this.#finished || this.#queued > limit) {
      done();
      return;
    }
    this.#wake = done;
    this.#collecting = true;
    this.flow();
  }

  /** Everything that is queued, in one piece; a single one is not copied. */
  take(): Buffer {
    const whole =
      this.#queue.length === 1 ? (this.#queue[0] as Buffer) : Buffer.concat(this.#queue, this.#queued);
    this.#queue.length = 0;
    this.#queued = 0;
    return whole;
  }

  /** Stops reading and wakes the reader. `destroy`, where there is one, closes what is under the body. */
  abstract abandon(destroy: (() => void) | null): void;

  /** Starts the flow of pieces, unless they are flowing. */
  protected abstract flow(): void;

  /** Stops the flow of pieces until {@link flow}. */
  protected abstract stop(): void;

  /** Takes a piece that came. */
  protected add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#queue.push(piece);
    this.#queued += piece.length;
    this.#total += piece.length;
    if (this.#queued >= this.#limit) this.stop();
    else if (this.#collecting) return;
    this.notify();
  }

  /** Sets how much is taken ahead of the reader, until it collects the whole body. */
  protected readAhead(bytes: number): void {
    this.#limit = bytes;
  }

  /** Nothing more will come. */
  protected finish(): void {
    this.#finished = true;
  }

  protected discard(): void {
    this.#queue.length = 0;
    this.#queued = 0;
  }

  protected notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  #isFinished(): boolean {
    return this.#finished;
  }
}
