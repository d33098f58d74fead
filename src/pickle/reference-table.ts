import { type Reference, targetOf } from '../builtins/index.js';
import { UnpicklingError } from './errors.js';
import { type Memory, type Remembered, SentMemory } from './remembered.js';
import type { Pickled } from './wire.js';

/**
 * What one end of a channel has sent to the other: references, which are known by number from then on, and values to be
 * remembered. Messages must be read in the order in which they were encoded.
 */
export class SentReferences {
  readonly #numbers = new Map<Reference, number>();
  readonly #memory = new SentMemory();
  #references: Reference[] = [];
  #remembered: Remembered[] = [];

  /** Before a message. */
  begin(): void {
    if (this.#references.length > 0) this.#references = [];
    if (this.#remembered.length > 0) this.#remembered = [];
  }

  /** The references that are new in this message. */
  get references(): readonly Reference[] {
    return this.#references;
  }

  /** The number of the first of them. */
  get first(): number {
    return this.#numbers.size - this.#references.length;
  }

  /** The number of `reference`. */
  number(reference: Reference): number {
    const known = this.#numbers.get(reference);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(reference, number);
    this.#references.push(reference);
    return number;
  }

  /** The same, but undefined where the other end does not know it. */
  known(reference: Reference): number | undefined {
    return this.#numbers.get(reference);
  }

  /** Where the other end keeps `remembered`; undefined where it does not. */
  slotOf(remembered: Remembered): number | undefined {
    return this.#memory.slotOf(remembered);
  }

  /** Has the other end keep `remembered`. */
  remember(remembered: Remembered): number {
    this.#remembered.push(remembered);
    return this.#memory.add(remembered);
  }

  /** Takes back what is new in the latest message, which cannot be sent. */
  takeBack(): void {
    for (const reference of this.#references) this.#numbers.delete(reference);
    for (const remembered of this.#remembered) this.#memory.takeBack(remembered);
    this.begin();
  }
}

/** A function or class that a message names. */
export type Import = ((...args: unknown[]) => unknown) & { readonly prototype: object };

const NONE: readonly never[] = [];

interface Entry {
  readonly reference: Reference;
  target: Import | undefined;
  /** Why it could not be loaded. */
  error: unknown;
}

/** The references that have come over a channel, or in one message. */
export class ReceivedReferences {
  readonly #entries: Entry[] = [];
  readonly #loading = new Set<Promise<void>>();
  readonly #memories: Memory[] = [];

  /** Takes in what is new in `message`, and lets `load` import what this thread does not know yet. */
  receive(
    { references, first = 0, memories }: Pickled,
    load: (reference: Reference) => Promise<object>,
  ): void {
    if (memories !== undefined) {
      for (const [slot, pickled] of memories) this.#memories[slot] = { pickled, made: null };
    }
    references?.forEach((reference, index) => {
      const target = targetOf(reference) as Import | undefined;
      const entry: Entry = { reference, target, error: undefined };
      this.#entries[first + index] = entry;
      if (target === undefined) this.#follow(entry, load(reference));
    });
  }

  /** What is in these places: to be asked when the message arrives, as a later one may put something else there. */
  recalled(slots: readonly number[] | undefined): readonly Memory[] {
    return slots === undefined ? NONE : slots.map((slot) => this.#memories[slot] as Memory);
  }

  #follow(entry: Entry, load: Promise<object>): void {
    const loaded = load.then(
      (target) => {
        entry.target = target as Import;
        this.#loading.delete(loaded);
      },
      (error: unknown) => {
        entry.error = error;
        this.#loading.delete(loaded);
      },
    );
    this.#loading.add(loaded);
  }

  /** Resolves when nothing is being loaded, be it for an earlier message; undefined when that is so now. Never rejects. */
  get loading(): Promise<unknown> | undefined {
    return this.#loading.size === 0 ? undefined : Promise.all(this.#loading);
  }

  /**
   * What stands under `number`.
   * @throws why it could not be loaded
   */
  get(number: number): Import {
    const { target, error, reference } = this.#entries[number] ?? {};
    if (target !== undefined) return target;
    if (error !== undefined) throw error as Error;
    throw new UnpicklingError(`'${reference?.name ?? ''}' of ${reference?.url ?? ''} is not loaded`);
  }
}
