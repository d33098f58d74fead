/** A key that was told to wait: nothing starts until then, and afterwards one, then two, four, … at a time. */
export class Recovery {
  /** When starting may begin again. */
  until: number;
  /** Starts before this do not tell how the key is doing now. */
  since: number;
  /** How many may be under way at once. */
  allowed = 1;
  running = 0;
  /** How many may be under way when all is well again. */
  readonly #goal: number;
  #succeeded = 0;

  constructor(now: number, until: number, goal: number) {
    // What starts at this very moment is of before.
    this.since = now + 1;
    this.until = Math.max(until, this.since);
    this.#goal = goal;
  }

  /** Told to wait again, which can only make the pause longer. */
  extend(now: number, until: number): void {
    this.since = now + 1;
    this.until = Math.max(this.until, until, this.since);
    this.allowed = 1;
    this.running = 0;
    this.#succeeded = 0;
  }

  /** Something that started since has succeeded. Returns whether all is well again. */
  succeeded(): boolean {
    this.#succeeded += 1;
    if (this.#succeeded < this.allowed) return false;
    this.#succeeded = 0;
    this.allowed *= 2;
    return this.allowed >= this.#goal;
  }
}

/** Fewer at once after trouble, one more after each round of success: additive increase, multiplicative decrease. */
export class Adaptive {
  /** How many may be under way at once. */
  allowed: number;
  /** What started before the last cut says nothing of what came of it. */
  #cut = -Infinity;
  #succeeded = 0;

  /** @param allowed how many may be or were under way */
  constructor(allowed: number) {
    this.allowed = allowed;
  }

  /** Something that started at `startedAt` ended in trouble. */
  troubled(startedAt: number, now: number): void {
    if (startedAt <= this.#cut) return;
    this.#cut = now;
    this.#succeeded = 0;
    this.allowed = Math.max(1, this.allowed >> 1);
  }

  /** Something succeeded. */
  succeeded(): void {
    this.#succeeded += 1;
    if (this.#succeeded < this.allowed) return;
    this.#succeeded = 0;
    this.allowed += 1;
  }
}
