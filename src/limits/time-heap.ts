/** What can stand in a {@link TimeHeap}. */
export interface Timed {
  /** Where it stands; -1 when it does not. */
  heapIndex: number;
}

/** A binary heap by time whose entries can be moved and taken out. */
export class TimeHeap<Entry extends Timed> {
  readonly #entries: Entry[] = [];
  /** When each entry is due. */
  readonly #times: number[] = [];

  /** When the first is due; Infinity when there is none. */
  get due(): number {
    return this.#times[0] ?? Infinity;
  }

  /** Takes out the entry that is due first; null when none is due at `now`. */
  takeDue(now: number): Entry | null {
    const entry = this.#entries[0];
    if (entry === undefined || this.due > now) return null;
    this.remove(entry);
    return entry;
  }

  /** Puts `entry` in, or moves it, to be due at `due`. */
  set(entry: Entry, due: number): void {
    const index = entry.heapIndex === -1 ? this.#entries.length : entry.heapIndex;
    this.#settle(entry, due, index);
  }

  /** Takes `entry` out, if it is in. */
  remove(entry: Entry): void {
    const index = entry.heapIndex;
    if (index === -1) return;
    entry.heapIndex = -1;
    const last = this.#entries.pop() as Entry;
    const due = this.#times.pop() as number;
    if (last !== entry) this.#settle(last, due, index);
  }

  /** Sifts an entry into place, starting at the free slot `index`. */
  #settle(entry: Entry, due: number, index: number): void {
    const risen = this.#rise(due, index);
    this.#place(entry, due, risen === index ? this.#sink(due, index) : risen);
  }

  #rise(due: number, from: number): number {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const time = this.#times[above] as number;
      if (time <= due) break;
      this.#place(this.#entries[above] as Entry, time, index);
      index = above;
    }
    return index;
  }

  #sink(due: number, from: number): number {
    const { length } = this.#times;
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= length) return index;
      if (below + 1 < length && (this.#times[below + 1] as number) < (this.#times[below] as number))
        below += 1;
      const time = this.#times[below] as number;
      if (time >= due) return index;
      this.#place(this.#entries[below] as Entry, time, index);
      index = below;
    }
  }

  #place(entry: Entry, due: number, index: number): void {
    this.#entries[index] = entry;
    this.#times[index] = due;
    entry.heapIndex = index;
  }
}
