import { AsyncResource, executionAsyncId } from 'node:async_hooks';
import { type AbortToken, getLogger, type QueueEntry, RuntimeError, typeName } from '../builtins/index.js';
import { type Call, swapCall } from './call-context.js';
import { notCallable } from './not-callable.js';
import type { AbortHandler, Future, FutureOwner } from './future.js';

/** Anything that can be submitted. */
export type AnyFunction = (...args: never[]) => unknown;

/** What an item needs of its pool. */
export interface ItemOwner {
  /** The future of `item` is being cancelled or aborted before its function was called. */
  withdraw(item: WorkItem): void;
  lend(item: WorkItem): void;
  reclaim(item: WorkItem): Promise<void>;
}

/** Node's own default, as a small integer: V8 boxes any other number, 16 bytes for each queued call. */
function submitterId(): number {
  const id = executionAsyncId();
  const small = id | 0;
  return small === id ? small : id;
}

/**
 * A submitted call: function, arguments, future, and the async context of the `submit`, in a single object, as a
 * program may queue a million of them.
 */
export class WorkItem extends AsyncResource implements Call, FutureOwner, QueueEntry {
  readonly executor: ItemOwner;
  readonly future: Future;
  /** Undefined once the function was called, or never will be. */
  fn: AnyFunction | undefined;
  args: readonly unknown[] | undefined;
  /**
   * `claimed` where a slot was free at `submit`: the future is running, though the function has not been called. `lent` while others
   * may use its slot, as the call only waits.
   */
  slot: 'claimed' | 'lent' | null;
  workerName: string | null;
  token: AbortToken | null;
  queue: object | null;
  previous: this | null;
  next: this | null;

  constructor(executor: ItemOwner, future: Future, fn: AnyFunction, args: readonly unknown[]) {
    super('FutureCall', submitterId());
    this.executor = executor;
    this.future = future;
    this.fn = fn;
    this.args = args;
    this.slot = null;
    this.workerName = null;
    this.token = null;
    this.queue = null;
    this.previous = null;
    this.next = null;
    future._owner = this;
  }

  get withdrawable(): boolean {
    return this.fn !== undefined;
  }

  withdrawn(): void {
    this.executor.withdraw(this);
    this.drop();
  }

  set_abort_handler(handler: AbortHandler): void {
    this.future.set_abort_handler(handler);
  }

  lendSlot(): void {
    this.executor.lend(this);
  }

  reclaimSlot(): Promise<void> {
    return this.executor.reclaim(this);
  }

  /** Drops function and arguments, so that a pool does not keep alive what it once ran. */
  drop(): void {
    this.fn = undefined;
    this.args = undefined;
  }

  /** Calls the function in this thread, in the async context of its `submit`. */
  invoke(workerName: string): unknown {
    const { fn, args } = this;
    this.drop();
    this.workerName = workerName;
    const previous = swapCall(this);
    try {
      // Not checked by `submit`: as in Python, the call fails, not the submission.
      if (typeof fn !== 'function') throw notCallable(fn);
      return this.runInAsyncScope(fn as (...args: unknown[]) => unknown, undefined, ...(args ?? []));
    } finally {
      swapCall(previous);
    }
  }

  succeed(result: unknown): void {
    try {
      this.future.set_result(result);
    } catch (error) {
      logWorkerError(error);
    }
  }

  fail(error: unknown): void {
    try {
      this.future.set_exception(asException(error));
    } catch (settled) {
      logWorkerError(settled);
    }
  }
}

/** The error for `throw undefined`, which must fail the future as well. */
function asException(error: unknown): unknown {
  if (error !== undefined && error !== null) return error;
  return new RuntimeError(`the call threw ${typeName(error)}`, { cause: error });
}

/** The future was settled elsewhere; the worker must go on. */
function logWorkerError(error: unknown): void {
  getLogger().log('critical', 'concurrent.futures', 'Exception in worker', error);
}
