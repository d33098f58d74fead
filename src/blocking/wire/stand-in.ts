/**
 * Stand-ins. An object that belongs to one side (a function, a session, an unread body) crosses as a
 * number; the other side creates a stand-in for it, which crosses back as the same number.
 */
import { type Reduced, setReferences } from '../../builtins/index.js';

/** Creates this side's object for a stand-in of `kind` and its details. */
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

/** How an object crosses as a stand-in. */
export function asStandIn(
  kind: string,
  args: readonly unknown[],
  state?: Readonly<Record<string, unknown>>,
): Reduced {
  return [standIn, [kind, ...args], state];
}

setReferences(import.meta.url, { standIn });
