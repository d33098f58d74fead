import type { Pickled } from './message.js';

/**
 * A value that does not change any more. Over a channel it crosses once: from then on the other side is only told which one is
 * meant, and gets the same object again, which it must not change either.
 */
export class Remembered {
  constructor(readonly value: unknown) {}
}

/** How many of them the other side keeps; the one that was sent first goes first. */
const KEPT = 32;

/** What one end of a channel has sent to the other to be remembered. */
export class SentMemory {
  readonly #places = new WeakMap<Remembered, number>();
  #next = 0;

  /** Where the other side keeps `remembered`; undefined when it does not. */
  slotOf(remembered: Remembered): number | undefined {
    const place = this.#places.get(remembered);
    return place === undefined || this.#next - place > KEPT ? undefined : place % KEPT;
  }

  /** Gives it a place, which something older may lose. */
  add(remembered: Remembered): number {
    const place = this.#next++;
    this.#places.set(remembered, place);
    return place % KEPT;
  }

  /** It could not be sent. */
  takeBack(remembered: Remembered): void {
    this.#places.delete(remembered);
  }
}

/** Something that came to be remembered. It is put together when it is first wanted. */
export interface Memory {
  readonly pickled: Pickled;
  made: { readonly value: unknown } | null;
}
