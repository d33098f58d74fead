import { Fifo, RuntimeError, typeName, ValueError, WorkQueue } from '../builtins/index.js';
import { currentCall } from './call-context.js';
import type { BrokenExecutor } from './errors.js';
import { Executor, parseShutdown, type ShutdownOptions } from './executor.js';
import { Future } from './future.js';
import { PENDING } from './states.js';
import { WorkItem } from './work-item.js';

/** A call that has lent its slot out, and what tells it that it has one again. */
interface Return {
  readonly item: WorkItem;
  readonly resolve: () => void;
}

/**
 * What every pool shares: the queue, the count of slots, shutdown, breaking and idling. A pool adds how a slot runs calls:
 *
 * - `submit` occupies a free slot and calls `openSlot()`;
 * - the slot fetches calls with `nextCall()`, one at a time, until that gives null, which frees the slot;
 * - it makes the call with `item.invoke()`, or sends it elsewhere and calls `item.drop()`, and settles it with
 *   `item.succeed()` or `item.fail()`.
 *
 * A call that finds a free slot is RUNNING when `submit` returns, but stays in the queue until its function is called:
 * whichever slot is ready first takes the oldest call, so calls always start in the order of their submission.
 */
export abstract class PoolExecutor extends Executor {
  #maxWorkers: number;
  readonly #queue = new WorkQueue<WorkItem>();
  /** How many calls in the queue are marked running. */
  #claimed = 0;
  #running = 0;
  /** Calls that have lent their slot out and want one again, oldest first. */
  readonly #returning = new Fifo<Return>();
  /** How many calls have lent their slot out. */
  #lent = 0;
  #paused = false;
  #shutdown = false;
  #broken: (() => BrokenExecutor) | null = null;
  #idleWaiters: (() => void)[] = [];

  constructor(maxWorkers: number) {
    super();
    this.#maxWorkers = maxWorkers;
  }

  /**
   * How many calls run at once at the most. It may be set at any time: with more, queued calls start at once; with fewer, those
   * that run are left to their end, and no other starts before there is room.
   *
   * @throws ValueError and TypeError for a bad value, as the constructor.
   */
  get max_workers(): number {
    return this.#maxWorkers;
  }

  set max_workers(value: number) {
    if ((value as unknown) === null || (value as unknown) === undefined) {
      throw new TypeError(`max_workers must be an integer, got ${typeName(value)}`);
    }
    this.#maxWorkers = parseMaxWorkers(value, value);
    this.resized();
    this.#openSlots();
  }

  /** How many calls wait for a worker. */
  get queued(): number {
    return this.#queue.length - this.#claimed;
  }

  /** How many workers are busy. */
  get running(): number {
    return this.#running;
  }

  /** A slot has been occupied: it has to fetch calls with `nextCall()` until there are none. */
  protected abstract openSlot(): void;

  /** `max_workers` has another value now; slots are opened after this. */
  protected resized(): void {
    // For pools that divide the slots among something.
  }

  /** No call is running or queued any more. */
  protected drained(): void {
    // For pools that hold something to let go of.
  }

