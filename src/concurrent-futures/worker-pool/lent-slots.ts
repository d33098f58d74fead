import type { WorkItem } from '../work-item.js';
import type { SlotMessage } from './protocol.js';

/** The slots that the calls of one thread have lent out, as they only wait. */
export class LentSlots {
  readonly #ids = new Set<number>();
  readonly #tell: (id: number) => void;
  #isOver = false;

  /** @param tell tells the call with this id that it has a slot again */
  constructor(tell: (id: number) => void) {
    this.#tell = tell;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** A message of the call of `item`. */
  heard({ id, slot }: SlotMessage, item: WorkItem | undefined): void {
    if (item === undefined || this.#isOver) return;
    if (slot === 'lent') {
      this.#ids.add(id);
      item.lendSlot();
      return;
    }
    void item.reclaimSlot().then(() => {
      if (this.#ids.delete(id)) this.#tell(id);
    });
  }

  /** The call with this id has ended. */
  ended(id: number): void {
    this.#ids.delete(id);
  }

  /** The thread is no more. */
  close(): void {
    this.#isOver = true;
    this.#ids.clear();
  }
}
