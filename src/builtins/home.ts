/**
 * What a pool thread has done for it in the thread that the program runs in: what is warned of and logged there is to be seen where
 * the program looks for it.
 */

/** Has the other thread call an importable function. */
export type CallHome = (fn: (...args: never[]) => unknown, args: readonly unknown[]) => void;

let callHome: CallHome | null = null;

/** This is a pool thread from now on. */
export function setHome(call: CallHome): void {
  callHome = call;
}

/** Has `fn(...args)` called by the thread that this one belongs to; false where this one is nobody's. */
export function calledHome<A extends unknown[]>(fn: (...args: A) => unknown, args: A): boolean {
  callHome?.(fn, args);
  return callHome !== null;
}
