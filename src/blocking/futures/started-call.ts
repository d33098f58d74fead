/** Connects a future with its call in the gateway. */
import { CancelledError } from '../../concurrent-futures/index.js';
import type { Link } from '../caller/gateway.js';
import { link } from '../caller/link.js';
import type { Future } from './future.js';

/** Results dropped unseen on their way through the gateway. */
export class Kept {
  constructor(readonly value: unknown) {}
}

/** Calls `op` and settles `future` with the outcome, also if the call fails to start. The process does not exit before that. */
export function startCall<T>(future: Future<T>, op: string, args: readonly unknown[]): void {
  // The gateway's answer has the type of the call's result.
  const settled = future as Future;
  const to = link();
  let id: number;
  try {
    id = to.start(op, args, ({ failed, value }) => {
      to.release();
      if (settled._isSettled()) return;
      if (failed && value instanceof CancelledError) settled._withdrawn(value.cause);
      else if (failed) settled.set_exception(value ?? new Error('a call failed without an error'));
      else settled.set_result(value instanceof Kept ? value.value : value);
    });
  } catch (error) {
    settled.set_exception(error);
    return;
  }
  to.hold();
  settled._setOwner(ownerOf(to, id));
}

function ownerOf(to: Link, id: number): Parameters<Future['_setOwner']>[0] {
  const ask = (op: string, ...args: unknown[]): boolean => to.isAlive && to.call(op, [id, ...args]) === true;
  return {
    cancel: () => ask('cancel'),
    abort: (reason) => ask('abort-call', reason),
    isRunning: () => ask('running'),
  };
}
