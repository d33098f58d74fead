import type { Gate, Line, Turn } from './gate.js';
import { SECOND } from './rates.js';
import { TimeHeap } from './time-heap.js';

/** Refuses turns that would wait, or have waited, longer than `max_delay`. */
export class Patience {
  readonly #withdraw: (turn: Turn, line: Line) => void;
  /** Lines, by when the wait of their first becomes too long. */
  readonly #overdue = new TimeHeap<Line>();
  /** In microseconds. */
  #longest = Infinity;

  /** @param withdraw takes a turn out of its line */
  constructor(maxDelay: number, withdraw: (turn: Turn, line: Line) => void) {
    this.maxDelay = maxDelay;
    this.#withdraw = withdraw;
  }

  /** In seconds; Infinity for no limit. */
  set maxDelay(seconds: number) {
    this.#longest = seconds * SECOND;
  }

  /** When the next wait becomes too long. */
  get due(): number {
    return this.#overdue.due;
  }

  /** The shortest possible wait of a turn that enters `line` now, in microseconds, if that is too long; else null. */
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

  /** Call when the first of `line` may have changed. */
  watch(line: Line): void {
    const first = line.waiting.peek();
    if (first === null || this.#longest === Infinity) this.#overdue.remove(line);
    else this.#overdue.set(line, first.enteredAt + this.#longest);
  }

  /** Refuses the turns at the head of `line` for which `at`, the earliest start, is too late. */
  heldUp(line: Line, at: number, now: number): void {
    if (at === Infinity) return;
    for (let turn = line.waiting.peek(); turn !== null; turn = line.waiting.peek()) {
      if (at - turn.enteredAt <= this.#longest) return;
      this.#withdraw(turn, line);
      turn.refuse((at - now) / SECOND);
    }
  }

  /** The same for all lines held up by `gate`, which is paused. */
  paused(gate: Gate, now: number): void {
    const until = gate.recovery?.until ?? now;
    if (until <= now || this.#longest === Infinity) return;
    const lines = new Set(gate.line === null ? [] : [gate.line]);
    for (let line = gate.parked?.peek() ?? null; line !== null; line = line.next) lines.add(line);
    for (const line of lines) this.heldUp(line, until, now);
  }

  /** Refuses the turns whose wait has become too long. */
  refuseOverdue(now: number): void {
    for (let line = this.#overdue.takeDue(now); line !== null; line = this.#overdue.takeDue(now)) {
      // The first has waited exactly `max_delay`.
      this.heldUp(line, now + 1, now);
      this.watch(line);
    }
  }
}
