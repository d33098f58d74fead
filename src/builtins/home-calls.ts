/**
 * Calls that a pool thread asks of the main thread, so that warnings, logs, events and cookies appear where the program looks for
 * them. Some are made at once, others together with the outcome of the call that asked for them.
 */

/** An importable function and its arguments. */
export type HomeCall = readonly [fn: (...args: never[]) => unknown, args: readonly unknown[]];

let sendHome: ((call: HomeCall) => void) | null = null;

/** Makes this thread a pool thread: `send` passes a call to the main thread. */
export function setHome(send: (call: HomeCall) => void): void {
  sendHome = send;
}

/** In a pool thread: has the main thread call `fn(...args)`. Returns false, and does nothing, in any other thread. */
export function callAtHome<A extends unknown[]>(fn: (...args: A) => unknown, args: A): boolean {
  sendHome?.([fn, args]);
  return sendHome !== null;
}

const pending = new WeakMap<object, HomeCall[]>();

/**
 * In a pool thread: has the main thread call `fn(...args)` just before the future of `call` settles, so that the changes that
 * the call made to copies are made to the originals.
 */
export function addHomeCall<A extends unknown[]>(call: object, fn: (...args: A) => unknown, args: A): void {
  const others = pending.get(call);
  if (others === undefined) pending.set(call, [[fn, args]]);
  else others.push([fn, args]);
}

const NONE: readonly never[] = [];

/** What was added for `call`. */
export function homeCallsOf(call: object): readonly HomeCall[] {
  return pending.get(call) ?? NONE;
}
