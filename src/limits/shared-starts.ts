import { nextTick } from '../builtins/index.js';
import type { LimitsClock } from './alarm.js';
import type { Line } from './gate.js';
import { MILLISECOND, SECOND } from './rates.js';
import {
  type Demand,
  type Grant,
  type LimitStore,
  LONGEST_POLL,
  type Ticket,
  type TicketUse,
} from './store.js';

/** How many starts to request at once. */
const MOST = 100;

/** The callbacks of a {@link SharedStarts} into its limiter. */
export interface SharedStartsOwner {
  /** Looks at a line again. */
  look(line: Line): void;
  /** The first of a line cannot start within the given microseconds. */
  heldUp(line: Line, wait: number): void;
  /** The store has failed: what waits in the line will not start. */
  failed(line: Line, error: Error): void;
}

/** A line that waits for the store. */
interface Held {
  /** Identifies the line to the store. */
  readonly asker: number;
  demands: readonly Demand[];
  /** For the next starts. Unused ones are given back at once. */
  tickets: string[];
  isProbe: boolean;
  isAsking: boolean;
  /** In microseconds. */
  askedAt: number;
  /** Runs until the next attempt is worthwhile. */
  timer: unknown;
}

/** Tickets to report together. */
interface Settled {
  readonly demands: readonly Demand[];
  readonly use: TicketUse;
  readonly ids: string[];
}

/** Several limiters may share a store. */
let lastAsker = 0;

/** Requests from a store each start that the limiter itself would allow. Meanwhile, the line is in no other queue. */
export class SharedStarts {
  readonly store: LimitStore;
  readonly #clock: LimitsClock;
  readonly #owner: SharedStartsOwner;
  readonly #held = new Map<Line, Held>();
  /** Tickets of turns that have started but are not written yet. */
  readonly #open = new Set<Ticket>();
  #isKeeping = false;
  #settled: Settled[] = [];

