import { WorkQueue } from '../builtins/index.js';
import { Alarm, type LimitsClock, systemClock } from './alarm.js';
import { Claims } from './claims.js';
import { type Allowance, Gate, type KeyStats, type Line, Phase, type Turn, UNLIMITED } from './gate.js';
import { Keys } from './keys.js';
import type { LimiterSettings } from './options.js';
import { Openings } from './openings.js';
import { Patience } from './patience.js';
import { MILLISECOND, SECOND } from './rates.js';
import { SharedStarts, type SharedStartsOwner } from './shared-starts.js';

/**
 * Starts things as fast as their keys allow, and never faster.
 *
 * Each key has a {@link Gate}; turns that wait for the same keys share a {@link Line}. A line whose first may start is in the
 * ring `#ready`; any other is parked at the gate that holds it up. A gate with parked lines stands in a heap until its
 * next token is there, or waits for something under way to end; then it hands out turns, line by line, while it is open.
 */
export class Limiter {
  readonly #clock: LimitsClock;
  readonly #alarm: Alarm;
  #settings: LimiterSettings;
  readonly #all: Gate;
  readonly #keys: Keys;
  readonly #ready = new WorkQueue<Line>();
  readonly #openings: Openings;
  readonly #claims: Claims;
  readonly #patience: Patience;
  /** Requests each start from a store, where several processes share their limits. */
  #shared: SharedStarts | null = null;
  #isLetting = false;
  #isPaused = false;

