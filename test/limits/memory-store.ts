import type { Demand, Grant, LimitStore, TicketUse } from '../../src/limits/index.js';
import type { FakeClock } from './fake-clock.js';

/** Microseconds after which an asker that has not returned loses its place. */
const GRACE = 1_000_000;

/** The rates of a RedisLimitStore, in memory and by the clock of a test. It knows no pauses. */
export class MemoryStore implements LimitStore {
  readonly lease = 30;
  readonly #clock: FakeClock;
  /** Of each key: when a ticket was used; Infinity before. */
  readonly #starts = new Map<string, Map<string, number>>();
  /** Of each key: when an asker should ask again. */
  readonly #waiting = new Map<string, Map<number, number>>();
  #lastTicket = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  get #now(): number {
    return this.#clock.now() * 1000;
  }

  take(demands: readonly Demand[], wanted: number, asker: number): Promise<Grant> {
    const now = this.#now;
    const gates = demands.map(({ key, rates }) => {
      const waiting = of(this.#waiting, key);
      for (const [other, at] of waiting) if (at < now - GRACE) waiting.delete(other);
      const starts = of(this.#starts, key);
      const longest = Math.max(...rates.map(({ period }) => period));
      for (const [ticket, at] of starts) if (at <= now - longest) starts.delete(ticket);
      const order = [...waiting].sort(([, a], [, b]) => a - b).map(([other]) => other);
      const place = order.indexOf(asker);
      return { rates, waiting, ahead: place === -1 ? order.length : place, starts };
    });
    let room = wanted;
    for (const { rates, starts, ahead } of gates) {
      for (const { count, period } of rates) {
        const used = [...starts.values()].filter((at) => at > now - period).length;
        room = Math.min(room, Math.max(0, count - used - ahead));
      }
    }
    let wait = 0;
    for (const { rates, starts, waiting, ahead } of gates) {
      let blocked = 0;
      for (const { count, period } of rates) {
        const inWindow = [...starts.values()].filter((at) => at > now - period).sort((a, b) => a - b);
        const needed = inWindow.length + ahead + room + 1 - count;
        if (room === wanted || needed <= 0) continue;
        const free = inWindow[(needed - 1) % count] ?? Infinity;
        const rounds = Math.floor((needed - 1) / count);
        blocked = Math.max(
          blocked,
          free === Infinity ? rounds * period + 50_000 : free + (rounds + 1) * period - now,
        );
      }
      if (blocked > 0) waiting.set(asker, now + blocked);
      else waiting.delete(asker);
      wait = Math.max(wait, blocked);
    }
    const tickets = Array.from({ length: room }, () => `t${(this.#lastTicket += 1)}`);
    for (const { starts } of gates) for (const ticket of tickets) starts.set(ticket, Infinity);
    if (room < wanted) wait = Math.max(wait, 1000);
    return Promise.resolve({ tickets, wait, isProbe: false });
  }

  settle(demands: readonly Demand[], tickets: readonly string[], use: TicketUse): void {
    for (const { key } of demands) {
      for (const ticket of tickets) {
        if (use === 'unused') of(this.#starts, key).delete(ticket);
        else if (use === 'used') of(this.#starts, key).set(ticket, this.#now);
      }
    }
  }

  withdraw(demands: readonly Demand[], asker: number): void {
    for (const { key } of demands) of(this.#waiting, key).delete(asker);
  }

  pause(): void {
    throw new Error('there are no pauses here');
  }

  probed(): void {
    throw new Error('there are no probes here');
  }
}

function of<V>(maps: Map<string, Map<V, number>>, key: string): Map<V, number> {
  const known = maps.get(key);
  if (known !== undefined) return known;
  const made = new Map<V, number>();
  maps.set(key, made);
  return made;
}
