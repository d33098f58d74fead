/**
 * The states of a future. They are symbols because a symbol refuses to be cloned: a future that is passed to
 * `structuredClone` or `postMessage` throws there, as Python refuses to pickle one, instead of becoming a dead copy.
 * `FAILED` is Python's `FINISHED` with an error: two states in the place of a flag, so that a falsy error stays an error.
 */
export const PENDING: unique symbol = Symbol('PENDING');
export const RUNNING: unique symbol = Symbol('RUNNING');
export const CANCELLED: unique symbol = Symbol('CANCELLED');
export const CANCELLED_AND_NOTIFIED: unique symbol = Symbol('CANCELLED_AND_NOTIFIED');
export const FINISHED: unique symbol = Symbol('FINISHED');
export const FAILED: unique symbol = Symbol('FINISHED');

export type State =
  | typeof PENDING
  | typeof RUNNING
  | typeof CANCELLED
  | typeof CANCELLED_AND_NOTIFIED
  | typeof FINISHED
  | typeof FAILED;
