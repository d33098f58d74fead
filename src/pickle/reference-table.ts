import type { Reference } from '../builtins/index.js';
import { UnpicklingError } from './errors.js';
import { type Memory, type Remembered, SentMemory } from './remembered.js';
import { type Import, importing, type Resolver } from './resolve.js';
import type { Pickled } from './message.js';

/**
 * What one end of a channel has sent to the other: references, numbered from then on, and values to remember.
 * Messages must be read in the order in which they were encoded.
 */
export class SentReferences {
  readonly #numbers = new Map<Reference, number>();
  readonly #memory = new SentMemory();
  #references: Reference[] = [];
  #remembered: Remembered[] = [];

  /** Starts a message. */
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

  /** The number of `reference` if it was sent before. */
  known(reference: Reference): number | undefined {
    return this.#numbers.get(reference);
  }

  /** Where the other end keeps `remembered`; undefined where it does not. */
  slotOf(remembered: Remembered): number | undefined {
    return this.#memory.slotOf(remembered);
  }

  /** Makes the other end keep `remembered`. */
  remember(remembered: Remembered): number {
    this.#remembered.push(remembered);
    return this.#memory.add(remembered);
  }

  /** Reverts what is new in the latest message, which could not be sent. */
  takeBack(): void {
    for (const reference of this.#references) this.#numbers.delete(reference);
    for (const remembered of this.#remembered) this.#memory.takeBack(remembered);
    this.begin();
  }
}

const NONE: readonly never[] = [];

interface Entry {
  readonly reference: Reference;
  target: Import | undefined;
  /** Why it could not be loaded. */
  error: unknown;
}

/** The references received over a channel, or in one message. */
export class ReceivedReferences {
  readonly #resolver: Resolver;
  readonly #entries: Entry[] = [];
  readonly #loading = new Set<Promise<void>>();
  readonly #memories: Memory[] = [];

  /** @param resolver decides what the references may name. Default: any module that can be imported */
  constructor(resolver: Resolver = importing) {
    this.#resolver = resolver;
  }

  /** Adds what is new in `message`, and starts to load it. */
  receive({ references, first = 0, memories }: Pickled): void {
    if (memories !== undefined) {
      for (const [slot, pickled] of memories) this.#memories[slot] = { pickled, made: null };
    }
    references?.forEach((reference, index) => {
      const target = this.#resolver.find(reference);
      const entry: Entry = { reference, target, error: undefined };
      this.#entries[first + index] = entry;
      if (target === undefined) this.#follow(entry, this.#resolver.load(reference));
    });
  }

  /** The current contents of these slots, which a later message may replace. */
  recalled(slots: readonly number[] | undefined): readonly Memory[] {
    return slots === undefined ? NONE : slots.map((slot) => this.#memories[slot] as Memory);
  }

  #follow(entry: Entry, load: Promise<Import>): void {
    const loaded = load.then(
      (target) => {
        entry.target = target;
        this.#loading.delete(loaded);
      },
      (error: unknown) => {
        entry.error = error;
        this.#loading.delete(loaded);
      },
    );
    this.#loading.add(loaded);
  }

  /** Resolves when nothing is loading, also for earlier messages; undefined when nothing is now. Never rejects. */
  get loading(): Promise<unknown> | undefined {
    return this.#loading.size === 0 ? undefined : Promise.all(this.#loading);
  }

  /**
   * The import with this number.
   * @throws the reason why it could not be loaded
   */
  get(number: number): Import {
    const { target, error, reference } = this.#entries[number] ?? {};
    if (target !== undefined) return target;
    if (error !== undefined) throw error as Error;
    throw new UnpicklingError(`'${reference?.name ?? ''}' of ${reference?.url ?? ''} is not loaded`);
  }
}
