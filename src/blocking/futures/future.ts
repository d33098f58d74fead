import { inspect } from 'node:util';
import { RuntimeError, TimeoutError, typeName } from '../../builtins/index.js';
import { CancelledError, InvalidStateError, type TimeoutArgument } from '../../concurrent-futures/index.js';
import {
  CANCELLED,
  CANCELLED_AND_NOTIFIED,
  deadlineAfter,
  FAILED,
  FINISHED,
  idOf,
  parseTimeout,
  PENDING,
  RUNNING,
  runCallback,
  type State,
  stateText,
  timeoutOf,
} from '../../concurrent-futures/internal.js';
import { withCallersLines } from '../caller/caller-stack.js';
import { poll, waitUntil } from '../caller/link.js';

/** The executor's side of an unfinished future. */
export interface FutureOwner {
  /** Keeps a call from beginning; false when it has begun. */
  cancel(): boolean;
  /** Stops a call that has begun; false when it cannot be stopped. */
  abort(reason: unknown): boolean;
  /** Whether the call is being executed now. */
  isRunning(): boolean;
}

/** Called when a future is done. */
export type Listener = (future: Future) => void;

/**
 * Python's `concurrent.futures.Future`: the outcome of a call that may still be under way. It is not a promise: {@link result} blocks,
 * while the hooks, callbacks and submitted functions of this thread run.
 *
 * Executors create futures; `new Future()` is for executors and tests. Any property may be attached to one.
 */
export class Future<T = unknown> {
  #state: State = PENDING;
  #outcome: unknown = undefined;
  /** Each takes this very future. */
  #callbacks: ((future: never) => unknown)[] = [];
  #listeners: Set<Listener> | null = null;
  #owner: FutureOwner | null = null;
  /** What {@link abort} was given. The gateway's CancelledError has a copy of it. */
  #reason: unknown = undefined;

  /** Whether the call was cancelled before it began. */
  cancelled(): boolean {
    this.#look();
    return this.#state === CANCELLED || this.#state === CANCELLED_AND_NOTIFIED;
  }