  constructor(settings: LimiterSettings, clock: LimitsClock = systemClock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#all = new Gate('', settings.all);
    this.#openings = new Openings(this.#all);
    this.#claims = new Claims(this.#openings, this.#all);
    this.#keys = new Keys(this.#all, settings.each);
    this.#patience = new Patience(settings.maxDelay, (turn, line) => {
      this.#withdraw(turn, line);
    });
    this.#alarm = new Alarm(clock, () => {
      this.#ring();
    });
    this.#share(settings);
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
    return this.#keys.gates.size;
  }

  /**
   * Queues `turn` behind those of the same keys. If it may start, it does so before this returns.
   * @param keys all of them have to allow the start
   * @param first whether it goes to the head of the line, because it came before the others and has to start again
   */
  enter(turn: Turn, keys: string | readonly string[], first = false): void {
    const now = this.#now();
    const line = this.#keys.lineOf(keys);
    const wait = this.#patience.tooLong(line, first, now);
    if (wait !== null) {
      this.#tidy(line, now);
      turn.refuse(wait / SECOND);
      return;
    }
    turn.enteredAt = now;
    turn.line = line;
    turn.phase = Phase.waiting;
    for (const gate of line.gates) gate.queued += 1;
    if (first) line.waiting.unshift(turn);
    else line.waiting.push(turn);
    if (line.waiting.peek() === turn) this.#patience.watch(line);
    if (line.queue === null && !this.#isPaused) {
      this.#ready.push(line);
      this.#let(now);
    } else if (this.#all.queued === 1) this.#setAlarm(now);
  }

  /** What `turn` started has been, or may have been, written: its token counts as used from now on. */
  written(turn: Turn): void {
    if (turn.phase !== Phase.started || turn.line === null) return;
    turn.phase = Phase.written;
    if (turn.ticket !== null) this.#shared?.settle(turn.ticket, 'used');
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

  /** `turn` is over, or will start again: frees its places and an unused token. Does nothing in any other phase. */
  leave(turn: Turn): void {
    const { phase, line } = turn;
    if (line === null) return;
    if (phase === Phase.waiting) {
      this.#withdraw(turn, line);
      return;
    }
    turn.phase = Phase.outside;
    turn.line = null;
    if (turn.ticket !== null) this.#shared?.left(turn.ticket);
    const now = this.#now();
    for (const gate of line.gates) {
      gate.leave(turn.startedAt, phase === Phase.written);
      if (gate.hasParked) this.#arm(gate, now);
      else if (gate.isIdle) this.#openings.expire(gate, now);
    }
    this.#let(now);
  }

  /**
   * The server of `turn` is overloaded: slows its keys down, or pauses them for `seconds`.
   * @param seconds null when the server gave none
   */
  refused(turn: Turn, seconds: number | null): void {
    const { line, startedAt } = turn;
    if (line === null) return;
    const now = this.#now();
    const pause = seconds === null ? null : Math.min(Math.max(0, seconds), this.#settings.longestPause);
    if (pause !== null) this.#shared?.refused(turn.ticket, line, Math.ceil(pause * SECOND));
    for (const gate of line.gates) {
      if (gate === this.#all) continue;
      if (pause !== null) gate.pause(now + Math.ceil(pause * SECOND), now);
      if (this.#settings.adaptive) gate.slowDown(startedAt, now);
      if (pause === null) continue;
      if (gate.hasParked) this.#arm(gate, now);
      this.#patience.paused(gate, now);
    }
    this.#let(now);
  }

  /** `turn` ended in a way that calls for fewer at once. */
  troubled(turn: Turn): void {
    if (this.#settings.adaptive) this.refused(turn, null);
  }

  /** `turn` ended well. */
  succeeded(turn: Turn): void {
    const { line, ticket } = turn;
    if (line === null) return;
    if (ticket !== null) this.#shared?.ended(ticket, true);
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

  resume(): void {
    this.#isPaused = false;
    this.#reconsider();
  }

  /** Changes the settings; earlier starts still count. */
  set(settings: LimiterSettings): void {
    this.#settings = settings;
    this.#patience.maxDelay = settings.maxDelay;
    this.#all.allowance = settings.all;
    this.#keys.each = settings.each;
    this.#share(settings);
    this.#reconsider();
  }

  /** Lifts every limit, also of single keys. Pauses stay. */
  lift(): void {
    this.#keys.clearOwn();
    this.set({ ...this.#settings, all: UNLIMITED, each: UNLIMITED, maxDelay: Infinity });
  }

  /** Gives `key` an allowance of its own; null removes it. */
  setKey(key: string, allowance: Allowance | null): void {
    this.#keys.setOwn(key, allowance);
    this.#reconsider();
  }

  /** The state of all keys together, and of each remembered key. */
  stats(): { all: KeyStats; keys: Map<string, KeyStats> } {
    const now = this.#now();
    const keys = new Map(Array.from(this.#keys.gates, ([key, gate]) => [key, gate.stats(now)]));
    return { all: this.#all.stats(now), keys };
  }

  /** The waiting turns. */
  waiting(): Iterable<Turn> {
    return this.#keys.waiting();
  }

  /** Switches to the store of the settings, or to counting alone. */
  #share({ store }: LimiterSettings): void {
    if (this.#shared !== null && this.#shared.store === store) return;
    this.#shared?.close();
    this.#shared = store && new SharedStarts(store, this.#clock, this.#storeOwner());
  }

  #storeOwner(): SharedStartsOwner {
    return {
      look: (line) => {
        if (line.queue === null) this.#ready.push(line);
        this.#let(this.#now());
      },
      heldUp: (line, wait) => {
        const now = this.#now();
        if (this.#claims.heldUp(line, wait, now)) this.#let(now);
        if (line.heapIndex !== -1) this.#patience.heldUp(line, now + wait, now);
      },
      failed: (line, error) => {
        const turns: Turn[] = [];
        for (let turn = line.waiting.peek(); turn !== null; turn = turn.next) turns.push(turn);
        for (const turn of turns) this.#withdraw(turn, line);
        for (const turn of turns) turn.fail(error);
      },
    };
  }

  #now(): number {
    return Math.floor(this.#clock.now() * MILLISECOND);
  }

  /** Starts whatever may start. A start may re-enter this. */
  #let(now: number): void {
    if (this.#isLetting) return;
    this.#isLetting = true;
    try {
      while (!this.#isPaused) {
        const line = this.#ready.shift();
        const opening = line === null ? this.#openings.next(now) : { line, gate: null };
        if (opening === null) break;
        this.#try(opening.line, opening.gate, now);
      }
    } finally {
      this.#isLetting = false;
    }
    this.#setAlarm(now);
  }

  /** Starts the first of a line, or parks the line. */
  #try(line: Line, from: Gate | null, now: number): void {
    if (line.waiting.length === 0) return;
    const obstacle = this.#claims.obstacle(line, from, now);
    if (obstacle !== null) {
      this.#park(line, obstacle, now);
      return;
    }
    if (this.#shared?.allows(line, now) === false) return;
    if (line.inVain > 0) this.#claims.started(line, now);
    const turn = line.waiting.shift() as Turn;
    turn.ticket = this.#shared?.take(line) ?? null;
    turn.phase = Phase.started;
    turn.startedAt = now;
    for (const gate of line.gates) gate.take(now);
    if (line.heapIndex !== -1) this.#patience.watch(line);
    if (line.waiting.length > 0) {
      // Behind the others at the same gate: lines take turns.
      if (from?.hasParked === true) from.parked?.push(line);
      else this.#ready.push(line);
    } else this.#keys.forgetLine(line);
    turn.begin();
  }

  #park(line: Line, gate: Gate, now: number): void {
    const parked = (gate.parked ??= new WorkQueue());
    if (this.#claims.has(line)) parked.unshift(line);
    else parked.push(line);
    if (parked.length === 1) this.#openings.arm(gate, now);
    if (line.heapIndex !== -1) this.#patience.heldUp(line, gate.opensAt(now), now);
  }

  /** When `gate` opens has changed, and with it, perhaps, where the line that claims has to wait. */
  #arm(gate: Gate, now: number): void {
    this.#openings.arm(gate, now);
    const line = this.#claims.unpark(gate);
    if (line !== null) this.#ready.push(line);
  }

  #ring(): void {
    const now = this.#now();
    for (let gate = this.#openings.takeDue(now); gate !== null; gate = this.#openings.takeDue(now)) {
      if (gate.hasParked) this.#arm(gate, now);
      else if (gate.isIdle) this.#keys.gates.delete(gate.key);
    }
    this.#patience.refuseOverdue(now);
    this.#let(now);
  }

  #withdraw(turn: Turn, line: Line): void {
    line.waiting.remove(turn);
    turn.phase = Phase.outside;
    turn.line = null;
    for (const gate of line.gates) gate.queued -= 1;
    if (line.heapIndex !== -1) this.#patience.watch(line);
    if (line.waiting.length === 0) {
      line.queue?.remove(line);
      this.#shared?.forget(line);
      const now = this.#now();
      if (this.#claims.giveUp(line, now)) this.#let(now);
      this.#tidy(line, now);
    }
    if (this.#all.queued === 0) this.#setAlarm(this.#now());
  }

  /** Forgets a line that is empty. */
  #tidy(line: Line, now: number): void {
    if (line.waiting.length > 0) return;
    this.#keys.forgetLine(line);
    for (const gate of line.gates) if (gate.isIdle && !gate.hasParked) this.#openings.expire(gate, now);
  }

  /** Checks every line again, after a change of allowances. */
  #reconsider(): void {
    const now = this.#now();
    this.#openings.arm(this.#all, now);
    for (const gate of this.#keys.gates.values()) if (gate.hasParked) this.#openings.arm(gate, now);
    for (const line of this.#keys.lines()) {
      if (line.waiting.length === 0) continue;
      this.#patience.watch(line);
      if (line.queue === null) this.#ready.push(line);
    }
    this.#let(now);
  }

  #setAlarm(now: number): void {
    const due = Math.min(this.#openings.due, this.#patience.due);
    this.#alarm.set(due, now, this.#all.queued > 0 && !this.#isPaused);
  }
}
