import { WorkQueue } from '../builtins/work-queue.js';
import { Alarm, type LimitsClock, systemClock } from './alarm.js';
import { type Allowance, Gate, type KeyStats } from './gate.js';
import { Line, OUTSIDE, STARTED, type Turn, WAITING, WRITTEN } from './line.js';
import { MILLISECOND, SECOND } from './rates.js';
import { TimeHeap } from './time-heap.js';

/** What a {@link Limiter} holds to. */
export interface LimiterSettings {
  /** For all keys together. */
  readonly all: Allowance;
  /** For each key that has no allowance of its own. */
  readonly each: Allowance;
  /** Seconds that one may wait for its turn; Infinity for any time. */
  readonly maxDelay: number;
  /** Seconds that a pause lasts at most. */
  readonly longestPause: number;
  /** Whether trouble lowers how many may be under way at once. */
  readonly adaptive: boolean;
}

/** Between the parts of the name of a line of several keys. */
const SEPARATOR = '\0';

/**
 * Lets things start as fast as their keys allow, and never faster.
 *
 * Each key has a {@link Gate}; those that wait for the same keys stand in one {@link Line}. A line whose first may start is in the
 * ring `#ready`; any other is parked at the gate that holds it up. A gate with parked lines stands in a heap until its
 * next token is there, or waits for something under way to end; then it hands out turns, line by line, while it is open.
 */
export class Limiter {
  readonly #clock: LimitsClock;
  readonly #alarm: Alarm;
  #settings: LimiterSettings;
  readonly #all: Gate;
  readonly #gates = new Map<string, Gate>();
  readonly #own = new Map<string, Allowance>();
  /** Lines of several keys. */
  readonly #lines = new Map<string, Line>();
  readonly #ready = new WorkQueue<Line>();
  readonly #handingOut: Gate[] = [];
  readonly #due = new TimeHeap<Gate>();
  readonly #overdue = new TimeHeap<Line>();
  #isLetting = false;
  #isPaused = false;

