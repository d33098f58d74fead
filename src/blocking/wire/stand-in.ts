/**
 * What crosses as a word on what it is. An object that belongs to one side (a function, a session, an unread body) has a
 * number; the other side makes of the number what stands for the object there, and gives the number back for it.
 */
import { type Reduced, setReferences } from '../../builtins/index.js';

/** Makes of `kind` and what was told of it what it is on this side. */
export type Resolve = (kind: string, args: readonly unknown[]) => unknown;

let resolve: Resolve | null = null;

/** Calls `decode`, during which stand-ins are resolved by `by`. */
export function resolving<T>(by: Resolve, decode: () => T): T {
  const before = resolve;
  resolve = by;
  try {
    return decode();
  } finally {
    resolve = before;
  }
}

/** @internal */
export function standIn(kind: string, ...args: unknown[]): unknown {
  if (resolve === null) throw new TypeError(`a stand-in for a ${kind} has come outside of its channel`);
  return resolve(kind, args);
}

/** How an object is sent that crosses as a stand-in. */
export function asStandIn(
  kind: string,
  args: readonly unknown[],
  state?: Readonly<Record<string, unknown>>,
): Reduced {
  return [standIn, [kind, ...args], state];
}

setReferences(import.meta.url, { standIn });
