/** Warns, once, of the deadlock when a caller waits for a server or a mock in its own thread. */
import { warningAtOnce } from './warn-at-once.js';

const LOOPBACK = /^https?:\/\/(?:[^/@]*@)?(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?:[:/?#]|$)/i;

/** Seconds before the warning. */
export const HINT_AFTER = 10;

let isSaid = false;

/** Whether a call waits without a limit for an answer from this machine. */
export function mayWaitForItself(op: string, args: readonly unknown[]): boolean {
  if (isSaid || (op !== 'request' && op !== 'once')) return false;
  const [session, , url, options] = args as [{ timeout?: unknown }, string, unknown, { timeout?: unknown }?];
  return (options?.timeout ?? session.timeout ?? null) === null && LOOPBACK.test(String(url));
}

/** Issues the warning. */
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
