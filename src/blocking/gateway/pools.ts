/** The executors that stand here for those of a caller. */
import { AsyncPoolExecutor, WorkerPoolExecutor } from '../../concurrent-futures/index.js';
import type { AsyncPoolExecutorOptions, WorkerPoolExecutorOptions } from '../../concurrent-futures/index.js';

/** What an executor is made with. */
export type PoolOptions =
  | { readonly kind: 'threads'; readonly options: AsyncPoolExecutorOptions }
  | { readonly kind: 'processes'; readonly options: WorkerPoolExecutorOptions };

/** A thread for each worker: a call that waits for a request holds its thread. */
const EACH = Number.MAX_SAFE_INTEGER;

/** A pool of slots. What can be imported runs in threads, as far as there is any. */
export class Pool {
  readonly slots: AsyncPoolExecutor | WorkerPoolExecutor;
  #threads: WorkerPoolExecutor | null = null;

  constructor({ kind, options }: PoolOptions) {
    this.slots =
      kind === 'threads'
        ? new AsyncPoolExecutor(options)
        : new WorkerPoolExecutor({ ...options, threads: options.threads ?? EACH });
  }

  /** What runs importable functions elsewhere. */
  get threads(): WorkerPoolExecutor {
    if (this.slots instanceof WorkerPoolExecutor) return this.slots;
    return (this.#threads ??= new WorkerPoolExecutor({ max_workers: this.slots.max_workers, threads: EACH }));
  }

  /** As `max_workers` of an executor. */
  resize(workers: number): void {
    this.slots.max_workers = workers;
    if (this.#threads !== null) this.#threads.max_workers = workers;
  }

  async shutdown(wait: boolean, cancel_futures: boolean): Promise<void> {
    const ended = this.slots.shutdown({ wait, cancel_futures });
    await ended;
    await this.#threads?.shutdown({ wait });
  }
}

export class Pools {
  readonly #pools = new Map<number, Pool>();

  /** The pool with that number, made when it is first named. */
  arrive(id: number, options: PoolOptions): Pool {
    let pool = this.#pools.get(id);
    if (pool === undefined) this.#pools.set(id, (pool = new Pool(options)));
    return pool;
  }

  /** It will not be named again. */
  forget(id: number): void {
    this.#pools.delete(id);
  }

  /** The caller is no more. */
  end(): void {
    for (const pool of this.#pools.values()) void pool.shutdown(false, true);
    this.#pools.clear();
  }
}
