import { availableParallelism } from 'node:os';
import { getLogger } from '../builtins/index.js';
import { type AsyncPoolExecutorOptions, parseMaxWorkers, poolOptions } from './arguments.js';
import { BrokenThreadPool } from './errors.js';
import { checkInitializer } from './not-callable.js';
import { PoolExecutor } from './pool-executor.js';

/** Stands for Python's thread: holds its name and whether it has been initialized. */
interface Worker {
  readonly name: string;
  initialized: boolean;
}

let executorCount = 0;

/**
 * Python's `ThreadPoolExecutor`, without threads: at most `max_workers` submitted calls run at once, first come first
 * served. An async call keeps its worker until its promise settles. Workers are created on demand and reused.
 *
 * ```ts
 * await using executor = new ThreadPoolExecutor(10);
 * const futures = urls.map((url) => executor.submit(load, url));
 * ```
 *
 * A call that returns the future of another call of the same pool, as `executor.submit(session.get, url)` does, lends it its
 * worker. As in Python, calls that await others deadlock when they hold all workers.
 */
export class AsyncPoolExecutor extends PoolExecutor {
  readonly #namePrefix: string;
  readonly #initializer: ((...args: unknown[]) => unknown) | null;
  readonly #initargs: readonly unknown[];
  readonly #idleWorkers: Worker[] = [];
  #workerCount = 0;

  /**
   * @param max_workers - the number alone, or all options.
   * @throws ValueError and TypeError as in Python for a bad `max_workers`; TypeError for an initializer that is no
   * function and for unknown options.
   */
  constructor(
    max_workers?: number | AsyncPoolExecutorOptions | null,
    options?: AsyncPoolExecutorOptions | null,
  ) {
    const parsed = poolOptions('AsyncPoolExecutor()', max_workers, options);
    super(parseMaxWorkers(parsed.max_workers, Math.min(32, availableParallelism() + 4)));
    const { initializer = null, initargs, thread_name_prefix: prefix } = parsed;
    checkInitializer(initializer);
    // As in Python, it is up to the caller that `initargs` fit `initializer`.
    this.#initializer = initializer as ((...args: unknown[]) => unknown) | null;
    this.#initargs = [...(initargs ?? [])];
    this.#namePrefix = prefix ?? '';
    if (this.#namePrefix === '') {
      this.#namePrefix = `ThreadPoolExecutor-${executorCount}`;
      executorCount += 1;
    }
  }

  protected override openSlot(): void {
    void this.#work(this.#idleWorkers.pop() ?? this.#newWorker());
  }

  #newWorker(): Worker {
    const name = `${this.#namePrefix}_${this.#workerCount}`;
    this.#workerCount += 1;
    return { name, initialized: this.#initializer === null };
  }

  async #work(worker: Worker): Promise<void> {
    // User code must not run inside `submit`.
    await Promise.resolve();
    if (!worker.initialized) await this.#initialize(worker);
    for (let item = this.nextCall(); item !== null; item = this.nextCall()) {
      try {
        const returned = item.invoke(worker.name);
        // A call that returns the future of another call of this pool only waits for it, which would deadlock a full pool.
        if (this.isQueued(returned)) this.lend(item);
        // Await plain values too, so that many synchronous calls do not starve those who await the first.
        item.succeed(await returned);
      } catch (error) {
        item.fail(error);
      }
      if (item.slot === 'lent') {
        this.ended(item);
        break;
      }
    }
    this.#idleWorkers.push(worker);
  }

  async #initialize(worker: Worker): Promise<void> {
    try {
      await this.#initializer?.(...this.#initargs);
      worker.initialized = true;
    } catch (error) {
      getLogger().log('critical', 'concurrent.futures', 'Exception in initializer:', error);
      this.breakPool(
        () =>
          new BrokenThreadPool('A thread initializer failed, the thread pool is not usable anymore', {
            cause: error,
          }),
      );
    }
  }
}
