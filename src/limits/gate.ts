import { type QueueEntry, WorkQueue } from '../builtins/index.js';
import { type Rate, SECOND } from './rates.js';
import { Adaptive, Recovery } from './recovery.js';
import { latestStart, NO_STARTS, type StartLog, withStart } from './start-log.js';
import type { Ticket } from './store.js';
import type { Timed } from './time-heap.js';

/** What one key allows. */
export interface Allowance {
  readonly rates: readonly Rate[];
  /** How many may be under way at once; Infinity for any number. */
  readonly limit: number;
}

export const UNLIMITED: Allowance = { rates: [], limit: Infinity };

/** The state of a limited key; see `Limiter.stats()`. */
export interface KeyStats {
  /** How many wait to start. */
  readonly queued: number;
  /** How many have started and not ended. */
  readonly running: number;
  /** How many have started so far. A key that is idle for longer than its window is forgotten, and counts from 0 again. */
  readonly started: number;
  /** Starts per second over the last ten seconds. */
  readonly rate: number;
  /** How many may be under way at once at this moment; null for any number. */
  readonly limit: number | null;
  /** When the pause ends, in Unix seconds like `time.time()`; null when not paused. */
  readonly paused_until: number | null;
}

/** After trouble a key is remembered for at least this long, in microseconds. */
const MEMORY = 60 * SECOND;

/** A key without a limit has recovered once this many were under way at a time without trouble. */
const MOST_AT_ONCE = 64;

/** The seconds over which the rate is measured. */
const SPAN = 10;

/** The state of one key: its latest starts, what is under way, and what waits for it. */
export class Gate implements Timed {
  readonly key: string;
  allowance: Allowance;
  /** The line of turns that wait for this key alone. */
  line: Line | null = null;
  /** Lines that only this key holds back, in the order of their turns. */
  parked: WorkQueue<Line> | null = null;
  /** Whether it is among the gates that hand out turns. */
  isHandingOut = false;
  heapIndex = -1;
  /** Whether one place is kept for the line that claims it. */
  isHeld = false;
  queued = 0;
  running = 0;
  started = 0;
  recovery: Recovery | null = null;
  adaptive: Adaptive | null = null;
  #log: StartLog = NO_STARTS;
  /** How many have started but have no start time yet. */
  #reserved = 0;
  /** The rate is estimated from the starts of this span and of the one before. */
  #span = 0;
  #inSpan = 0;
  #inLastSpan = 0;

  constructor(key: string, allowance: Allowance) {
    this.key = key;
    this.allowance = allowance;
  }

  get hasParked(): boolean {
    return this.parked !== null && this.parked.length > 0;
  }

  get isIdle(): boolean {
    return this.running === 0 && this.queued === 0;
  }

