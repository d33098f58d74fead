import { getLogger, queueMicrotask, referenceOf, RuntimeError } from '../../builtins/index.js';
import { homeId } from '../../pickle/index.js';
import { BrokenProcessPool } from '../errors.js';
import { parseShutdown, type ShutdownOptions } from '../arguments.js';
import type { MapIterator } from '../executor-map.js';
import type { Future } from '../future.js';
import { PoolExecutor } from '../pool-executor.js';
import type { WorkItem } from '../work-item.js';
import { checkBootstrapped } from './bootstrapping.js';
import { mapInChunks } from './map-in-chunks.js';
import { type ParsedOptions, parseOptions, type WorkerPoolExecutorOptions } from './options.js';
import { endWithPool, PoolLink } from './pool-link.js';
import { PoolThread, type ThreadOwner } from './pool-thread.js';
import { terminatedAbruptly } from './terminated.js';

let executorCount = 0;

/**
 * Python's `ProcessPoolExecutor`, with worker threads: at most `max_workers` submitted calls run at once, spread over
 * `threads`, first come first served. Worth it for calls that compute; for requests alone the in-thread pool is faster.
 *
 * ```ts
 * await using executor = new WorkerPoolExecutor({ max_workers: 4 });
 * const future = executor.submit(shrink, image); // shrink is importable
 * ```
 *
 * Functions must be {@link importable}. Arguments and results are copied, except bytes in results, which are moved: a function
 * that keeps the buffer it returns must return a copy. A value that cannot cross fails only its future.
 *
 * A thread that dies (`process.exit()`, an uncaught exception, out of memory) fails the calls it was running with
 * `BrokenProcessPool`, whose `cause` is the reason; unlike Python's, the pool continues with a new thread. Only an
 * initializer that fails, or a thread that cannot be started, breaks the pool. Idle threads do not keep the process alive,
 * and the threads of a garbage-collected pool end.
 */
export class WorkerPoolExecutor extends PoolExecutor {
  /** Whether submitted functions must be importable. @internal */
  readonly _isolated: boolean = true;
  readonly #options: ParsedOptions;
  /** How many calls one thread runs at once. */
  #capacity: number;
  readonly #namePrefix: string;
  readonly #threads = new Set<PoolThread>();
  /** Threads that have had `max_tasks_per_child` calls and are busy with the last ones. */
  readonly #retiring = new Set<PoolThread>();
  /** The pending ends of threads. */
  readonly #ends = new Set<Promise<void>>();
  /** Only the pool references this once it has no calls. */
  readonly #owner: ThreadOwner;
  readonly #link: PoolLink;
  #threadCount = 0;
  /** Slots that wait for a thread with room. */
  #waiting = 0;
  #dispatching = false;
  /** Why no more threads are started; null while they may be. */
  #stopped: unknown = null;
  #closing = false;

