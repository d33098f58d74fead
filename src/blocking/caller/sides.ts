/** How the caller's objects leave, what stands for the gateway's, and what the gateway may ask: registered where each class is. */
import type { Reduced } from '../../builtins/index.js';
import type { FlatRequest } from '../wire/protocol.js';
import type { Link } from './gateway.js';
import type { Scope } from './handles.js';

/** How `object` crosses; undefined when this is not for it to say. */
export type Leaving = (object: object, link: Link, scope: Scope) => Reduced | undefined;

/** What stands here for something of the gateway's. */
export type Arriving = (link: Link, ...args: never[]) => unknown;

/** What the gateway asks `object` for. */
export type Asked = (object: object, args: never, link: Link) => unknown;

/** The flat form of a request; null where it has to be pickled. */
export type Flattening = (link: Link, args: readonly unknown[]) => FlatRequest | null;

const leaving: Leaving[] = [];
let flattening: Flattening | null = null;
let lastWay: Leaving | null = null;
const arriving = new Map<string, Arriving>();
const asked = new Map<string, Asked>();

/** Registers a way for objects to leave; the first that answers is taken. */
export function onLeaving(leave: Leaving): void {
  leaving.push(leave);
}

/** Registers the way of what no other way is for. */
export function onLeavingAtLast(leave: Leaving): void {
  lastWay = leave;
}

/** Registers what makes requests flat. */
export function onRequest(flatten: Flattening): void {
  flattening = flatten;
}

/** Registers what stands for the gateway's objects of a kind. */
export function onArriving(kind: string, arrive: Arriving): void {
  arriving.set(kind, arrive);
}

/** Registers what `method` does. */
export function onAsked(method: string, answer: Asked): void {
  asked.set(method, answer);
}

/** The flat form of the request that `args` call for; null where they have to be pickled. */
export function flatten(link: Link, args: readonly unknown[]): FlatRequest | null {
  return flattening?.(link, args) ?? null;
}

/** How `object` leaves; undefined: as it would for any other thread. */
export function leave(object: object, link: Link, scope: Scope): Reduced | undefined {
  for (const way of leaving) {
    const reduced = way(object, link, scope);
    if (reduced !== undefined) return reduced;
  }
  return lastWay?.(object, link, scope);
}

/** What stands here for `kind`. */
export function arrive(link: Link, kind: string, args: readonly unknown[]): unknown {
  const found = arriving.get(kind);
  if (found === undefined) throw new TypeError(`no ${kind} stands for anything here`);
  return (found as (link: Link, ...args: readonly unknown[]) => unknown)(link, ...args);
}

/** What the gateway asked for. */
export function answer(method: string, object: object, args: unknown, link: Link): unknown {
  const found = asked.get(method);
  if (found === undefined) throw new TypeError(`the gateway asked for '${method}', which nothing answers`);
  return found(object, args as never, link);
}
