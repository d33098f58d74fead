/** Resolves a store that crossed by name: on the Redis of the worker that reads the call. */
import { typeName } from '../builtins/index.js';
import type { LimitStore } from '../limits/index.js';
import { UnpicklingError } from '../pickle/index.js';

/** The most stores that a worker keeps, and the longest name. */
const MOST = 100;
const LONGEST = 200;

/** The stores of one worker, each created on first use. */
export class Stores {
  readonly #stores = new Map<string, LimitStore>();

  /** @param make makes the store of a name */
  constructor(
    readonly make: (name: string) => LimitStore,
    readonly close: () => Promise<void>,
  ) {}

  get(name: string): LimitStore {
    const store = this.#stores.get(name) ?? this.make(name);
    // Evict the least recently used.
    this.#stores.delete(name);
    this.#stores.set(name, store);
    if (this.#stores.size > MOST) this.#stores.delete(this.#stores.keys().next().value as string);
    return store;
  }
}

let current: Stores | null = null;

/** Calls `read`, which may find `stores` by their names. */
export function withStores<T>(stores: Stores | null, read: () => T): T {
  const before = current;
  current = stores;
  try {
    return read();
  } finally {
    current = before;
  }
}

/**
 * The store named `name` of the worker that is reading a call.
 * @throws UnpicklingError where no worker is
 */
export function storeHere(name: unknown): LimitStore {
  if (typeof name !== 'string' || name === '' || name.length > LONGEST) {
    throw new UnpicklingError(`The name of a store must be a short string, got ${typeName(name)}`);
  }
  if (current === null) {
    throw new UnpicklingError(
      'A RedisLimitStore crosses to the workers of a BullMQExecutor only: make one in the thread that uses it',
    );
  }
  return current.get(name);
}
