/** Gathers what comes up in one turn of the loop, to be dealt with together. */
import { nextTick } from '../builtins/index.js';

export class Gathered<Item> {
  #items: Item[] = [];

  /** @param flush deals with what was gathered */
  constructor(readonly flush: (items: Item[]) => void) {}

  add(item: Item): void {
    this.#items.push(item);
    // After all promises that are to be settled now, which may add to it.
    if (this.#items.length === 1) nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    const items = this.#items;
    this.#items = [];
    this.flush(items);
  };
}

/** Items that belong together, no more than `size` of them in a group. */
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