  /** Whether the call is being executed now. */
  running(): boolean {
    this.#look();
    if (this.#state !== PENDING || this.#owner === null) return this.#state === RUNNING;
    return this.#owner.isRunning();
  }

  /** Whether the call has finished, failed or was cancelled. */
  done(): boolean {
    this.#look();
    return this.#isDone();
  }

  /**
   * Cancels a call that has not begun: its callbacks run now, and the result is true (also if it was already
   * cancelled). A running or finished call is left alone: false. To stop a running one, use {@link abort}.
   */
  cancel(): boolean {
    this.#look();
    if (this.#state !== PENDING) return this.cancelled();
    if (this.#owner !== null && !this.#owner.cancel()) return false;
    // The outcome may have arrived meanwhile.
    if (this.#isDone()) return this.cancelled();
    this.#withdraw(undefined);
    return true;
  }

  /**
   * Stops the call, even a running one, if possible; Python has no counterpart. A call that has not begun is cancelled as by
   * {@link cancel}, and the `CancelledError` has `reason` as its `cause`. A running call fails with its own error.
   *
   * @returns whether there was something to stop.
   */
  abort(reason?: unknown): boolean {
    this.#look();
    if (this.#isDone()) return false;
    if (this.#owner === null) {
      if (this.#state !== PENDING) return false;
      this.#withdraw(reason);
      return true;
    }
    this.#reason = reason;
    const owner = this.#owner;
    if (owner.cancel()) {
      if (!this.#isDone()) this.#withdraw(reason);
      return this.cancelled();
    }
    return owner.abort(reason);
  }

  /**
   * Waits for the value of the call.
   *
   * @param timeout - seconds, or `{ timeout }`; checked only if it has to wait. It does not affect the call, so you can call this
   * again.
   * @throws the call's own error, `CancelledError`, or `TimeoutError`
   */
  result(timeout?: TimeoutArgument): T {
    this.#wait('result()', timeout);
    return this.result_now();
  }

  /**
   * Waits for the error of the call: null when it succeeded.
   *
   * @param timeout - as for {@link result}.
   * @throws `CancelledError` or `TimeoutError`
   */
  exception(timeout?: TimeoutArgument): Error | null {
    this.#wait('exception()', timeout);
    return this.exception_now();
  }

  /**
   * The value of a finished call, without waiting.
   *
   * @throws the call's own error, `CancelledError`, or `InvalidStateError` when it is not done.
   */
  result_now(): T {
    const error = this.exception_now();
    if (this.#state === FAILED) throw withCallersLines(error) as Error;
    return this.#outcome as T;
  }

  /**
   * The error of a finished call, without waiting; null when there was none.
   *
   * @throws `CancelledError`, or `InvalidStateError` when it is not done.
   */
  exception_now(): Error | null {
    this.#look();
    if (this.#state === FINISHED) return null;
    if (this.#state === FAILED) return this.#outcome as Error;
    if (!this.#isDone()) throw this.#invalidState();
    throw new CancelledError(undefined, this.#outcome === undefined ? undefined : { cause: this.#outcome });
  }

  /**
   * Calls `fn` with this future once it is done or cancelled, in the order added, in this thread: while it waits for anything, or
   * in a turn of its loop; immediately if already done. What `fn` throws or rejects with is logged.
   *
   * @throws TypeError when `fn` is not a function.
   */
  add_done_callback(fn: (future: this) => unknown): void {
    if (typeof fn !== 'function') {
      throw new TypeError(`add_done_callback() takes a function, got ${typeName(fn)}`);
    }
    if (this.done()) runCallback(this, fn);
    else this.#callbacks.push(fn);
  }

  /**
   * For executors: the call is about to begin. Returns whether to call the function; false means that it was cancelled.
   *
   * @throws RuntimeError in any other state, hence also at a second call.
   */
  set_running_or_notify_cancel(): boolean {
    if (this.#state === PENDING) {
      this.#state = RUNNING;
      return true;
    }
    if (this.#state === CANCELLED) {
      this.#state = CANCELLED_AND_NOTIFIED;
      this.#notify();
      return false;
    }
    throw new RuntimeError('Future in unexpected state');
  }

  /**
   * For executors: the call returned `result`.
   *
   * @throws InvalidStateError when there is an outcome already.
   */
  set_result(result: T): void {
    this.#settle(FINISHED, result);
  }

  /**
   * For executors: the call threw `exception`.
   *
   * @throws TypeError for null and undefined, `InvalidStateError` when there is an outcome already.
   */
  set_exception(exception: unknown): void {
    if (exception === undefined || exception === null) {
      throw new TypeError(`set_exception() takes an exception, got ${typeName(exception)}`);
    }
    this.#settle(FAILED, exception);
  }

  /**
   * Python's text form: `<Future at 0x2a state=finished returned Response>`. It is made without asking the gateway, so a call that
   * runs there is still `pending`: see {@link running}.
   */
  toString(): string {
    return `<${this.constructor.name} at ${idOf(this)} state=${stateText(this.#state, this.#outcome)}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** For logs: the text form. */
  toJSON(): string {
    return this.toString();
  }

  /** Sets the executor's side. @internal */
  _setOwner(owner: FutureOwner): void {
    this.#owner = owner;
  }

  /** The executor has found the call cancelled. @internal */
  _withdrawn(reason: unknown): void {
    if (!this.#isDone()) this.#withdraw(this.#reason ?? reason);
  }

  /** Whether the call is over, without checking for new messages. @internal */
  _isOver(): boolean {
    return this.#isDone();
  }

  /** Whether `wait()` and `as_completed()` count this future as complete. @internal */
  _isSettled(): boolean {
    return this.#isDone() && this.#state !== CANCELLED;
  }

  /** Whether the call failed. @internal */
  _hasFailed(): boolean {
    return this.#state === FAILED;
  }

  /** @internal */
  _addListener(listener: Listener): void {
    (this.#listeners ??= new Set()).add(listener);
  }

  /** @internal */
  _removeListener(listener: Listener): void {
    this.#listeners?.delete(listener);
  }

  #isDone(): boolean {
    return this.#state !== PENDING && this.#state !== RUNNING;
  }

  /** Handles the gateway's messages first, even if this thread has not waited since. */
  #look(): void {
    if (!this.#isDone()) poll();
  }

  #wait(callee: string, timeout: TimeoutArgument): void {
    const seconds = parseTimeout(timeoutOf(callee, timeout));
    this.#look();
    if (this.#isDone()) return;
    if (!waitUntil(() => this.#isDone(), deadlineAfter(seconds))) throw new TimeoutError();
  }

  #settle(state: typeof FINISHED | typeof FAILED, outcome: unknown): void {
    if (this.#isDone()) throw this.#invalidState();
    this.#state = state;
    this.#outcome = outcome;
    this.#end();
  }

  #withdraw(reason: unknown): void {
    this.#outcome = reason;
    this.#state = this.#owner === null ? CANCELLED : CANCELLED_AND_NOTIFIED;
    this.#end();
  }

  #end(): void {
    this.#owner = null;
    this.#notify();
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const fn of callbacks) runCallback(this, fn);
  }

  #notify(): void {
    if (!this._isSettled() || this.#listeners === null) return;
    const listeners = this.#listeners;
    this.#listeners = null;
    for (const listener of listeners) listener(this);
  }

  #invalidState(): InvalidStateError {
    return new InvalidStateError(`${this.#state.description ?? ''}: ${this.toString()}`);
  }
}
