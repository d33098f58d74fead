import { inspect } from 'node:util';
import { AttributeError, isPlainObject, KeyError, repr, typeName, ValueError } from '../../builtins/index.js';

/** One header as it is kept: the name as it was last spelled, and the value. Replaced as a whole, so that copies can share it. */
export type HeaderEntry<V> = readonly [name: string, value: V];

/** Names and values in any form: an object, a Map, pairs, `Headers`, another {@link CaseInsensitiveDict}. */
export type HeadersLike<V> =
  | CaseInsensitiveDict<V>
  | Readonly<Record<string, V>>
  | ReadonlyMap<string, V>
  | Iterable<readonly [name: string, value: V]>
  | (string extends V ? Headers : never);

const kStore: unique symbol = Symbol('requests.headers');

/** What {@link CaseInsensitiveDict} can do besides access by name. */
export class CaseInsensitiveDictMethods<V> {
  static {
    Object.defineProperty(this, 'name', { value: 'CaseInsensitiveDict' });
  }
  /** @internal */
  [kStore]: Map<string, HeaderEntry<V>> = new Map();

  constructor(data?: HeadersLike<V> | null) {
    if (data !== undefined && data !== null) update(this[kStore], data);
    return proxied(this);
  }

  /** How many names there are: Python's `len()`. */
  get length(): number {
    return this[kStore].size;
  }

  /** The value of `name`, or `fallback` (null unless given) when there is none. */
  get(name: string): V | null;
  get<D>(name: string, fallback: D): V | D;
  get(name: string, fallback: unknown = null): unknown {
    const entry = this[kStore].get(lower(name));
    return entry === undefined ? fallback : entry[1];
  }

  /** The value of `name`; Python's `headers[name]`. Throws KeyError when there is none, unlike a bracket. */
  getitem(name: string): V {
    const entry = this[kStore].get(lower(name));
    if (entry === undefined) throw new KeyError(repr(name));
    return entry[1];
  }

  /** Sets a value. The new spelling of the name is kept, at the place of the old one. */
  set(name: string, value: V): void {
    this[kStore].set(lower(name), [name, value]);
  }

  /** Removes `name`; false when it is not there. */
  delete(name: string): boolean {
    return this[kStore].delete(lower(name));
  }

  /** Whether there is a value for `name`; the same as `name in headers`. */
  has(name: string): boolean {
    return this[kStore].has(lower(name));
  }

  /** Removes `name` and returns its value, or `fallback`. Throws KeyError when there is neither. */
  pop(name: string): V;
  pop<D>(name: string, fallback: D): V | D;
  pop(name: string, ...fallback: readonly unknown[]): unknown {
    if (fallback.length > 0 && !this.has(name)) return fallback[0];
    const value = this.getitem(name);
    this.delete(name);
    return value;
  }

  /** Removes the first pair and returns it. Throws KeyError when there is none. */
  popitem(): [name: string, value: V] {
    for (const [key, [name, value]] of this[kStore]) {
      this[kStore].delete(key);
      return [name, value];
    }
    throw new KeyError('popitem(): dictionary is empty');
  }

  /** The value of `name`, which is first set to `value` when there is none. */
  setdefault(name: string, value: V): V {
    const entry = this[kStore].get(lower(name));
    if (entry !== undefined) return entry[1];
    this.set(name, value);
    return value;
  }

  /** Sets every pair of `data`. Throws ValueError for a list whose members are not pairs. */
  update(data: HeadersLike<V>): void {
    update(this[kStore], data);
  }

  /** The names as they were last spelled, in the order in which they were first set. */
  keys(): string[] {
    return Array.from(this[kStore].values(), ([name]) => name);
  }

  /** The values, in the order of {@link keys}. */
  values(): V[] {
    return Array.from(this[kStore].values(), ([, value]) => value);
  }

  /** Names and values, in the order of {@link keys}. */
  items(): [name: string, value: V][] {
    return Array.from(this[kStore].values(), ([name, value]) => [name, value]);
  }

  /** As {@link items}, with the names in lower case. */
  lower_items(): [name: string, value: V][] {
    return Array.from(this[kStore], ([key, [, value]]) => [key, value]);
  }

  /** Removes everything. */
  clear(): void {
    this[kStore].clear();
  }

  /** An independent dict with the same names and values. */
  copy(): CaseInsensitiveDict<V> {
    return wrapStore(new Map(this[kStore]));
  }

  /** Whether `other`, a dict or anything else that has names and values, holds the same, whatever the spelling of the names. */
  equals(other: unknown): boolean {
    if (!isMapping(other)) return false;
    const store = new Map<string, HeaderEntry<unknown>>();
    update(store, other);
    if (store.size !== this[kStore].size) return false;
    for (const [key, [, value]] of this[kStore]) {
      const entry = store.get(key);
      if (entry === undefined || entry[1] !== value) return false;
    }
    return true;
  }

  /** Iterates over the names, as Python does. */
  *[Symbol.iterator](): IterableIterator<string> {
    for (const [name] of this[kStore].values()) yield name;
  }

