import { Fifo, RuntimeError, typeName, WorkQueue } from '../builtins/index.js';
import { parseMaxWorkers, parseShutdown, type ShutdownOptions } from './arguments.js';
import { currentCall } from './call-context.js';
import type { BrokenExecutor } from './errors.js';
import { Executor } from './executor.js';
import { Future } from './future.js';
import { PENDING } from './states.js';
import { WorkItem } from './work-item.js';

/** A call that has lent its slot, and how to notify it that it has one again. */
interface Return {
  readonly item: WorkItem;
  readonly resolve: () => void;
}

/**
 * What all pools share: the queue, the slots, shutdown, breaking and idling. A subclass adds how a slot runs calls:
 *
 * - `submit` occupies a free slot and calls `openSlot()`;
 * - the slot fetches calls with `nextCall()`, one at a time, until it returns null, which frees the slot;
 * - it makes the call with `item.invoke()`, or sends it elsewhere and calls `item.drop()`, and settles it with
 *   `item.succeed()` or `item.fail()`.
 *
 * A call that finds a free slot is RUNNING when `submit` returns, but stays in the queue until its function is called:
 * the first slot to be ready takes the oldest call, so calls always start in order of submission.
 */
export abstract class PoolExecutor extends Executor {
  #maxWorkers: number;
  readonly #queue = new WorkQueue<WorkItem>();
  /** How many calls in the queue are marked running. */
  #claimed = 0;
  #running = 0;
  /** Calls that have lent their slot and need one again, oldest first. */
  readonly #returning = new Fifo<Return>();
  /** How many calls have lent their slot. */
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
   * The most calls to run at once. It may be set at any time: if raised, queued calls start at once; if lowered, running
   * calls finish, and no other starts before there is room.
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

  /** Whether no call is running, waiting for a slot again or queued. */
  protected get isIdle(): boolean {
    return this.#running === 0 && this.#lent === 0 && this.#queue.length === 0;
  }

  /** A slot has been occupied: it has to fetch calls with `nextCall()` until there are none. */
  protected abstract openSlot(): void;

  /** `max_workers` has changed; slots are opened after this. */
  protected resized(): void {
    // A hook for pools that divide their slots.
  }

  /** No call is running or queued any more. */
  protected drained(): void {
    // A hook for pools that hold resources.
  }

  /**
   * Schedules `fn(...args)` and returns its future at once. With a free worker the future is running when `submit`
   * returns, else pending until its turn; `fn` itself is never called before `submit` has returned. What `fn` throws
   * is the future's error, also if it is not a function.
   *
   * @throws TypeError without arguments, RuntimeError after shutdown, BrokenExecutor when the pool is broken.
   */
  override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
    this.checkUsable();
    // Only a missing argument throws here; anything else that cannot be called fails in its turn.
    if ((fn as unknown) === undefined) {
      throw new TypeError(`${this.constructor.name}.submit() missing 1 required positional argument: 'fn'`);
    }
    const future = new Future<Awaited<R>>();
    const item = new WorkItem(this, future, fn, args);
    this.#queue.push(item);
    if (this.#running < this.#maxWorkers && !this.#paused) {
      this.#running += 1;
      this.#claimed += 1;
      item.slot = 'claimed';
      future.set_running_or_notify_cancel();
      this.openSlot();
    }
    return future;
  }

  /** Throws if `submit` must fail now. A broken pool stays broken after shutdown. */
  protected checkUsable(): void {
    if (this.#broken !== null) throw this.#broken();
    if (this.#shutdown) throw new RuntimeError('cannot schedule new futures after shutdown');
  }

  /**
   * Holds back calls that have not begun, until {@link resume}; running ones continue. New calls are accepted and queued.
   * A paused pool in which nothing runs does not keep the process alive.
   */
  pause(): void {
    this.#paused = true;
  }

  /** Resumes after {@link pause}, oldest call first. */
  resume(): void {
    this.#paused = false;
    this.#openSlots();
  }

  /** Gives out free slots: first to calls that had one. */
  #openSlots(): void {
    while (this.#running < this.#maxWorkers && this.#giveBack()) this.#running += 1;
    if (this.#paused) return;
    for (let wanted = this.queued; wanted > 0 && this.#running < this.#maxWorkers; wanted -= 1) {
      this.#running += 1;
      this.openSlot();
    }
  }

  /**
   * @internal The call of `item` only waits from now on: others may use its slot. The slot must ignore the call's
   * end, unless `reclaim()` has resolved.
   */
  lend(item: WorkItem): void {
    if (item.slot === 'lent') return;
    item.slot = 'lent';
    this.#lent += 1;
    this.#running -= 1;
    this.#openSlots();
  }

  /** @internal Resolves when the call of `item` has a slot again, ahead of calls that have not begun. */
  reclaim(item: WorkItem): Promise<void> {
    if (item.slot !== 'lent') return Promise.resolve();
    return new Promise((resolve) => {
      this.#returning.push({ item, resolve });
      this.#openSlots();
    });
  }

  /** A call that had lent its slot has ended. */
  protected ended(item: WorkItem): void {
    if (item.slot !== 'lent') return;
    item.slot = null;
    this.#lent -= 1;
    this.#checkIdle();
  }

  /** Gives a slot to the oldest call that needs one again. Returns whether there was one. */
  #giveBack(): boolean {
    if (this.#lent === 0) return false;
    for (let back = this.#returning.shift(); back !== undefined; back = this.#returning.shift()) {
      // It may have ended meanwhile.
      if (back.item.slot !== 'lent') continue;
      back.item.slot = null;
      this.#lent -= 1;
      back.resolve();
      return true;
    }
    return false;
  }

  /**
   * Frees a slot that may not fetch another call, as there are too many or the pool is paused, or gives it to a call that wants one
   * again. A call that is marked running was promised a slot.
   */
  protected retireSlot(): boolean {
    if (this.#running <= this.#maxWorkers && (!this.#paused || this.#returning.length > 0)) {
      return this.#giveBack();
    }
    if (this.#queue.peek()?.slot === 'claimed') return false;
    this.#freeSlot();
    return true;
  }

  /** The oldest call, marked running; null when there is none, which frees the slot. */
  protected nextCall(): WorkItem | null {
    if (this.retireSlot()) return null;
    for (let item = this.#queue.shift(); item !== null; item = this.#queue.shift()) {
      if (item.slot === 'claimed') {
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
    if (!this.isIdle) return;
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

  /** Fails every call that has not started, each with its own error, and every later `submit`. */
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
    if (this.#queue.remove(item) && item.slot === 'claimed') this.#claimed -= 1;
    // Without open slots, nothing else would notice that the pool is idle.
    if (this.#paused) this.#checkIdle();
  }

  /** Resolves when no call is running or queued: at once when the pool is idle. The pool stays usable. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  /**
   * Refuses new calls from now on. Queued ones still run, also in a paused pool, unless `cancel_futures` is set. May be called
   * repeatedly. Called from a submitted function (before its first `await`), it must not wait for that very call.
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
    // Thrown, not rejected: as in Python it must become the call's error, even if this promise is never awaited.
    if (currentCall()?.executor === this) throw new RuntimeError('cannot join current thread');
    return this.idle();
  }

  #cancelQueued(): void {
    // A copy, as each cancellation removes its call from the queue and runs callbacks that may cancel others.
    const futures: Future[] = [];
    for (let item = this.#queue.peek(); item !== null; item = item.next) futures.push(item.future);
    for (const future of futures) future.cancel();
  }
}
