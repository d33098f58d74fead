import type { JarChange } from '../wire/jar-changes.js';

/** What the stand-ins for the caller's objects need of its thread. */
export interface CallersThread {
  /** The stand-ins for the caller's objects, with their handles. */
  readonly handles: WeakMap<object, number>;
  /** Calls `method` of one of the caller's objects in its thread. */
  ask(handle: number | string, method: string, args: readonly unknown[]): Promise<unknown>;
  /** Repeats a change of cookies in the caller's session. */
  changeCookies(session: string, change: JarChange): void;
}
