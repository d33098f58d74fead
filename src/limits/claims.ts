import type { Gate, Line } from './gate.js';
import type { Openings } from './openings.js';

/** How many turns in vain a line has before it claims its gates. */
const PATIENCE = 4;

/**
 * Sees to it that a line gets all of its gates at last, even if another line always waits for each of them.
 *
 * A line that had its turn at several gates while another was closed claims them: it waits as the first of a closed one, and keeps
 * a place at the open ones. One line at a time does so, so that no two wait for each other. What opens at a known time is waited
 * for first, the latest before all: until then a gate keeps no place if another start there is over, as far as its rates go,
 * by that time. So nothing is kept for longer than it takes to get it again.
 */
export class Claims {
  readonly #openings: Openings;
  readonly #all: Gate;
  /** Lines that want to claim, oldest first. */
  readonly #starved = new Set<Line>();
  /** The one that does. */
  #line: Line | null = null;

  constructor(openings: Openings, all: Gate) {
    this.#openings = openings;
    this.#all = all;
  }

  /** The gate that keeps `line` from starting; null when it may start. `from` is the one at which it has its turn. */
  obstacle(line: Line, from: Gate | null, now: number): Gate | null {
    if (line === this.#line) return this.#claim(line, now);
    const gate = this.#closed(line, from, now);
    if (gate === null || from === null) return gate;
    line.inVain += 1;
    if (line.inVain < PATIENCE) return gate;
    this.#starved.add(line);
    this.#line ??= line;
    return line === this.#line ? this.#claim(line, now) : gate;
  }

  /** Whether `line` goes before all others. */
  has(line: Line): boolean {
    return line === this.#line;
  }

  /** Takes the line that claims from among those parked at `gate`, when that is where it waits. */
  unpark({ parked }: Gate): Line | null {
    const line = this.#line;
    return line !== null && parked?.remove(line) === true ? line : null;
  }

  #closed({ gates }: Line, from: Gate | null, now: number): Gate | null {
    // No overtaking at the gate of all: there, every line waits in the same ring.
    if (from !== this.#all && this.#all.hasParked) return this.#all;
    for (const gate of gates) if (gate.opensAt(now) > now) return gate;
    return null;
  }

  /** Keeps places. Returns where `line` has to wait. */
  #claim({ gates }: Line, now: number): Gate | null {
    let target: Gate | null = null;
    let latest = -1;
    for (const gate of gates) {
      const opensAt = opensFor(gate, now);
      if (opensAt <= now) continue;
      const known = opensAt === Infinity ? 0 : opensAt;
      if (known <= latest) continue;
      target = gate;
      latest = known;
    }
    // Until something that is under way ends, which has no known time, everything is kept.
    const wait = latest > 0 ? latest - now : 0;
    for (const gate of gates) {
      if (opensFor(gate, now) <= now && gate.longestPeriod >= wait) gate.isHeld = true;
      else this.#release(gate, now);
    }
    return target;
  }

  started(line: Line, now: number): void {
    this.giveUp(line, now);
    line.inVain = 0;
  }

  /** `line` does not wait for its gates any more. Returns whether it had claimed them. */
  giveUp(line: Line, now: number): boolean {
    if (!this.#starved.delete(line) || line !== this.#line) return false;
    const [next = null] = this.#starved;
    this.#line = next;
    for (const gate of line.gates) this.#release(gate, now);
    return true;
  }

  /**
   * The store lets `line` start in `wait` microseconds at the earliest: until then places are kept only where they take no less to
   * get again. Returns whether `line` claims its gates.
   */
  heldUp(line: Line, wait: number, now: number): boolean {
    if (line !== this.#line) return false;
    for (const gate of line.gates) if (gate.longestPeriod < wait) this.#release(gate, now);
    return true;
  }

  #release(gate: Gate, now: number): void {
    if (!gate.isHeld) return;
    gate.isHeld = false;
    this.#openings.arm(gate, now);
  }
}

/** When `gate` opens for the line that keeps a place there, or may. */
function opensFor(gate: Gate, now: number): number {
  const { isHeld } = gate;
  gate.isHeld = false;
  const at = gate.opensAt(now);
  gate.isHeld = isHeld;
  return at;
}
