import type { Call } from '../call-context.js';

/** A function, importable, and its arguments. */
export type Effect = readonly [fn: (...args: never[]) => unknown, args: readonly unknown[]];

const effects = new WeakMap<Call, Effect[]>();

/**
 * In a pool thread: has the main thread call `fn(...args)` just before the future of `call` is settled, so that what the call
 * has changed in its copies happens to the originals.
 */
export function addEffect<A extends unknown[]>(call: Call, fn: (...args: A) => unknown, args: A): void {
  const others = effects.get(call);
  if (others === undefined) effects.set(call, [[fn, args]]);
  else others.push([fn, args]);
}

/** What has been added for `call`. */
export function effectsOf(call: Call): readonly Effect[] {
  return effects.get(call) ?? [];
}
