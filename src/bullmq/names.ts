/** The functions and classes that a message may name, and what each name stands for on this side. */
import {
  LookupError,
  markedTargets,
  type Reference,
  referenceOf,
  repr,
  ValueError,
} from '../builtins/index.js';
import { PicklingError } from '../pickle/index.js';
import { isOwnName, ownName, ownTarget } from './own-names.js';

/** A function or a class that can be named. */
export type Named = (...args: never[]) => unknown;

/** The names of one side. */
export abstract class Names {
  /**
   * The name of `reference` on other machines.
   * @throws PicklingError if it has none
   */
  nameOf(reference: Reference): string {
    const own = ownName(reference);
    if (own !== null) return own;
    if (!/^\w[\w+.-]*:./.test(reference.url)) {
      throw new PicklingError(
        `Cannot name ${repr(reference.name)} to another machine: it is a global; call it in an importable function`,
      );
    }
    return reference.name;
  }

  /**
   * What `name` stands for here.
   * @throws LookupError for an unknown name
   */
  target(name: string): Named {
    const target = isOwnName(name) ? ownTarget(name) : this.given(name);
    if (typeof target !== 'function') throw new LookupError(this.unknown(name));
    return target as Named;
  }

  /** What `name` stands for in the user's own modules. */
  protected abstract given(name: string): object | undefined;

  /** The message for an unknown name. */
  protected abstract unknown(name: string): string;
}

/** The names of a submitting program: what it has marked as importable. */
export class ProgramNames extends Names {
  readonly #sent = new Map<string, Reference>();

  /** @throws ValueError when another function of this name was sent before: a worker could not tell them apart */
  override nameOf(reference: Reference): string {
    const name = super.nameOf(reference);
    if (isOwnName(name)) return name;
    const before = this.#sent.get(name);
    if (before === undefined) this.#sent.set(name, reference);
    else if (before.url !== reference.url) {
      throw new ValueError(
        `two importable functions are named ${repr(name)}: one of ${before.url}, one of ${reference.url}. ` +
          'Workers know functions by their names alone: give one of them another name',
      );
    }
    return name;
  }

  protected override given(name: string): object | undefined {
    let found: object | undefined;
    const sent = this.#sent.get(name);
    for (const target of markedTargets()) {
      const reference = referenceOf(target) as Reference;
      if (reference.name !== name || ownName(reference) !== null) continue;
      if (sent !== undefined && reference.url !== sent.url) continue;
      // Ambiguous: two have this name, and this program has sent neither.
      if (found !== undefined) return undefined;
      found = target;
    }
    return found;
  }

  protected override unknown(name: string): string {
    return `the result names ${repr(name)}, which this program has not marked as importable`;
  }
}

/** The names of a worker: only those that it was given at its start. */
export class WorkerNames extends Names {
  readonly #given = new Map<string, object>();

  /** How many names there are. */
  get size(): number {
    return this.#given.size;
  }

  /** The names, for logs. */
  list(): string[] {
    return [...this.#given.keys()].sort();
  }

  /** The functions and classes by name. */
  targets(): object[] {
    return [...this.#given.values()];
  }

  /**
   * Adds everything importable in `source`: a function or class itself, or the values of a module or object.
   * @throws ValueError when another one has the same name
   */
  add(source: unknown): void {
    if (typeof source === 'function') this.#addTarget(source);
    if ((typeof source !== 'object' && typeof source !== 'function') || source === null) return;
    for (const value of Object.values(source) as unknown[]) {
      if (typeof value === 'function') this.#addTarget(value);
    }
  }

  #addTarget(target: object): void {
    const reference = referenceOf(target);
    if (reference === undefined || ownName(reference) !== null) return;
    const { name } = reference;
    const before = this.#given.get(name);
    if (before !== undefined && before !== target) {
      throw new ValueError(
        `two importable functions are named ${repr(name)}: one of ${referenceOf(before)?.url ?? ''}, ` +
          `one of ${reference.url}. Calls name functions by their names alone: give one of them another name`,
      );
    }
    this.#given.set(name, target);
  }

  protected override given(name: string): object | undefined {
    return this.#given.get(name);
  }

  protected override unknown(name: string): string {
    return `this worker has no importable function named ${repr(name)}: is its module among those that the worker was given?`;
  }
}
