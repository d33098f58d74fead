/** A server or a mock in the caller's own thread cannot answer it while it waits: what else would be an endless silence is said, once. */
import { warningAtOnce } from './warn-at-once.js';

const LOOPBACK = /^https?:\/\/(?:[^/@]*@)?(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?:[:/?#]|$)/i;

/** Seconds after which it is said. */
export const HINT_AFTER = 10;

let isSaid = false;

/** Whether a call waits without an end for an answer of this machine. */
export function mayWaitForItself(op: string, args: readonly unknown[]): boolean {
  if (isSaid || (op !== 'request' && op !== 'once')) return false;
  const [session, , url, options] = args as [{ timeout?: unknown }, string, unknown, { timeout?: unknown }?];
  return (options?.timeout ?? session.timeout ?? null) === null && LOOPBACK.test(String(url));
}

/** Says it. */
export function sayHint(): void {
  if (isSaid) return;
  isSaid = true;
  warningAtOnce(() => {
    process.emitWarning(
      `A request to this machine has waited for ${HINT_AFTER} seconds. A server or a mock in the thread that waits cannot answer: run ` +
        'it in another process or thread, or use the awaited calls of requests-futures.',
    );
  });
}
