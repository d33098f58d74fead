import { inspect } from 'node:util';
import { getLogger, rejectWithFrames, RuntimeError, TimeoutError, typeName } from '../builtins/index.js';
import { DoneCallback, runCallback } from './done-callback.js';
import { CancelledError, InvalidStateError } from './errors.js';
import { idOf, stateText } from './future-text.js';
import {
  CANCELLED,
  CANCELLED_AND_NOTIFIED,
  FAILED,
  FINISHED,
  PENDING,
  RUNNING,
  type State,
} from './states.js';
import { parseTimeout, type TimeoutArgument, timeoutOf } from './timeout.js';
import { OutcomeWaiter, type Waiter, type Waiters, withoutWaiter, withWaiter } from './waiter.js';

/** What `future.abort()` reaches inside the running call. */
export type AbortHandler = (reason: unknown) => void;

/**
 * The executor that has not started the future's call yet. A future with an owner counts as notified as soon as it is
 * cancelled, which avoids the endless wait of `wait()` and `as_completed()` in CPython's gh-87893.
 */
export interface FutureOwner {
  /** The future is being cancelled: forget the call. The future still shows the state it leaves. */
  withdrawn(): void;
  /** Whether a call that is already marked running can still be withdrawn, as its function has not been called. */
  readonly withdrawable: boolean;
}

function readResult<T>(future: Future<T>): T {
  return future.result_now();
}

function readException(future: Future): Error | null {
  return future.exception_now();
}

/**
 * Python's `concurrent.futures.Future`: the outcome of a call that may still be under way. It is a `Promise` as well:
 * `await future` is `await future.result()`. An error that is never read stays silent: a promise that could reject is created
 * only on request.
 *
 * Executors create futures; `new Future()` is for executors and tests. Any property may be attached to one.
 */
export class Future<T = unknown> implements Promise<T> {
  /** @internal */
  _state: State;
  /** @internal The result, the error, or of a cancelled future the reason given to `abort()`. */
  _outcome: unknown;
  /** @internal */
  _callbacks: DoneCallback | DoneCallback[] | null;
  /** @internal */
  _waiters: Waiters;
  /** @internal */
  _owner: FutureOwner | null;
  /** @internal */
  _abortHandler: AbortHandler | null;

  constructor() {
    this._state = PENDING;
    this._outcome = undefined;
    this._callbacks = null;
    this._waiters = null;
    this._owner = null;
    this._abortHandler = null;
  }

  /** Whether the call was cancelled before it began. */
  cancelled(): boolean {
    return this._state === CANCELLED || this._state === CANCELLED_AND_NOTIFIED;
  }

  /** Whether the call is being executed now. */
  running(): boolean {
    return this._state === RUNNING;
  }

  /** Whether the call has finished, failed or was cancelled. */
  done(): boolean {
    return this._state !== PENDING && this._state !== RUNNING;
  }

  /**
   * Cancels a call that has not begun: its callbacks run now, and the result is true (also if it was already
   * cancelled). A running or finished call is left alone: false. To stop a running one, use {@link abort}.
   */
  cancel(): boolean {
    if (this._state === PENDING) {
      this._withdraw();
      return true;
    }
    return this.cancelled();
  }

  /**
   * Stops the call, even a running one, if possible; Python has no counterpart. A call whose function has
   * not been called is cancelled as by {@link cancel}, and the `CancelledError` has `reason` as its `cause`. A running
   * call is notified through its {@link abort_signal}, and its own error becomes the outcome.
   *
   * @returns whether the call was reached: false when done, or when a running call never got its signal.
   */
  abort(reason?: unknown): boolean {
    if (this._state === PENDING) {
      this._outcome = reason;
      return this.cancel();
    }
    if (this._state !== RUNNING) return false;
    if (this._abortHandler !== null) {
      this._abortHandler(reason);
      return true;
    }
    if (this._owner?.withdrawable !== true) return false;
    this._outcome = reason;
    this._withdraw();
    return true;
  }

  /**
   * Waits for the value of the call. Only a timeout keeps the process alive by itself: Node exits with code 13 when
   * a top-level `await` is pending and nothing else is left to do.
   *
   * @param timeout - seconds, or `{ timeout }`; checked only if it has to wait. It does not affect the call.
   * @returns a new promise at each call. It rejects with the call's own error, with `CancelledError`, or with
   * `TimeoutError`. A promise stored as the result is flattened; `result_now()` returns it as is.
   */
  result(timeout?: TimeoutArgument): Promise<T> {
    return this._read(readResult, timeout);
  }

  /**
   * Waits for the error of the call: null when it succeeded.
   *
   * @param timeout - as for {@link result}.
   * @returns a promise that rejects only with `CancelledError` or `TimeoutError`. It resolves to what the call threw, even
   * if that is not an `Error`.
   */
  exception(timeout?: TimeoutArgument): Promise<Error | null> {
    return this._read(readException, timeout);
  }

  /**
   * The value of a finished call, without a promise, for done-callbacks. Python's `result()` on a done future.
   *
   * @throws the call's own error, `CancelledError`, or `InvalidStateError` when it is not done.
   */
  result_now(): T {
    const error = this.exception_now();
    // Check the state, as the error may be falsy: whatever was thrown is thrown again.
    if (this._state === FAILED) throw error as Error;
    return this._outcome as T;
  }

  /**
   * The error of a finished call, without a promise; null when there was none.
   *
   * @throws `CancelledError`, or `InvalidStateError` when it is not done.
   */
  exception_now(): Error | null {
    if (this._state === FINISHED) return null;
    // A call may throw anything; the type gives the usual case.
    if (this._state === FAILED) return this._outcome as Error;
    if (!this.done()) throw this._invalidState();
    throw new CancelledError(undefined, this._outcome === undefined ? undefined : { cause: this._outcome });
  }

