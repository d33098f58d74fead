/** The pause of a key: nothing starts until it ends; then one at a time, two, four, … */
export class Recovery {
  /** When starting may begin again. */
  until: number;
  /** Outcomes of starts before this are out of date. */
  since: number;
  /** How many may be under way at once. */
  allowed = 1;
  running = 0;
  /** How many may be under way after full recovery. */
  readonly #goal: number;
  #succeeded = 0;

  constructor(now: number, until: number, goal: number) {
    // A start at this very moment belongs to the time before.
    this.since = now + 1;
    this.until = Math.max(until, this.since);
    this.#goal = goal;
  }

  /** Paused again, which can only lengthen the pause. */
  extend(now: number, until: number): void {
    this.since = now + 1;
    this.until = Math.max(this.until, until, this.since);
    this.allowed = 1;
    this.running = 0;
    this.#succeeded = 0;
  }

  /** Something that started since has succeeded. Returns whether the key has recovered. */
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
  /** Outcomes of starts before the last cut do not reflect it. */
  #cut = -Infinity;
  #succeeded = 0;

  /** @param allowed how many may be, or were, under way */
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