  /** Python's `repr()`: `{'Accept': 'text/html'}`. */
  toString(): string {
    return `{${this.items()
      .map(([name, value]) => `${repr(name)}: ${repr(value)}`)
      .join(', ')}}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/**
 * A mapping of names to values that ignores the case of the names: what `response.headers`, `session.headers` and
 * `request.headers` are. The spelling and the order of the names are kept.
 *
 * Names are read, written and removed with brackets: `headers['Accept']` (undefined when there is none; `getitem()`
 * throws a KeyError instead), `headers['accept'] = '*'`, `delete headers['ACCEPT']`, `'accept' in headers`,
 * `{ ...headers }`. A header that is spelled exactly as one of the methods is read with `getitem()`.
 */
export type CaseInsensitiveDict<V = string> = CaseInsensitiveDictMethods<V> & { [name: string]: V };

/** The constructor of {@link CaseInsensitiveDict}. */
export interface CaseInsensitiveDictConstructor {
  /** `data`: an object, a Map, pairs, `Headers` or another dict; default: nothing. */
  new <V = string>(data?: HeadersLike<V> | null): CaseInsensitiveDict<V>;
  readonly prototype: CaseInsensitiveDict<unknown>;
}

// TypeScript cannot express that the constructor returns a proxy with an index signature.
/** The constructor; see the type of the same name. */
export const CaseInsensitiveDict: CaseInsensitiveDictConstructor =
  CaseInsensitiveDictMethods as unknown as CaseInsensitiveDictConstructor;

type Target = CaseInsensitiveDictMethods<unknown> & Record<string | symbol, unknown>;

const handler: ProxyHandler<Target> = {
  get(target, key) {
    if (typeof key === 'symbol' || key in target) return target[key];
    return target[kStore].get(key.toLowerCase())?.[1];
  },
  set(target, key, value) {
    // A subclass's own fields stay fields.
    if (typeof key === 'symbol' || Object.hasOwn(target, key)) return Reflect.set(target, key, value);
    target[kStore].set(key.toLowerCase(), [key, value]);
    return true;
  },
  has(target, key) {
    return typeof key === 'symbol' ? key in target : target[kStore].has(key.toLowerCase());
  },
  deleteProperty(target, key) {
    if (typeof key === 'symbol') return Reflect.deleteProperty(target, key);
    target[kStore].delete(key.toLowerCase());
    return true;
  },
  ownKeys(target) {
    return target.keys();
  },
  getOwnPropertyDescriptor(target, key) {
    const entry = typeof key === 'symbol' ? undefined : target[kStore].get(key.toLowerCase());
    return entry && { value: entry[1], enumerable: true, configurable: true, writable: true };
  },
};

function proxied<V>(target: CaseInsensitiveDictMethods<V>): CaseInsensitiveDict<V> {
  // One handler serves dicts of every value type.
  return new Proxy(target as unknown as Target, handler) as unknown as CaseInsensitiveDict<V>;
}

/**
 * The map behind a dict, keyed by the lower-case name: what hot paths read and write, as it is several times faster than
 * the dict's own methods.
 * @internal
 */
export function headerStore<V>(dict: CaseInsensitiveDictMethods<V>): Map<string, HeaderEntry<V>> {
  return dict[kStore];
}

/**
 * A dict around `store` itself, which is not copied.
 * @internal
 */
export function wrapStore<V>(store: Map<string, HeaderEntry<V>>): CaseInsensitiveDict<V> {
  const target = Object.create(CaseInsensitiveDictMethods.prototype) as CaseInsensitiveDictMethods<V>;
  target[kStore] = store;
  return proxied(target);
}

function lower(name: unknown): string {
  if (typeof name === 'string') return name.toLowerCase();
  throw new AttributeError(`a name must be a string, not ${typeName(name)}`);
}

function isMapping(value: unknown): value is HeadersLike<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof CaseInsensitiveDictMethods || isPlainObject(value)) return true;
  // Map, Headers and URLSearchParams; a class check would load the whole of fetch for `Headers`.
  const { get, entries } = value as { readonly get?: unknown; readonly entries?: unknown };
  return typeof get === 'function' && typeof entries === 'function';
}

/** Lays `data` over `store`. */
function update<V>(store: Map<string, HeaderEntry<V>>, data: unknown): void {
  if (data instanceof CaseInsensitiveDictMethods) {
    // Without a list for each entry.
    headerStore<V>(data as CaseInsensitiveDictMethods<V>).forEach((entry, key) => store.set(key, entry));
  } else for (const [name, value] of pairsOf<V>(data)) store.set(lower(name), [name, value]);
}

/**
 * The names and values of anything that has them; what has none comes from untyped callers and is refused.
 * @internal
 */
export function pairsOf<V>(data: unknown): Iterable<readonly [name: string, value: V]> {
  if (data instanceof CaseInsensitiveDictMethods) return (data as CaseInsensitiveDictMethods<V>).items();
  if (typeof data !== 'object' || data === null) {
    throw new TypeError(`headers must be an object of names and values, got ${typeName(data)}`);
  }
  return isIterable(data) ? checkedPairs<V>(data) : Object.entries(data as Readonly<Record<string, V>>);
}

function* checkedPairs<V>(data: Iterable<unknown>): Generator<readonly [name: string, value: V]> {
  for (const pair of data) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      // What it is would show a secret.
      throw new ValueError(
        `expected pairs of a name and a value, got ${typeName(pair)}; write { name: value }`,
      );
    }
    yield pair as unknown as readonly [string, V];
  }
}

function isIterable(data: object): data is Iterable<unknown> {
  return typeof (data as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
}
