/** How the caller's objects cross, their stand-ins for the gateway's, and the gateway's requests: each class registers its own. */
import type { Reduced } from '../../builtins/index.js';
import type { FlatRequest } from '../wire/protocol.js';
import type { Link } from './gateway.js';
import type { Scope } from './handles.js';

/** How `object` crosses; undefined to leave it to others. */
export type Leaving = (object: object, link: Link, scope: Scope) => Reduced | undefined;

/** Creates the stand-in for an object of the gateway's. */
export type Arriving = (link: Link, ...args: never[]) => unknown;

/** A method that the gateway calls on `object`. */
export type Asked = (object: object, args: never, link: Link) => unknown;

/** The flat form of a request; null if it has to be pickled. */
export type Flattening = (link: Link, args: readonly unknown[]) => FlatRequest | null;

const leaving: Leaving[] = [];
let flattening: Flattening | null = null;
let lastWay: Leaving | null = null;
const arriving = new Map<string, Arriving>();
const asked = new Map<string, Asked>();

/** Registers a way for objects to cross; the first match wins. */
export function onLeaving(leave: Leaving): void {
  leaving.push(leave);
}

/** Registers the fallback. */
export function onLeavingAtLast(leave: Leaving): void {
  lastWay = leave;
}

/** Registers the function that flattens requests. */
export function onRequest(flatten: Flattening): void {
  flattening = flatten;
}

/** Registers the stand-in for the gateway's objects of a kind. */
export function onArriving(kind: string, arrive: Arriving): void {
  arriving.set(kind, arrive);
}

/** Registers the implementation of `method`. */
export function onAsked(method: string, answer: Asked): void {
  asked.set(method, answer);
}

/** The flat form of the request in `args`; null if they have to be pickled. */
export function flatten(link: Link, args: readonly unknown[]): FlatRequest | null {
  return flattening?.(link, args) ?? null;
}

/** How `object` crosses; undefined: as to any other thread. */
export function leave(object: object, link: Link, scope: Scope): Reduced | undefined {
  for (const way of leaving) {
    const reduced = way(object, link, scope);
    if (reduced !== undefined) return reduced;
  }
  return lastWay?.(object, link, scope);
}

/** The stand-in for an object of `kind`. */
export function arrive(link: Link, kind: string, args: readonly unknown[]): unknown {
  const found = arriving.get(kind);
  if (found === undefined) throw new TypeError(`no ${kind} stands for anything here`);
  return (found as (link: Link, ...args: readonly unknown[]) => unknown)(link, ...args);
}

/** Runs a method that the gateway called. */
export function answer(method: string, object: object, args: unknown, link: Link): unknown {
  const found = asked.get(method);
  if (found === undefined) throw new TypeError(`the gateway asked for '${method}', which nothing answers`);
  return found(object, args as never, link);
}
