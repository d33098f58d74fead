/** Batches the items of one turn of the loop. */
import { nextTick } from '../builtins/index.js';

export class Gathered<Item> {
  #items: Item[] = [];

  /** @param flush handles the batch */
  constructor(readonly flush: (items: Item[]) => void) {}

  add(item: Item): void {
    this.#items.push(item);
    // After all settled promises, whose reactions may add to it.
    if (this.#items.length === 1) nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    const items = this.#items;
    this.#items = [];
    this.flush(items);
  };
}

/** The items in groups of at most `size`. */
export function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string, size: number): Item[][] {
  const groups: Item[][] = [];
  const open = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    let group = open.get(key);
    if (group === undefined || group.length === size) {
      group = [];
      open.set(key, group);
      groups.push(group);
    }
    group.push(item);
  }
  return groups;
}
