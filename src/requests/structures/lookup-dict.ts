import { inspect } from 'node:util';

/** What {@link LookupDict} can do besides access by name. */
export class LookupDictMethods<V> {
  static {
    Object.defineProperty(this, 'name', { value: 'LookupDict' });
  }
  /** What the values are; not among the names. */
  declare readonly name: string | null;

  constructor(name: string | null = null) {
    Object.defineProperty(this, 'name', { value: name, configurable: true });
  }

  /** The value of `key`, or `fallback` (null unless given) when there is none. */
  get(key: string): V | null;
  get<D>(key: string, fallback: D): V | D;
  get(key: string, fallback: unknown = null): unknown {
    return Object.hasOwn(this, key) ? (this as Readonly<Record<string, unknown>>)[key] : fallback;
  }

  /** `<lookup 'status_codes'>` */
  toString(): string {
    return `<lookup '${this.name ?? 'None'}'>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** An object whose names are looked up as `dict.name` or `dict['name']`: undefined when there is none. */
export type LookupDict<V> = LookupDictMethods<V> & { [name: string]: V };

/** The constructor of {@link LookupDict}. */
export interface LookupDictConstructor {
  /** `name`: what the values are, shown when the dict is printed. */
  new <V>(name?: string | null): LookupDict<V>;
  readonly prototype: LookupDict<unknown>;
}

// TypeScript cannot express that the instances have an index signature.
/** The constructor; see the type of the same name. */
export const LookupDict: LookupDictConstructor = LookupDictMethods as unknown as LookupDictConstructor;