  /** When the next may start, possibly in the past; Infinity when that depends on something under way. */
  opensAt(now: number): number {
    const held = this.isHeld ? 1 : 0;
    if (this.running + held >= this.#limit()) return Infinity;
    let at = -Infinity;
    const { recovery } = this;
    if (recovery !== null) {
      if (recovery.until > now) at = recovery.until;
      else if (recovery.running + held >= recovery.allowed) return Infinity;
    }
    const reserved = this.#reserved + held;
    for (const { count, period } of this.allowance.rates) {
      if (reserved >= count) return Infinity;
      const free = latestStart(this.#log, count - reserved) + period;
      if (free > at) at = free;
    }
    return at;
  }

  /** How many may start now, `most` at the most. */
  room(now: number, most: number): number {
    let room = Math.min(most, this.#limit() - this.running);
    if (this.recovery !== null) room = Math.min(room, this.recovery.allowed - this.recovery.running);
    for (const { count, period } of this.allowance.rates) {
      room = Math.min(room, count - this.#reserved);
      while (room > 0 && latestStart(this.#log, count - this.#reserved - (room - 1)) + period > now)
        room -= 1;
    }
    return room;
  }

  /** The earliest time at which a turn with `ahead` others before it can start. */
  earliest(ahead: number, now: number): number {
    let at = Math.max(now, this.recovery?.until ?? 0);
    for (const { count, period } of this.allowance.rates) {
      const before = this.#reserved + ahead;
      const rounds = Math.floor(before / count);
      const first = Math.max(now, latestStart(this.#log, count - (before % count)) + period);
      at = Math.max(at, first + rounds * period);
    }
    return at;
  }

  /** The longest time that a rate may keep it closed, in microseconds. */
  get longestPeriod(): number {
    return this.allowance.rates.reduce((longest, { period }) => Math.max(longest, period), 0);
  }

  /** Something starts. */
  take(now: number): void {
    this.queued -= 1;
    this.running += 1;
    this.started += 1;
    this.#reserved += 1;
    if (this.recovery !== null) this.recovery.running += 1;
    this.#roll(now);
    this.#inSpan += 1;
  }

  /** Something that had started was written just now. */
  stamp(now: number): void {
    this.#reserved -= 1;
    this.#log = withStart(this.#log, now, this.allowance.rates);
  }

  /** Something that had started has ended. */
  leave(startedAt: number, wasWritten: boolean): void {
    this.running -= 1;
    if (!wasWritten) this.#reserved -= 1;
    const { recovery } = this;
    if (recovery !== null && startedAt >= recovery.since) recovery.running -= 1;
  }

  /** Lets nothing start until then. */
  pause(until: number, now: number): void {
    if (this.recovery !== null) this.recovery.extend(now, until);
    else this.recovery = new Recovery(now, until, Math.min(this.allowance.limit, MOST_AT_ONCE));
  }

  /** Something that started at `startedAt` succeeded. Returns whether more may now be under way. */
  succeeded(startedAt: number): boolean {
    const { recovery, adaptive } = this;
    if (recovery === null && adaptive === null) return false;
    adaptive?.succeeded();
    if (recovery !== null && startedAt >= recovery.since && recovery.succeeded()) this.recovery = null;
    return true;
  }

  /** Something that started at `startedAt` ended in trouble: fewer should be under way at once. */
  slowDown(startedAt: number, now: number): void {
    this.adaptive ??= new Adaptive(Math.min(this.allowance.limit, this.running));
    this.adaptive.troubled(startedAt, now);
  }

  /** When an idle gate can be forgotten. */
  expiresAt(now: number): number {
    let at = now;
    for (const { period } of this.allowance.rates) at = Math.max(at, latestStart(this.#log, 1) + period);
    if (this.recovery !== null) at = Math.max(at, this.recovery.until + MEMORY);
    if (this.adaptive !== null) at = Math.max(at, now + MEMORY);
    return at;
  }

  stats(now: number): KeyStats {
    this.#roll(now);
    const limit = this.#limit();
    const until = this.recovery?.until ?? now;
    const passed = (now / SECOND - this.#span * SPAN) / SPAN;
    return {
      queued: this.queued,
      running: this.running,
      started: this.started,
      rate: (this.#inSpan + this.#inLastSpan * (1 - passed)) / SPAN,
      limit: limit === Infinity ? null : limit,
      paused_until: until > now ? (Date.now() + (until - now) / 1000) / 1000 : null,
    };
  }

  #limit(): number {
    return this.adaptive === null
      ? this.allowance.limit
      : Math.min(this.allowance.limit, this.adaptive.allowed);
  }

  #roll(now: number): void {
    const span = Math.floor(now / (SPAN * SECOND));
    if (span === this.#span) return;
    this.#inLastSpan = span === this.#span + 1 ? this.#inSpan : 0;
    this.#inSpan = 0;
    this.#span = span;
  }
}

/** The turns that wait for the same keys, in order of arrival. */
export class Line implements QueueEntry, Timed {
  /** In the order in which they are checked; the gate for all keys comes first. */
  readonly gates: readonly Gate[];
  /** The lookup name of a line of several keys; null for a line of one. */
  readonly name: string | null;
  readonly waiting = new WorkQueue<Turn>();
  queue: WorkQueue<this> | null = null;
  previous: this | null = null;
  next: this | null = null;
  heapIndex = -1;
  /** How often it had its turn at a gate while another was closed, since its last start. */
  inVain = 0;

  constructor(gates: readonly Gate[], name: string | null) {
    this.gates = gates;
    this.name = name;
  }
}

/** The state of a turn. */
export const Phase = {
  outside: 0,
  /** In its line. */
  waiting: 1,
  /** Started; its token is reserved. */
  started: 2,
  /** Started, and its start time is known. */
  written: 3,
} as const;

/**
 * Something that starts when its {@link Limiter} allows. The limiter calls the methods, which must not throw; it may
 * call them before `enter()` has returned.
 */
export abstract class Turn implements QueueEntry {
  queue: WorkQueue<this> | null = null;
  previous: this | null = null;
  next: this | null = null;
  /** @internal */
  line: Line | null = null;
  /** @internal */
  phase: number = Phase.outside;
  /** @internal In microseconds of the limiter's clock. */
  enteredAt = 0;
  /** @internal In microseconds of the limiter's clock. */
  startedAt = 0;
  /** @internal The ticket it has started with, where several processes share their limits. */
  ticket: Ticket | null = null;

  /** It may start now. Its token is reserved until `limiter.written()`, its places are held until `limiter.leave()`. */
  abstract begin(): void;

  /** It will not start: the wait, at least `seconds`, is longer than `max_delay`. */
  abstract refuse(seconds: number): void;

  /** It will not start: the shared store has failed. */
  abstract fail(error: Error): void;
}