  /**
   * @param max_workers - the number alone, or all options.
   * @throws ValueError and TypeError as in Python for bad values; RuntimeError for an initializer that is not importable;
   * TypeError for unknown options.
   */
  constructor(
    max_workers?: number | WorkerPoolExecutorOptions | null,
    options?: WorkerPoolExecutorOptions | null,
  ) {
    const parsed = parseOptions('WorkerPoolExecutor()', max_workers, options);
    super(parsed.maxWorkers);
    this.#options = parsed;
    this.#capacity = this.#share();
    this.#namePrefix = parsed.namePrefix ?? `WorkerPoolExecutor-${executorCount}`;
    if (parsed.namePrefix === null) executorCount += 1;
    this.#owner = {
      opened: () => {
        this.#dispatch();
      },
      failedToOpen: (message, cause) => {
        this.#failedToOpen(message, cause);
      },
      finished: (thread, item) => {
        if (!thread.hasCalls && this.#retiring.delete(thread)) this.#expectEnd(thread.close());
        if (item.slot === 'lent') this.ended(item);
        else {
          this.#waiting += 1;
          this.#dispatch();
        }
      },
      died: (thread) => {
        this.#threads.delete(thread);
        this.#retiring.delete(thread);
      },
    };
    this.#link = new PoolLink(this.#owner);
    endWithPool(this, this.#threads);
  }

  override submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Future<Awaited<R>> {
    checkBootstrapped(referenceOf(fn)?.url);
    return super.submit(fn, ...args);
  }

  /** @internal */
  override _map(fn: (...args: never[]) => unknown, rest: readonly unknown[]): MapIterator<unknown> {
    return mapInChunks(this, fn, rest);
  }

  protected override resized(): void {
    this.#capacity = this.#share();
    this.#dispatch();
  }

  /** The number of threads that the calls are spread over. */
  get #most(): number {
    return Math.min(this.#options.threads, this.max_workers);
  }

  #share(): number {
    return Math.ceil(this.max_workers / this.#most);
  }

  protected override openSlot(): void {
    this.#link.hold();
    this.#waiting += 1;
    // Taking arguments apart may run the caller's code, which must not run inside `submit`.
    if (this.#waiting === 1) {
      queueMicrotask(() => {
        this.#dispatch();
      });
    }
  }

  /** Gives calls to threads with room, and starts threads while there are calls for them. */
  #dispatch(): void {
    // A call that fails at once re-enters this.
    if (this.#dispatching) return;
    this.#dispatching = true;
    while (this.#waiting > 0) {
      if (this.retireSlot()) {
        this.#waiting -= 1;
        continue;
      }
      const thread = this.#leastBusy();
      if (this.#stopped === null) {
        if (thread === null || thread.load > 0) this.#startThread();
        if (thread === null || thread.load >= this.#capacity) break;
      }
      this.#waiting -= 1;
      const item = this.nextCall();
      if (item !== null) this.#give(item, thread);
    }
    this.#dispatching = false;
  }

  #give(item: WorkItem, thread: PoolThread | null): void {
    if (thread === null || this.#stopped !== null) {
      item.drop();
      item.fail(terminatedAbruptly(this.#stopped));
      this.#waiting += 1;
    } else if (!thread.send(item)) this.#waiting += 1;
    else if (thread.started >= this.#options.maxTasksPerChild) {
      this.#threads.delete(thread);
      this.#retiring.add(thread);
    }
  }

  #leastBusy(): PoolThread | null {
    let found: PoolThread | null = null;
    for (const thread of this.#threads) {
      if (thread.isOpen && (found === null || thread.load < found.load)) found = thread;
    }
    return found;
  }

  /** Starts a thread if another is allowed and those already starting are not enough. */
  #startThread(): void {
    let starting = 0;
    for (const thread of this.#threads) if (!thread.isOpen) starting += 1;
    if (this.#threads.size >= this.#most || starting >= this.#waiting) return;
    const { initializer, initargs, workerUrl, resourceLimits } = this.#options;
    const workerName = `${this.#namePrefix}_${this.#threadCount}`;
    this.#threadCount += 1;
    this.#threads.add(
      new PoolThread(this.#link, { initializer, initargs, workerUrl, resourceLimits, workerName }),
    );
  }

  #failedToOpen(message: string, cause: unknown): void {
    const what = this.#options.initializer === null ? message : 'Exception in initializer:';
    getLogger().log('critical', 'concurrent.futures', what, cause);
    this.#stopped = cause ?? message;
    this.breakPool(() => new BrokenProcessPool(message, { cause }));
    this.#dispatch();
  }

  /**
   * Refuses new calls from now on; queued ones still run, unless `cancel_futures` is set. With `wait`, resolves when the
   * threads have ended, except those whose streams are still being read, which end after them.
   */
  override shutdown(
    wait?: boolean | ShutdownOptions | null,
    options?: ShutdownOptions | null,
  ): Promise<void> {
    const done = super.shutdown(wait, options);
    this.#closing = true;
    if (this.isIdle) this.#closeThreads();
    if (!parseShutdown(wait, options).wait) return done;
    return done.then(async () => {
      await Promise.all(this.#ends);
    });
  }

  /**
   * Ends the threads at once, whatever they are doing, as Python 3.14: calls that are running fail with `BrokenProcessPool`,
   * queued ones are cancelled, and the pool takes no more. Returns immediately; `await shutdown()` waits for their end.
   */
  kill_workers(): void {
    this.#kill('kill_workers');
  }

  /** The same as `kill_workers()`, as there is no gentler way to end a thread. */
  terminate_workers(): void {
    this.#kill('terminate_workers');
  }

  #kill(method: string): void {
    const cause = new RuntimeError(`${method}() was called`);
    this.#stopped = cause;
    void super.shutdown({ wait: false, cancel_futures: true });
    for (const thread of [...this.#threads, ...this.#retiring]) {
      thread.kill(cause);
      this.#expectEnd(thread.ended);
    }
    this.#dispatch();
  }

  protected override drained(): void {
    this.#link.release();
    if (this.#closing) this.#closeThreads();
  }

  #closeThreads(): void {
    for (const thread of [...this.#threads, ...this.#retiring]) this.#expectEnd(thread.close());
    this.#threads.clear();
    this.#retiring.clear();
  }

  /** Lets the threads close the copies that they keep of `originals`. @internal */
  _forget(originals: Iterable<object>): void {
    const ids = Array.from(originals, homeId);
    for (const thread of [...this.#threads, ...this.#retiring]) thread.forget(ids);
  }

  #expectEnd(end: Promise<void>): void {
    this.#ends.add(end);
    void end.then(() => this.#ends.delete(end));
  }
}