  constructor(store: LimitStore, clock: LimitsClock, owner: SharedStartsOwner) {
    this.store = store;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Whether the first of `line` may start. If not, the line is checked again when it may. */
  allows(line: Line, now: number): boolean {
    let held = this.#held.get(line);
    if (held === undefined) {
      lastAsker += 1;
      held = newHeld(lastAsker);
      this.#held.set(line, held);
    }
    if (held.tickets.length > 0) return true;
    if (!held.isAsking && held.timer === null) this.#ask(line, held, now);
    return false;
  }

  /** The ticket for the first of `line`. */
  take(line: Line): Ticket | null {
    const held = this.#held.get(line);
    const id = held?.tickets.shift();
    if (held === undefined || id === undefined) return null;
    const ticket = { id, demands: held.demands, isProbe: held.isProbe };
    this.#open.add(ticket);
    this.#keep();
    return ticket;
  }

  /** The turn that started with `ticket` was written now, or never will be. */
  settle(ticket: Ticket, use: 'used' | 'unused'): void {
    if (this.#open.delete(ticket)) this.#settle(ticket.demands, [ticket.id], use);
  }

  /** The turn that started with `ticket` has succeeded or failed. */
  ended(ticket: Ticket, isWell: boolean): void {
    if (!ticket.isProbe) return;
    ticket.isProbe = false;
    this.#probed(ticket.demands, ticket.id, isWell);
  }

  /** The turn that started with `ticket` is over. */
  left(ticket: Ticket): void {
    this.settle(ticket, 'unused');
    this.ended(ticket, false);
  }

  /** The server paused the turn that started with `ticket`: nothing more starts in any process for that long. */
  refused(ticket: Ticket | null, { gates }: Line, microseconds: number): void {
    if (ticket !== null) ticket.isProbe = false;
    for (const { key } of gates.slice(1)) this.store.pause(nameOf(key), microseconds);
  }

  /** `line` is empty. */
  forget(line: Line): void {
    const held = this.#held.get(line);
    if (held === undefined) return;
    this.#held.delete(line);
    if (held.timer === null) return;
    this.#clock.clearTimeout(held.timer);
    this.store.withdraw(held.demands, held.asker);
  }

  /** Releases all lines; the tickets of started turns count as used. */
  close(): void {
    this.#open.clear();
    for (const line of [...this.#held.keys()]) this.forget(line);
  }

  #ask(line: Line, held: Held, now: number): void {
    const room = Math.min(...line.gates.map((gate) => gate.room(now, MOST)));
    held.isAsking = true;
    held.askedAt = now;
    held.demands = line.gates.flatMap(({ key, allowance: { rates } }, index) => {
      if (index > 0) return { key: nameOf(key), rates };
      // The key for all hosts is never paused.
      return rates.length === 0 ? [] : { key: 'all', rates };
    });
    const wanted = Math.max(1, Math.min(room, line.waiting.length));
    this.store.take(held.demands, wanted, held.asker).then(
      (grant) => {
        this.#answered(line, held, grant);
      },
      (error: unknown) => {
        if (this.#held.get(line) !== held) return;
        this.#held.delete(line);
        this.#owner.failed(line, error as Error);
      },
    );
  }

  #answered(line: Line, held: Held, { tickets, wait, isProbe }: Grant): void {
    held.isAsking = false;
    held.tickets = [...tickets];
    held.isProbe = isProbe;
    const isWaiting = this.#held.get(line) === held;
    if (isWaiting) {
      if (wait > 0) this.#lookLater(line, held, wait);
      if (tickets.length > 0 && !this.#isStale(held)) this.#owner.look(line);
    }
    const [unused] = held.tickets;
    if (unused !== undefined) {
      this.#settle(held.demands, held.tickets, 'unused');
      if (isProbe) this.#probed(held.demands, unused, false);
      held.tickets = [];
    }
    if (!isWaiting && wait > 0) this.store.withdraw(held.demands, held.asker);
    if (this.#held.get(line) !== held) return;
    if (line.waiting.length === 0) this.forget(line);
    else if (wait > 0) this.#owner.heldUp(line, wait);
    else this.#owner.look(line);
  }

  /** Whether this process was suspended, or Redis unreachable, for so long that the granted tickets may soon expire. */
  #isStale({ askedAt }: Held): boolean {
    return this.#clock.now() * MILLISECOND - askedAt > (this.store.lease / 2) * SECOND;
  }

  #lookLater(line: Line, held: Held, wait: number): void {
    const delay = Math.min(LONGEST_POLL * 1000, Math.ceil(wait / MILLISECOND));
    held.timer = this.#clock.setTimeout(() => {
      held.timer = null;
      this.#owner.look(line);
    }, delay);
  }

  /** A request that takes long to be written must not lose its ticket. */
  #keep(): void {
    if (this.#isKeeping) return;
    this.#isKeeping = true;
    const again = (): void => {
      this.#isKeeping = false;
      for (const { demands, id } of this.#open) this.#settle(demands, [id], 'kept');
      if (this.#open.size > 0) this.#keep();
    };
    this.#clock.setTimeout(again, (this.store.lease * 1000) / 3).unref();
  }

  #probed(demands: readonly Demand[], ticket: string, isWell: boolean): void {
    for (const { key } of demands) this.store.probed(key, ticket, isWell);
  }

  /** Batches what one tick produces into one call to the store. */
  #settle(demands: readonly Demand[], ids: readonly string[], use: TicketUse): void {
    const last = this.#settled.at(-1);
    if (last?.demands === demands && last.use === use) last.ids.push(...ids);
    else if (this.#settled.push({ demands, use, ids: [...ids] }) === 1) nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    const settled = this.#settled;
    this.#settled = [];
    for (const { demands, ids, use } of settled) this.store.settle(demands, ids, use);
  };
}

function newHeld(asker: number): Held {
  return { asker, demands: [], tickets: [], isProbe: false, isAsking: false, askedAt: 0, timer: null };
}

function nameOf(key: string): string {
  return `key:${key}`;
}
