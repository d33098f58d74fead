/**
 * Objects that are more than their fields: an adapter has connections, an auth object what it learned from servers. The home of
 * such an object is the thread that created it. Other threads keep their copy under the object's id and reuse it; sent back
 * home, it becomes the object itself.
 */
import { randomBytes } from 'node:crypto';
import { type Reduced, setReferences } from '../builtins/index.js';

/** Creates the copy, or updates the existing one; importable. */
type MakeCopy<T extends object = object> = (existing: T | undefined, ...args: never[]) => T;

/** How many copies are kept; the least recently received one goes first. */
const KEPT = 256;

// Random, as one worker may serve threads of many programs on many machines.
let ownHome = '';
const home = (): string => (ownHome ||= `${randomBytes(9).toString('base64url')}:`);
let lastId = 0;
/** The ids of objects that were sent, and of copies that came. */
const ids = new WeakMap<object, string>();
/** What was sent from here. */
const sent = new Map<string, WeakRef<object>>();
const forgotten = new FinalizationRegistry<string>((id) => sent.delete(id));
/** What came here. */
const copies = new Map<string, object>();

/** How a reducer takes apart an object that has a home: `make(undefined, ...args)` creates its copy. */
export function reduceHomed<T extends object>(
  object: T,
  make: MakeCopy<T>,
  args: readonly unknown[],
): Reduced {
  return [arrive, [homeId(object), make, args]];
}

/** The id of an object. The first time, it gets one, and its home is here. */
export function homeId(object: object): string {
  let id = ids.get(object);
  if (id === undefined) {
    id = `${home()}${(lastId += 1)}`;
    ids.set(object, id);
    sent.set(id, new WeakRef(object));
    forgotten.register(object, id);
  }
  return id;
}

/** The object that has its home here under `id`, if it still exists. */
export function objectAtHome(id: string): object | undefined {
  return sent.get(id)?.deref();
}

/** Records that `copy` stands for an object whose home is elsewhere. */
export function setHomeId(copy: object, id: string): void {
  ids.set(copy, id);
}

/** The id of an object from elsewhere; undefined when its home is here. */
export function foreignId(object: object): string | undefined {
  const id = ids.get(object);
  return id === undefined || id.startsWith(home()) ? undefined : id;
}

/** Drops copies whose originals are no longer used, and closes those that can be closed. */
export function forgetCopies(originals: Iterable<string>): void {
  for (const id of originals) {
    const copy = copies.get(id) as { close?: unknown } | undefined;
    copies.delete(id);
    if (typeof copy?.close === 'function') void copy.close.call(copy);
  }
}

/** Marks a copy as recently used: it is used again without having been sent again. */
export function keepCopy(copy: object): void {
  const id = ids.get(copy);
  if (id === undefined || id.startsWith(home()) || (copies.size < KEPT / 2 && copies.has(id))) return;
  copies.delete(id);
  copies.set(id, copy);
}

/** As {@link reduceHomed}, for objects that can be used once: the copy is not kept. */
export function reduceGuest<T extends object>(
  object: T,
  make: MakeCopy<T>,
  args: readonly unknown[],
): Reduced {
  return [receive, [homeId(object), make, args]];
}

export function receive(id: string, make: MakeCopy, args: never[]): object {
  if (id.startsWith(home())) return objectAtHome(id) ?? make(undefined, ...args);
  const copy = make(undefined, ...args);
  ids.set(copy, id);
  return copy;
}

export function arrive(id: string, make: MakeCopy, args: never[]): object {
  if (id.startsWith(home())) return objectAtHome(id) ?? make(undefined, ...args);
  const copy = make(copies.get(id), ...args);
  ids.set(copy, id);
  copies.delete(id);
  copies.set(id, copy);
  if (copies.size > KEPT) forgetCopies([copies.keys().next().value as string]);
  return copy;
}

setReferences(import.meta.url, { arrive, receive });
