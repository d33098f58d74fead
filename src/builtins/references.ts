/** Where an export can be imported from. */
export interface Reference {
  /** The module: its own `import.meta.url`. */
  readonly url: string;
  /** The export; with dots for a member of one (`Session.prototype.close`). */
  readonly name: string;
}

const references = new WeakMap<object, Reference>();
const targets = new Map<string, object>();
/** What {@link setReferences} was given and no one has looked for yet: a program without threads never does. */
let pending: (readonly [url: string, exported: Readonly<Record<string, object>>, prefix: string])[] = [];

/** Remembers that `target`, a function or a class, is what `url` exports as `name`. */
export function setReference(target: object, url: string, name: string): void {
  enterPending();
  references.set(target, { url, name });
  targets.set(`${url}#${name}`, target);
}

/** Makes `target` cross as `reference`, a module that this thread itself does not load. */
export function standForReference(target: object, reference: Reference): void {
  enterPending();
  references.set(target, reference);
}

/** As {@link setReference}, for several exports of one module: `setReferences(import.meta.url, { OSError, KeyError })`. */
export function setReferences(url: string, exported: Readonly<Record<string, object>>, prefix = ''): void {
  pending.push([url, exported, prefix]);
}

function enterPending(): void {
  if (pending.length === 0) return;
  const entered = pending;
  pending = [];
  for (const [url, exported, prefix] of entered)
    for (const [name, target] of Object.entries(exported)) setReference(target, url, prefix + name);
}

/** Where `target` can be imported from, if it was marked. */
export function referenceOf(target: object): Reference | undefined {
  enterPending();
  return references.get(target);
}

/** What `reference` stands for, if its module has been loaded in this thread and has marked it. */
export function targetOf({ url, name }: Reference): object | undefined {
  enterPending();
  return targets.get(`${url}#${name}`);
}

/** Remembers what an import of `reference` gave, which need not have been marked over there. */
export function setTarget({ url, name }: Reference, target: object): void {
  enterPending();
  targets.set(`${url}#${name}`, target);
}

/** Every function and class that has been marked so far. */
export function* markedTargets(): Generator<object> {
  enterPending();
  for (const target of targets.values()) if (references.has(target)) yield target;
}

/** A bound method, which other threads find by object and method name, as in Python. */
export interface BoundMethod {
  readonly object: object;
  readonly name: string;
}

/** Stored on the function itself: nine WeakMap entries doubled the cost of a new session. */
const kBoundTo: unique symbol = Symbol('bound to');

/** Remembers that `fn` is a method of `object`, bound to it, and gives it back. */
export function setBoundMethod<F extends object>(fn: F, object: object): F {
  return Object.defineProperty(fn, kBoundTo, { value: object });
}

/** What `fn` is bound to, if it was marked. */
export function boundMethodOf(fn: object): BoundMethod | undefined {
  const object = (fn as { readonly [kBoundTo]?: object })[kBoundTo];
  return object && { object, name: (fn as { readonly name: string }).name.replace(/^bound /, '') };
}

/** A method that returns the object to send instead of this one when one of its bound methods crosses. */
export const kMethodOwner: unique symbol = Symbol('method owner');
