import { type QueueEntry, WorkQueue } from '../builtins/index.js';
import { type Rate, SECOND } from './rates.js';
import { Adaptive, Recovery } from './recovery.js';
import { StartLog } from './start-log.js';
import type { Ticket } from './store.js';
import type { Timed } from './time-heap.js';

/** What one key allows. */
export interface Allowance {
  readonly rates: readonly Rate[];
  /** How many may be under way at once; Infinity for any number. */
  readonly limit: number;
}

export const UNLIMITED: Allowance = { rates: [], limit: Infinity };

/** How a key does that is limited; see `Limiter.stats()`. */
export interface KeyStats {
  /** How many wait to start. */
  readonly queued: number;
  /** How many have started and not ended. */
  readonly running: number;
  /** How many have ever started. A key that is idle for longer than its window is forgotten, and counts anew. */
  readonly started: number;
  /** Starts per second over the last ten seconds. */
  readonly rate: number;
  /** How many may be under way at once at this moment; null for any number. */
  readonly limit: number | null;
  /** Until when nothing starts, in Unix seconds as `time.time()`; null when it is not paused. */
  readonly paused_until: number | null;
}

/** After trouble a key is remembered for at least this long, in microseconds. */
const MEMORY = 60 * SECOND;

/** A key without a limit has recovered when so many were under way at once without trouble. */
const MOST_AT_ONCE = 64;

/** Over how many seconds the rate is measured. */
const SPAN = 10;

/** All that is known of one key: when it last let something start, what is under way, and what waits for it. */
export class Gate implements Timed {
  readonly key: string;
  allowance: Allowance;
  /** The line of those that wait for this key alone. */
  line: Line | null = null;
  /** Lines that could start if it were not for this key, in the order of their turns. */
  parked: WorkQueue<Line> | null = null;
  /** Whether it stands among those that hand out turns. */
  isHandingOut = false;
  heapIndex = -1;
  /** Whether one place is kept for the line that claims it. */
  isHeld = false;
  queued = 0;
  running = 0;
  started = 0;
  recovery: Recovery | null = null;
  adaptive: Adaptive | null = null;
  readonly #log = new StartLog();
  /** How many have started without their time being known. */
  #reserved = 0;
  /** The rate is estimated from the starts of this span of time and of the one before. */
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

  /** When the next may start, which may have passed; Infinity when that depends on something that is under way. */
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
      const free = this.#log.latest(count - reserved) + period;
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
      while (room > 0 && this.#log.latest(count - this.#reserved - (room - 1)) + period > now) room -= 1;
    }
    return room;
  }

  /** A time before which the one that has `ahead` others before it cannot start. */
  earliest(ahead: number, now: number): number {
    let at = Math.max(now, this.recovery?.until ?? 0);
    for (const { count, period } of this.allowance.rates) {
      const before = this.#reserved + ahead;
      const rounds = Math.floor(before / count);
      const first = Math.max(now, this.#log.latest(count - (before % count)) + period);
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

  /** What had started was written now. */
  stamp(now: number): void {
    this.#reserved -= 1;
    this.#log.record(now, this.allowance.rates);
  }

  /** What had started has ended. */
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

  /** What started at `startedAt` went well. Returns whether that may allow more to be under way. */
  succeeded(startedAt: number): boolean {
    const { recovery, adaptive } = this;
    if (recovery === null && adaptive === null) return false;
    adaptive?.succeeded();
    if (recovery !== null && startedAt >= recovery.since && recovery.succeeded()) this.recovery = null;
    return true;
  }

  /** What started at `startedAt` went so that fewer should be under way at once. */
  slowDown(startedAt: number, now: number): void {
    this.adaptive ??= new Adaptive(Math.min(this.allowance.limit, this.running));
    this.adaptive.troubled(startedAt, now);
  }

  /** When an idle gate has nothing left to remember. */
  expiresAt(now: number): number {
    let at = now;
    for (const { period } of this.allowance.rates) at = Math.max(at, this.#log.latest(1) + period);
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

/** Those that wait for the same keys, in the order in which they came. */
export class Line implements QueueEntry, Timed {
  /** In the order in which they are looked at; the one that is for all comes first. */
  readonly gates: readonly Gate[];
  /** By what a line of several keys is found again; null for a line of one. */
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

/** How far a turn has come. */
export const Phase = {
  outside: 0,
  /** In its line. */
  waiting: 1,
  /** Started; its token is reserved. */
  started: 2,
  /** Started, and when is known. */
  written: 3,
} as const;

/**
 * Something that a {@link Limiter} lets start in its turn. The limiter calls the methods, which must not throw; they may
 * be called before `enter()` has returned.
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
  /** @internal What it has started with, where several processes count together. */
  ticket: Ticket | null = null;

  /** It may start now. Its token is reserved until `limiter.written()`, its places are held until `limiter.leave()`. */
  abstract begin(): void;

  /** It will not start: `max_delay` is shorter than the wait, which is `seconds` at the least. */
  abstract refuse(seconds: number): void;

  /** It will not start: the store that counts for several processes has failed. */
  abstract fail(error: Error): void;
}
