/** What can stand in a {@link WorkQueue}: the links are part of the entry, so that queueing one allocates nothing. */
export interface QueueEntry {
  queue: object | null;
  previous: this | null;
  next: this | null;
}

/** First in, first out. Any entry can be removed in constant time, as cancelled calls leave the queue. */
export class WorkQueue<Entry extends QueueEntry> {
  #head: Entry | null = null;
  #tail: Entry | null = null;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(entry: Entry): void {
    entry.queue = this;
    entry.previous = this.#tail;
    if (this.#tail === null) this.#head = entry;
    else this.#tail.next = entry;
    this.#tail = entry;
    this.#length += 1;
  }

  /** Puts `entry` before all others. */
  unshift(entry: Entry): void {
    entry.queue = this;
    entry.next = this.#head;
    if (this.#head === null) this.#tail = entry;
    else this.#head.previous = entry;
    this.#head = entry;
    this.#length += 1;
  }

  peek(): Entry | null {
    return this.#head;
  }

  shift(): Entry | null {
    const entry = this.#head;
    if (entry !== null) this.remove(entry);
    return entry;
  }

  /** Removes `entry`. Returns whether it was in this queue. */
  remove(entry: Entry): boolean {
    if (entry.queue !== this) return false;
    const { previous, next } = entry;
    if (previous === null) this.#head = next;
    else previous.next = next;
    if (next === null) this.#tail = previous;
    else next.previous = previous;
    // Clear the links: a finished entry that is still referenced must not keep the others alive.
    entry.queue = null;
    entry.previous = null;
    entry.next = null;
    this.#length -= 1;
    return true;
  }
}