  constructor(settings: LimiterSettings, clock: LimitsClock = systemClock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#all = new Gate('', settings.all);
    this.#alarm = new Alarm(clock, () => {
      this.#ring();
    });
  }

  /** How many wait for their turn. */
  get queued(): number {
    return this.#all.queued;
  }

  /** How many have started and not ended. */
  get running(): number {
    return this.#all.running;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#gates.size;
  }

  /**
   * Queues `turn` behind those of the same keys; one that may start does so before this returns.
   * @param keys all of them have to allow the start
   * @param first whether it goes before those that wait already, because it came before them and has to start again
   */
  enter(turn: Turn, keys: string | readonly string[], first = false): void {
    const now = this.#now();
    const line = typeof keys === 'string' ? this.#lineOf(keys) : this.#lineOfSeveral(keys);
    const { maxDelay } = this.#settings;
    if (maxDelay !== Infinity) {
      const wait = this.#shortestWait(line, first, now);
      if (wait > maxDelay * SECOND) {
        this.#tidy(line, now);
        turn.refuse(wait / SECOND);
        return;
      }
    }
    turn.enteredAt = now;
    turn.line = line;
    turn.phase = WAITING;
    for (const gate of line.gates) gate.queued += 1;
    if (first) line.waiting.unshift(turn);
    else line.waiting.push(turn);
    if (maxDelay !== Infinity) this.#watch(line);
    if (line.queue === null && !this.#isPaused) {
      this.#ready.push(line);
      this.#let(now);
    } else if (this.#all.queued === 1) this.#setAlarm(now);
  }

  /** What `turn` let start has been written, or may have been: its token is used from now on. */
  written(turn: Turn): void {
    if (turn.phase !== STARTED || turn.line === null) return;
    turn.phase = WRITTEN;
    const now = Math.ceil(this.#clock.now() * MILLISECOND);
    let mustArm = false;
    for (const gate of turn.line.gates) {
      gate.stamp(now);
      if (gate.hasParked && gate.heapIndex === -1) {
        this.#arm(gate, now);
        mustArm = true;
      }
    }
    if (mustArm) this.#let(now);
  }

  /** `turn` is over, or will start again: its places are free, and so is a token that was not used. In any other phase: nothing. */
  leave(turn: Turn): void {
    const { phase, line } = turn;
    if (line === null) return;
    if (phase === WAITING) {
      this.#withdraw(turn, line);
      return;
    }
    turn.phase = OUTSIDE;
    turn.line = null;
    const now = this.#now();
    for (const gate of line.gates) {
      gate.leave(turn.startedAt, phase === WRITTEN);
      if (gate.hasParked) this.#arm(gate, now);
      else if (gate.isIdle) this.#expire(gate, now);
    }
    this.#let(now);
  }

  /**
   * The keys of `turn` want fewer: with `seconds`, nothing starts for so long.
   * @param seconds null when they did not say for how long
   */
  refused(turn: Turn, seconds: number | null): void {
    const { line, startedAt } = turn;
    if (line === null) return;
    const now = this.#now();
    const pause = seconds === null ? null : Math.min(Math.max(0, seconds), this.#settings.longestPause);
    for (const gate of line.gates) {
      if (gate === this.#all) continue;
      if (pause !== null) gate.pause(now + Math.ceil(pause * SECOND), now);
      if (this.#settings.adaptive) gate.slowDown(startedAt, now);
      if (pause !== null && gate.hasParked) this.#arm(gate, now);
    }
    if (pause !== null && this.#settings.maxDelay !== Infinity) this.#refuseHeldUp(line, now);
    this.#let(now);
  }

  /** `turn` ended in a way that says that fewer should be under way at once. */
  troubled(turn: Turn): void {
    if (this.#settings.adaptive) this.refused(turn, null);
  }

  /** `turn` ended well. */
  succeeded(turn: Turn): void {
    const { line } = turn;
    if (line === null) return;
    let now: number | null = null;
    for (const gate of line.gates) {
      if (gate.succeeded(turn.startedAt) && gate.hasParked) this.#arm(gate, (now ??= this.#now()));
    }
    if (now !== null) this.#let(now);
  }

  /** Holds back what has not started until `resume()`. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on. */
  resume(): void {
    this.#isPaused = false;
    this.#reconsider();
  }

  /** Changes what it holds to; what started before counts. */
  set(settings: LimiterSettings): void {
    this.#settings = settings;
    this.#all.allowance = settings.all;
    for (const gate of this.#gates.values()) gate.allowance = this.#allowanceOf(gate.key);
    this.#reconsider();
  }

  /** Gives `key` an allowance of its own; null takes it away. */
  setKey(key: string, allowance: Allowance | null): void {
    if (allowance === null) this.#own.delete(key);
    else this.#own.set(key, allowance);
    const gate = this.#gates.get(key);
    if (gate === undefined) return;
    gate.allowance = this.#allowanceOf(key);
    this.#reconsider();
  }

  /** How all together, and each key that is remembered, does. */
  stats(): { all: KeyStats; keys: Map<string, KeyStats> } {
    const now = this.#now();
    const keys = new Map(Array.from(this.#gates, ([key, gate]) => [key, gate.stats(now)]));
    return { all: this.#all.stats(now), keys };
  }

  #now(): number {
    return Math.floor(this.#clock.now() * MILLISECOND);
  }

  #allowanceOf(key: string): Allowance {
    return this.#own.get(key) ?? this.#settings.each;
  }

  #gateOf(key: string): Gate {
    let gate = this.#gates.get(key);
    if (gate === undefined) {
      gate = new Gate(key, this.#allowanceOf(key));
      this.#gates.set(key, gate);
    }
    return gate;
  }

  #lineOf(key: string): Line {
    const gate = this.#gateOf(key);
    return (gate.line ??= new Line([this.#all, gate], null));
  }

  #lineOfSeveral(keys: readonly string[]): Line {
    const [first = ''] = keys;
    const unique = keys.length < 2 ? [first] : [...new Set(keys)].sort();
    if (unique.length === 1) return this.#lineOf(first);
    const name = unique.join(SEPARATOR);
    let line = this.#lines.get(name);
    if (line === undefined) {
      line = new Line([this.#all, ...unique.map((key) => this.#gateOf(key))], name);
      this.#lines.set(name, line);
    }
    return line;
  }

  /** How long one that enters now waits at the least. */
  #shortestWait(line: Line, first: boolean, now: number): number {
    const ahead = first ? 0 : line.waiting.length;
    let at = now;
    for (const gate of line.gates) {
      // Every parked line has a turn before a new one has.
      const others = line.queue === null && gate.parked !== null ? gate.parked.length : 0;
      at = Math.max(at, gate.earliest(ahead + others, now));
    }
    return at - now;
  }

  /** Lets start what may. What starts may lead back here. */
  #let(now: number): void {
    if (this.#isLetting) return;
    this.#isLetting = true;
    try {
      while (!this.#isPaused) {
        const line = this.#ready.shift();
        if (line !== null) this.#try(line, null, now);
        else if (!this.#handOut(now)) break;
      }
    } finally {
      this.#isLetting = false;
    }
    this.#setAlarm(now);
  }

  /** Gives the next turn of a gate that is open. Returns whether there was one. */
  #handOut(now: number): boolean {
    const gate = this.#handingOut[0];
    if (gate === undefined) return false;
    const line = gate.hasParked && gate.opensAt(now) <= now ? (gate.parked?.shift() ?? null) : null;
    if (line === null) {
      gate.isHandingOut = false;
      const last = this.#handingOut.pop();
      if (last !== undefined && last !== gate) this.#handingOut[0] = last;
      this.#arm(gate, now);
    } else this.#try(line, gate, now);
    return true;
  }

  /** Lets the first of a line start, or parks it. */
  #try(line: Line, from: Gate | null, now: number): void {
    const obstacle = this.#obstacle(line, from, now);
    if (obstacle !== null) {
      this.#park(line, obstacle, now);
      return;
    }
    const turn = line.waiting.shift();
    if (turn === null) return;
    turn.phase = STARTED;
    turn.startedAt = now;
    for (const gate of line.gates) gate.take(now);
    if (line.heapIndex !== -1) this.#watch(line);
    if (line.waiting.length > 0) {
      // Behind those that wait for the same gate: lines take turns.
      if (from?.hasParked === true) from.parked?.push(line);
      else this.#ready.push(line);
    } else if (line.name !== null) this.#lines.delete(line.name);
    turn.begin();
  }

  /** The gate that keeps a line from starting; null when it may start. */
  #obstacle(line: Line, from: Gate | null, now: number): Gate | null {
    // No overtaking at the gate of all: there, every line waits in the same ring.
    if (from !== this.#all && this.#all.hasParked) return this.#all;
    for (const gate of line.gates) if (gate.opensAt(now) > now) return gate;
    return null;
  }

  #park(line: Line, gate: Gate, now: number): void {
    const parked = (gate.parked ??= new WorkQueue());
    parked.push(line);
    if (parked.length === 1) this.#arm(gate, now);
    if (line.heapIndex === -1) return;
    const opensAt = gate.opensAt(now);
    if (opensAt !== Infinity) this.#refuseHopeless(line, opensAt, now);
  }

  /** Sees to it that a gate with parked lines hands out turns when it opens. */
  #arm(gate: Gate, now: number): void {
    if (gate.isHandingOut) return;
    if (!gate.hasParked) {
      if (gate.isIdle) this.#expire(gate, now);
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

  /** An idle gate is forgotten when its window has passed; many are forgotten together. */
  #expire(gate: Gate, now: number): void {
    gate.line = null;
    gate.parked = null;
    if (gate !== this.#all) this.#due.set(gate, Math.ceil(gate.expiresAt(now) / SECOND) * SECOND);
  }

  #ring(): void {
    const now = this.#now();
    for (let gate = this.#due.takeDue(now); gate !== null; gate = this.#due.takeDue(now)) {
      if (gate.hasParked) this.#arm(gate, now);
      else if (gate.isIdle) this.#gates.delete(gate.key);
    }
    for (let line = this.#overdue.takeDue(now); line !== null; line = this.#overdue.takeDue(now)) {
      // The first has waited for exactly as long as it may.
      this.#refuseHopeless(line, now + 1, now);
      this.#watch(line);
    }
    this.#let(now);
  }

  /** After a pause: refuses those for which it is known to be too long. */
  #refuseHeldUp(paused: Line, now: number): void {
    for (const gate of paused.gates) {
      const until = gate.recovery?.until ?? now;
      if (until <= now) continue;
      const lines = new Set(gate.line === null ? [] : [gate.line]);
      for (let line = gate.parked?.peek() ?? null; line !== null; line = line.next) lines.add(line);
      for (const line of lines) this.#refuseHopeless(line, until, now);
    }
  }

  /** Refuses the first ones of a line that cannot start before `at`, as far as that is too late. Later ones came later. */
  #refuseHopeless(line: Line, at: number, now: number): void {
    const longest = this.#settings.maxDelay * SECOND;
    for (let turn = line.waiting.peek(); turn !== null; turn = line.waiting.peek()) {
      if (at - turn.enteredAt <= longest) return;
      this.#withdraw(turn, line);
      turn.refuse((at - now) / SECOND);
    }
  }

  #withdraw(turn: Turn, line: Line): void {
    line.waiting.remove(turn);
    turn.phase = OUTSIDE;
    turn.line = null;
    for (const gate of line.gates) gate.queued -= 1;
    if (line.heapIndex !== -1) this.#watch(line);
    if (line.waiting.length === 0) {
      line.queue?.remove(line);
      this.#tidy(line, this.#now());
    }
    if (this.#all.queued === 0) this.#setAlarm(this.#now());
  }

  /** Notes when the first of a line will have waited for too long. */
  #watch(line: Line): void {
    const first = line.waiting.peek();
    const { maxDelay } = this.#settings;
    if (first === null || maxDelay === Infinity) this.#overdue.remove(line);
    else this.#overdue.set(line, first.enteredAt + maxDelay * SECOND);
  }

  /** Forgets a line that is empty. */
  #tidy(line: Line, now: number): void {
    if (line.waiting.length > 0) return;
    if (line.name !== null) this.#lines.delete(line.name);
    for (const gate of line.gates) if (gate.isIdle && !gate.hasParked) this.#expire(gate, now);
  }

  /** After a change of what is allowed: looks at every line again. */
  #reconsider(): void {
    const now = this.#now();
    const look = (line: Line | null): void => {
      if (line === null || line.waiting.length === 0) return;
      this.#watch(line);
      if (line.queue === null) this.#ready.push(line);
    };
    this.#arm(this.#all, now);
    for (const gate of this.#gates.values()) {
      if (gate.hasParked) this.#arm(gate, now);
      look(gate.line);
    }
    for (const line of this.#lines.values()) look(line);
    this.#let(now);
  }

  #setAlarm(now: number): void {
    const due = Math.min(this.#due.due, this.#overdue.due);
    this.#alarm.set(due, now, this.#all.queued > 0 && !this.#isPaused);
  }
}
