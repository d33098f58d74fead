import { type Reference, targetOf } from '../builtins/index.js';
import { UnpicklingError } from './errors.js';
import type { Pickled } from './wire.js';

/**
 * The references that one end of a channel has sent to the other, which knows them by number from then on. Messages must be
 * read in the order in which they were encoded.
 */
export class SentReferences {
  readonly #numbers = new Map<Reference, number>();

  /** How many there are. */
  get size(): number {
    return this.#numbers.size;
  }

  /** The number of `reference`, and whether it is new. */
  number(reference: Reference): [number: number, isNew: boolean] {
    const known = this.#numbers.get(reference);
    if (known !== undefined) return [known, false];
    const number = this.#numbers.size;
    this.#numbers.set(reference, number);
    return [number, true];
  }

  /** Takes back what was new in the latest message, which could not be sent. */
  takeBack(references: readonly Reference[] = []): void {
    for (const reference of references) this.#numbers.delete(reference);
  }
}

/** A function or class that a message names. */
export type Import = ((...args: unknown[]) => unknown) & { readonly prototype: object };

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

  /** Takes in what is new in `message`, and lets `load` import what this thread does not know yet. */
  receive({ references = [], first = 0 }: Pickled, load: (reference: Reference) => Promise<object>): void {
    references.forEach((reference, index) => {
      const target = targetOf(reference) as Import | undefined;
      const entry: Entry = { reference, target, error: undefined };
      this.#entries[first + index] = entry;
      if (target === undefined) this.#follow(entry, load(reference));
    });
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