  /**
   * Schedules `fn(...args)` and returns its future at once. With a free worker the future is running when `submit`
   * returns, else pending until its turn; `fn` itself is never called before `submit` has returned. What `fn` throws,
   * also because it is no function, is the future's error.
   *
   * @throws TypeError without arguments, RuntimeError after shutdown, BrokenExecutor when the pool is broken.
   */
  override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
    this.checkUsable();
    // A missing argument is a mistake of the caller; anything else that cannot be called fails in its turn.
    if ((fn as unknown) === undefined) {
      throw new TypeError(`${this.constructor.name}.submit() missing 1 required positional argument: 'fn'`);
    }
    const future = new Future<Awaited<R>>();
    const item = new WorkItem(this, future, fn, args);
    this.#queue.push(item);
    if (this.#running < this.#maxWorkers && !this.#paused) {
      this.#running += 1;
      this.#claimed += 1;
      item.claimed = true;
      future.set_running_or_notify_cancel();
      this.openSlot();
    }
    return future;
  }

  /** Throws what `submit` has to throw now. A broken pool stays broken after shutdown. */
  protected checkUsable(): void {
    if (this.#broken !== null) throw this.#broken();
    if (this.#shutdown) throw new RuntimeError('cannot schedule new futures after shutdown');
  }

  /**
   * Holds back what has not begun, until {@link resume}; what runs is left alone. New calls are taken and queued. While
   * nothing runs, a paused pool does not keep the process alive.
   */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on after {@link pause}, with the oldest call first. */
  resume(): void {
    this.#paused = false;
    this.#openSlots();
  }

  /** Gives slots to what wants them, as far as there is room: first to calls that had one. */
  #openSlots(): void {
    while (this.#running < this.#maxWorkers && this.#giveBack()) this.#running += 1;
    if (this.#paused) return;
    for (let wanted = this.queued; wanted > 0 && this.#running < this.#maxWorkers; wanted -= 1) {
      this.#running += 1;
      this.openSlot();
    }
  }

  /**
   * @internal The call of `item` does nothing but wait from now on: its slot serves others. The slot has to leave the call alone
   * when it ends, unless `reclaim()` has resolved.
   */
  lend(item: WorkItem): void {
    if (item.isLent) return;
    item.isLent = true;
    this.#lent += 1;
    this.#running -= 1;
    this.#openSlots();
  }

  /** @internal Resolves when the call of `item` has a slot again, which it gets before those that have not begun. */
  reclaim(item: WorkItem): Promise<void> {
    if (!item.isLent) return Promise.resolve();
    return new Promise((resolve) => {
      this.#returning.push({ item, resolve });
      this.#openSlots();
    });
  }

  /** A call has ended that had lent its slot out. */
  protected ended(item: WorkItem): void {
    if (!item.isLent) return;
    item.isLent = false;
    this.#lent -= 1;
    this.#checkIdle();
  }

  /** Gives a slot to the oldest call that wants one again. Returns whether there was one. */
  #giveBack(): boolean {
    if (this.#lent === 0) return false;
    for (let back = this.#returning.shift(); back !== undefined; back = this.#returning.shift()) {
      // It may have ended meanwhile.
      if (!back.item.isLent) continue;
      back.item.isLent = false;
      this.#lent -= 1;
      back.resolve();
      return true;
    }
    return false;
  }

  /**
   * Frees a slot that may not fetch another call: there are too many, or the pool is paused. A call that is marked running
   * was promised a slot.
   */
  protected retireSlot(): boolean {
    if (this.#running <= this.#maxWorkers && (!this.#paused || this.#returning.length > 0)) return false;
    if (this.#queue.peek()?.claimed === true) return false;
    this.#freeSlot();
    return true;
  }

  /** The oldest call, marked running; null when there is none to be had, and then the slot that asked is free again. */
  protected nextCall(): WorkItem | null {
    if (this.retireSlot() || this.#giveBack()) return null;
    for (let item = this.#queue.shift(); item !== null; item = this.#queue.shift()) {
      if (item.claimed) {
        this.#claimed -= 1;
        return item;
      }
      if (item.future._state === PENDING) {
        item.future.set_running_or_notify_cancel();
        return item;
      }
      // The future was settled by hand while it was queued.
      item.drop();
    }
    this.#freeSlot();
    return null;
  }

  #freeSlot(): void {
    this.#running -= 1;
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (this.#running > 0 || this.#lent > 0 || this.#queue.length > 0) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
    this.drained();
  }

  /** Whether `value` is the future of a call of this pool that has not begun. */
  protected isQueued(value: unknown): boolean {
    const owner = value instanceof Future && value._state === PENDING ? value._owner : null;
    return owner instanceof WorkItem && owner.executor === this;
  }

  /** Fails every call that has not been started, each with an error of its own, and every later `submit`. */
  protected breakPool(makeError: () => BrokenExecutor): void {
    this.#broken ??= makeError;
    this.#claimed = 0;
    for (let item = this.#queue.shift(); item !== null; item = this.#queue.shift()) {
      item.drop();
      if (!item.future.done()) item.fail(makeError());
    }
    if (this.#paused) this.#checkIdle();
  }

  /** @internal The future of `item` is being cancelled or aborted before its function was called. */
  withdraw(item: WorkItem): void {
    if (this.#queue.remove(item) && item.claimed) this.#claimed -= 1;
    // Nothing else would tell that a pool is idle which has no slots open.
    if (this.#paused) this.#checkIdle();
  }

  /** Resolves when no call is running or queued: at once when the pool is idle. The pool stays usable. */
  idle(): Promise<void> {
    if (this.#running === 0 && this.#lent === 0 && this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  /**
   * Refuses new calls from now on; what is queued still runs, unless `cancel_futures`, also in a pool that was paused. May be
   * called again and again.
   * Called from a submitted function (before its first `await`), it must not wait for that very call.
   *
   * @throws RuntimeError when a call of this pool would wait for its own end.
   */
  override shutdown(
    wait?: boolean | ShutdownOptions | null,
    options?: ShutdownOptions | null,
  ): Promise<void> {
    const parsed = parseShutdown(wait, options);
    this.#shutdown = true;
    if (parsed.cancelFutures) this.#cancelQueued();
    this.resume();
    if (!parsed.wait) return Promise.resolve();
    // Thrown and not rejected: it has to become the error of the call, as in Python, even if this is never awaited.
    if (currentCall()?.executor === this) throw new RuntimeError('cannot join current thread');
    return this.idle();
  }

  #cancelQueued(): void {
    // A list of its own: each cancellation takes its call out of the queue and runs callbacks that may cancel others.
    const futures: Future[] = [];
    for (let item = this.#queue.peek(); item !== null; item = item.next) futures.push(item.future);
    for (const future of futures) future.cancel();
  }
}

/** Checks Python's `max_workers`. `Infinity` is allowed: no limit. */
export function parseMaxWorkers(value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (value === false) throw new ValueError('max_workers must be greater than 0');
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new TypeError(`max_workers must be an integer, got ${typeName(value)}`);
  }
  if (value <= 0) throw new ValueError('max_workers must be greater than 0');
  if (value !== Infinity && !Number.isInteger(value)) {
    throw new TypeError(`max_workers must be an integer, got ${value}`);
  }
  return value;
}
