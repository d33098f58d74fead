/** The caller's own objects that the gateway refers to by number: hooks, auth objects, adapters, bodies, errors. */

/** The objects that one call has sent, released when it is over. */
export class Scope {
  readonly #handles: Handles;
  #held: number[] = [];
  #undo: (() => void)[] | null = null;

  constructor(handles: Handles) {
    this.#handles = handles;
  }

  /** The number of `object`, which is kept as long as this scope. */
  handle(object: object): number {
    const handle = this.#handles.take(object);
    this.#held.push(handle);
    return handle;
  }

  /** Calls `undo` when this scope ends. */
  whenEnded(undo: () => void): void {
    (this.#undo ??= []).push(undo);
  }

  /** Releases everything. */
  end(): void {
    const undo = this.#undo;
    this.#undo = null;
    for (const each of undo ?? []) each();
    const held = this.#held;
    if (held.length === 0) return;
    this.#held = [];
    for (const handle of held) this.#handles.release(handle);
  }
}

interface Entry {
  readonly object: object;
  uses: number;
}

/** Reference-counted, as in a script that never returns to the event loop WeakRefs stay and finalizers do not run. */
export class Handles {
  readonly #numbers = new Map<object, number>();
  readonly #entries = new Map<number, Entry>();
  #last = 0;

  /** The number of `object`, held once more. */
  take(object: object): number {
    let number = this.#numbers.get(object);
    if (number === undefined) {
      number = this.#last += 1;
      this.#numbers.set(object, number);
      this.#entries.set(number, { object, uses: 0 });
    }
    (this.#entries.get(number) as Entry).uses += 1;
    return number;
  }

  release(number: number): void {
    const entry = this.#entries.get(number);
    if (entry === undefined || --entry.uses > 0) return;
    this.#entries.delete(number);
    this.#numbers.delete(entry.object);
  }

  /** The object with this number; undefined once released. */
  get(number: number): object | undefined {
    return this.#entries.get(number)?.object;
  }

  /** How many there are. */
  get size(): number {
    return this.#entries.size;
  }
}