  /**
   * Calls `fn` with this future as soon as it is done or cancelled: synchronously, in the order added, each in the async
   * context of its `add_done_callback`; at once when it is done already. What `fn` throws (or rejects with, if it is
   * async) is logged.
   *
   * @throws TypeError when `fn` is not a function.
   */
  add_done_callback(fn: (future: this) => unknown): void {
    if (typeof fn !== 'function') {
      throw new TypeError(`add_done_callback() takes a function, got ${typeName(fn)}`);
    }
    if (this.done()) {
      runCallback(this, fn);
      return;
    }
    const callback = new DoneCallback(fn);
    if (this._callbacks === null) this._callbacks = callback;
    else if (Array.isArray(this._callbacks)) this._callbacks.push(callback);
    else this._callbacks = [this._callbacks, callback];
  }

  /** `result().then(…)`. */
  then<Fulfilled = T, Rejected = never>(
    onfulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onrejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.result().then(onfulfilled, onrejected);
  }

  /** `result().catch(…)`. */
  catch<Rejected = never>(
    onrejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<T | Rejected> {
    return this.result().catch(onrejected);
  }

  /** `result().finally(…)`. */
  finally(onfinally?: (() => void) | null): Promise<T> {
    return this.result().finally(onfinally);
  }

  get [Symbol.toStringTag](): string {
    return 'Future';
  }

  /**
   * For executors: the call is about to begin. Returns whether to call the function; false means that it was cancelled
   * (and notifies those who `wait()`).
   *
   * @throws RuntimeError in any other state, hence also at a second call.
   */
  set_running_or_notify_cancel(): boolean {
    if (this._state === PENDING) {
      this._state = RUNNING;
      return true;
    }
    if (this._state === CANCELLED) {
      this._state = CANCELLED_AND_NOTIFIED;
      this._notify();
      return false;
    }
    getLogger().log(
      'critical',
      'concurrent.futures',
      `Future ${idOf(this)} in unexpected state: ${this._state.description ?? ''}`,
    );
    throw new RuntimeError('Future in unexpected state');
  }

  /**
   * For executors: the call returned `result`, which is stored as is.
   *
   * @throws InvalidStateError when there is an outcome already.
   */
  set_result(result: T): void {
    this._settle(FINISHED, result);
  }

  /**
   * For executors: the call threw `exception`, which is stored as is.
   *
   * @throws TypeError for null and undefined, `InvalidStateError` when there is an outcome already.
   */
  set_exception(exception: unknown): void {
    if (exception === undefined || exception === null) {
      throw new TypeError(`set_exception() takes an exception, got ${typeName(exception)}`);
    }
    this._settle(FAILED, exception);
  }

  /** For executors: sets what {@link abort} calls while this call runs; null removes it. Dropped when the call is done. */
  set_abort_handler(handler: AbortHandler | null): void {
    if (!this.done()) this._abortHandler = handler;
  }

  /** Python's text form: `<Future at 0x2a state=finished returned Response>`. */
  toString(): string {
    return `<${this.constructor.name} at ${idOf(this)} state=${stateText(this._state, this._outcome)}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** For logs: the text form. */
  toJSON(): string {
    return this.toString();
  }

  /** @internal Whether `wait()` and `as_completed()` count this future as complete. */
  _isSettled(): boolean {
    return this._state === FINISHED || this._state === FAILED || this._state === CANCELLED_AND_NOTIFIED;
  }

  /** @internal */
  _addWaiter(waiter: Waiter): void {
    this._waiters = withWaiter(this._waiters, waiter);
  }

  /** @internal */
  _removeWaiter(waiter: Waiter): void {
    this._waiters = withoutWaiter(this._waiters, waiter);
  }

  private _invalidState(): InvalidStateError {
    return new InvalidStateError(`${this._state.description ?? ''}: ${this.toString()}`);
  }

  private _read<R>(read: (future: Future<T>) => R, timeout: TimeoutArgument): Promise<R> {
    try {
      if (this.done()) return Promise.resolve(read(this));
      const seconds = timeout === undefined ? null : parseTimeout(timeoutOf('result()', timeout));
      if (seconds !== null && seconds <= 0) throw new TimeoutError();
      return new OutcomeWaiter(this, read, seconds).promise;
    } catch (error) {
      return rejectWithFrames(error);
    }
  }

  private _settle(state: typeof FINISHED | typeof FAILED, outcome: unknown): void {
    if (this.done()) throw this._invalidState();
    this._state = state;
    this._outcome = outcome;
    this._release();
    this._notify();
    this._runCallbacks();
  }

  private _withdraw(): void {
    const owner = this._owner;
    owner?.withdrawn();
    this._state = owner === null ? CANCELLED : CANCELLED_AND_NOTIFIED;
    this._release();
    this._notify();
    this._runCallbacks();
  }

  private _release(): void {
    this._owner = null;
    this._abortHandler = null;
  }

  private _notify(): void {
    const waiters = this._waiters;
    if (waiters === null) return;
    this._waiters = null;
    const settled = this._isSettled();
    for (const waiter of waiters instanceof Set ? waiters : [waiters]) {
      if (settled || waiter.wakesOnCancel) waiter.notify(this);
      else this._addWaiter(waiter);
    }
  }

  private _runCallbacks(): void {
    const callbacks = this._callbacks;
    if (callbacks === null) return;
    this._callbacks = null;
    if (!Array.isArray(callbacks)) callbacks.run(this);
    else for (const callback of callbacks) callback.run(this);
  }
}
