/**
 * Calls that a pool thread makes in the main thread, so that warnings, logs, events and cookies appear where the program expects
 * them. Some run immediately, others just before the outcome of the pool's call arrives.
 */

/** An importable function and its arguments. */
export type HomeCall = readonly [fn: (...args: never[]) => unknown, args: readonly unknown[]];

let sendHome: ((call: HomeCall) => void) | null = null;

/** Makes this thread a pool thread: `send` passes a call to the main thread. */
export function setHome(send: (call: HomeCall) => void): void {
  sendHome = send;
}

/** In a pool thread: calls `fn(...args)` in the main thread. In any other thread: does nothing and returns false. */
export function callAtHome<A extends unknown[]>(fn: (...args: A) => unknown, args: A): boolean {
  sendHome?.([fn, args]);
  return sendHome !== null;
}

const pending = new WeakMap<object, HomeCall[]>();

/**
 * In a pool thread: calls `fn(...args)` in the main thread just before the future of `call` settles, to apply the changes
 * that the call made to copies to the originals.
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
