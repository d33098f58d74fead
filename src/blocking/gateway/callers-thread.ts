import type { JarChange } from '../wire/jar-changes.js';

/** The caller's thread, as what stands here for its objects has to do with it. */
export interface CallersThread {
  /** What the caller's objects are here, with their handles. */
  readonly handles: WeakMap<object, number>;
  /** Has `method` of something of the caller's run in its thread, in its turn. */
  ask(handle: number | string, method: string, args: readonly unknown[]): Promise<unknown>;
  /** Has the same happen to the cookies of the caller's session. */
  changeCookies(session: string, change: JarChange): void;
}
