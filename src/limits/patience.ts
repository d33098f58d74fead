import type { Gate, Line, Turn } from './gate.js';
import { SECOND } from './rates.js';
import { TimeHeap } from './time-heap.js';

/** Refuses those that would wait, or have waited, for longer than `max_delay`. */
export class Patience {
  readonly #withdraw: (turn: Turn, line: Line) => void;
  /** Lines, by when their first will have waited for too long. */
  readonly #overdue = new TimeHeap<Line>();
  /** In microseconds. */
  #longest = Infinity;

  /** @param withdraw takes a turn out of its line */
  constructor(maxDelay: number, withdraw: (turn: Turn, line: Line) => void) {
    this.maxDelay = maxDelay;
    this.#withdraw = withdraw;
  }

  /** In seconds; Infinity for any time. */
  set maxDelay(seconds: number) {
    this.#longest = seconds * SECOND;
  }

  /** When the next one will have waited for too long. */
  get due(): number {
    return this.#overdue.due;
  }

  /** How long one that enters `line` now is known to wait, in microseconds, if that is too long; else null. */
  tooLong(line: Line, isFirst: boolean, now: number): number | null {
    if (this.#longest === Infinity) return null;
    const ahead = isFirst ? 0 : line.waiting.length;
    let at = now;
    for (const gate of line.gates) {
      // Every parked line has a turn before a new one has.
      const others = line.queue === null && gate.parked !== null ? gate.parked.length : 0;
      at = Math.max(at, gate.earliest(ahead + others, now));
    }
    return at - now > this.#longest ? at - now : null;
  }

  /** The first of `line` may be another one now. */
  watch(line: Line): void {
    const first = line.waiting.peek();
    if (first === null || this.#longest === Infinity) this.#overdue.remove(line);
    else this.#overdue.set(line, first.enteredAt + this.#longest);
  }

  /** Refuses the first ones of `line`, which cannot start before `at`, as far as that is too late. Later ones came later. */
  heldUp(line: Line, at: number, now: number): void {
    if (at === Infinity) return;
    for (let turn = line.waiting.peek(); turn !== null; turn = line.waiting.peek()) {
      if (at - turn.enteredAt <= this.#longest) return;
      this.#withdraw(turn, line);
      turn.refuse((at - now) / SECOND);
    }
  }

  /** The same for all lines that `gate` is known to hold up, as it is paused. */
  paused(gate: Gate, now: number): void {
    const until = gate.recovery?.until ?? now;
    if (until <= now || this.#longest === Infinity) return;
    const lines = new Set(gate.line === null ? [] : [gate.line]);
    for (let line = gate.parked?.peek() ?? null; line !== null; line = line.next) lines.add(line);
    for (const line of lines) this.heldUp(line, until, now);
  }

  /** Refuses those whose time is over. */
  refuseOverdue(now: number): void {
    for (let line = this.#overdue.takeDue(now); line !== null; line = this.#overdue.takeDue(now)) {
      // The first has waited for exactly as long as it may.
      this.heldUp(line, now + 1, now);
      this.watch(line);
    }
  }
}
