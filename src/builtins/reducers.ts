/**
 * How an object is taken apart, as Python's `__reduce__` returns it: `restore(...args)` makes it again; `state`, if
 * given, is then passed to its `__setstate__(state)`, or assigned if it has none. The restoring
 * function must be importable. An object may contain itself only through its `state`: the arguments are needed before
 * it exists.
 */
export type Reduced = readonly [
  restore: (...args: never[]) => unknown,
  args: readonly unknown[],
  state?: Readonly<Record<string, unknown>> | undefined,
];

/** A class, abstract ones included. */
export type Class<T extends object = object> = abstract new (...args: never[]) => T;

/** A registered way of taking the objects of one class apart. */
export interface Reducer {
  /** Null: treat this object as if nothing were registered, which only works for streams. */
  readonly reduce: (value: never) => Reduced | null;
  /** Whether `reduce` also serves the objects of derived classes, and brings them back as such. */
  readonly subclasses: boolean;
}

const reducers = new WeakMap<object, Reducer>();
let registrations = 0;

/** Registers how objects of class `cls` are taken apart. A later registration replaces an earlier one. */
export function setReducer<T extends object>(
  cls: Class<T>,
  reduce: (value: T) => Reduced | null,
  options: { readonly subclasses?: boolean | undefined } = {},
): void {
  reducers.set(cls.prototype as object, { reduce, subclasses: options.subclasses ?? false });
  registrations += 1;
}

/** What is registered for the class of this prototype itself, not for one it derives from. */
export function reducerOf(prototype: object): Reducer | undefined {
  return reducers.get(prototype);
}

/** The number of registrations so far; caches derived from them are stale once it has grown. */
export function reducerRegistrations(): number {
  return registrations;
}

const constructors = new WeakSet();

/** Declares that `restore` only constructs an object, so that an untrusted message may call it. */
export function setConstructor(restore: (...args: never[]) => unknown): void {
  constructors.add(restore);
}

/** Whether `restore` was declared to be a constructor. */
export function isConstructor(restore: object): boolean {
  return constructors.has(restore);
}
