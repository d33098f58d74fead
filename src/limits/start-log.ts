import type { Rate } from './rates.js';

const SMALLEST = 4;

/** The times of the latest starts: a ring that grows only as far as its rates look back. */
export class StartLog {
  /** -Infinity where there was no start yet. */
  #stamps: number[] = [];
  /** Where the next stamp goes; the oldest stands there. */
  #next = 0;

  /** The time of the `n`-th latest start, n from 1; -Infinity when there were fewer. */
  latest(n: number): number {
    const { length } = this.#stamps;
    if (n > length) return -Infinity;
    const at = this.#next - n;
    return this.#stamps[at < 0 ? at + length : at] as number;
  }

  /** Records a start. Times never decrease. */
  record(at: number, rates: readonly Rate[]): void {
    const oldest = this.#stamps[this.#next] ?? at;
    for (const { count, period } of rates) {
      if (count > this.#stamps.length && at - oldest < period) {
        this.#grow(rates);
        break;
      }
    }
    if (this.#stamps.length === 0) return;
    this.#stamps[this.#next] = at;
    this.#next = this.#next + 1 === this.#stamps.length ? 0 : this.#next + 1;
  }

  #grow(rates: readonly Rate[]): void {
    const { length } = this.#stamps;
    const most = Math.max(...rates.map(({ count }) => count));
    const added = Math.min(Math.max(SMALLEST, 2 * length), most) - length;
    const none = new Array<number>(added).fill(-Infinity);
    this.#stamps = [...none, ...this.#stamps.slice(this.#next), ...this.#stamps.slice(0, this.#next)];
    this.#next = 0;
  }
}
