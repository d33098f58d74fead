import type { Pickled } from './message.js';

/**
 * A value that no longer changes. It crosses a channel once; later messages only refer to it, and
 * the other side gets the same object again, which it must not change either.
 */
export class Remembered {
  constructor(readonly value: unknown) {}
}

/** How many of them the other side keeps; the oldest goes first. */
const KEPT = 32;

/** What one end of a channel has sent for the other to remember. */
export class SentMemory {
  readonly #places = new WeakMap<Remembered, number>();
  #next = 0;

  /** Where the other side keeps `remembered`; undefined when it does not. */
  slotOf(remembered: Remembered): number | undefined {
    const place = this.#places.get(remembered);
    return place === undefined || this.#next - place > KEPT ? undefined : place % KEPT;
  }

  /** Gives it a slot, perhaps that of an older value. */
  add(remembered: Remembered): number {
    const place = this.#next++;
    this.#places.set(remembered, place);
    return place % KEPT;
  }

  /** Frees the slot, as the value could not be sent. */
  takeBack(remembered: Remembered): void {
    this.#places.delete(remembered);
  }
}

/** A received value to remember, decoded on first use. */
export interface Memory {
  readonly pickled: Pickled;
  made: { readonly value: unknown } | null;
}
