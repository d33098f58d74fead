import type { Gate, Line } from './gate.js';
import { SECOND } from './rates.js';
import { TimeHeap } from './time-heap.js';

/** Which gates with parked lines are open, and when the others open or can be forgotten. */
export class Openings {
  readonly #handingOut: Gate[] = [];
  readonly #due = new TimeHeap<Gate>();
  readonly #all: Gate;

  /** @param all is never forgotten */
  constructor(all: Gate) {
    this.#all = all;
  }

  /** When something is due next. */
  get due(): number {
    return this.#due.due;
  }

  /** A gate that is due; null when none is. */
  takeDue(now: number): Gate | null {
    return this.#due.takeDue(now);
  }

  /** Schedules a gate with parked lines, to hand out turns when it opens. */
  arm(gate: Gate, now: number): void {
    if (gate.isHandingOut) return;
    if (!gate.hasParked) {
      if (gate.isIdle) this.expire(gate, now);
      return;
    }
    const opensAt = gate.opensAt(now);
    if (opensAt <= now) {
      gate.isHandingOut = true;
      this.#handingOut.push(gate);
      this.#due.remove(gate);
    } else if (opensAt === Infinity) this.#due.remove(gate);
    else this.#due.set(gate, opensAt);
  }

  /** Schedules an idle gate to be forgotten once its window has passed, in batches. */
  expire(gate: Gate, now: number): void {
    gate.line = null;
    gate.parked = null;
    if (gate !== this.#all) this.#due.set(gate, Math.ceil(gate.expiresAt(now) / SECOND) * SECOND);
  }

  /** The next line of an open gate, and that gate; null when no gate is open. */
  next(now: number): { line: Line; gate: Gate } | null {
    for (let [gate] = this.#handingOut; gate !== undefined; [gate] = this.#handingOut) {
      const line = gate.hasParked && gate.opensAt(now) <= now ? (gate.parked?.shift() ?? null) : null;
      if (line !== null) return { line, gate };
      gate.isHandingOut = false;
      const last = this.#handingOut.pop();
      if (last !== undefined && last !== gate) this.#handingOut[0] = last;
      this.arm(gate, now);
    }
    return null;
  }
}
