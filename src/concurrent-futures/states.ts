/**
 * The states of a future. Symbols cannot be cloned, so passing a future to `structuredClone` or `postMessage` throws
 * instead of making a dead copy, as Python refuses to pickle one.
 * `FAILED` is Python's `FINISHED` with an error: a state of its own, so that a falsy error stays an error.
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
