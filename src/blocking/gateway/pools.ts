/** The executors behind those of a caller. */
import { AsyncPoolExecutor, WorkerPoolExecutor } from '../../concurrent-futures/index.js';
import type { AsyncPoolExecutorOptions, WorkerPoolExecutorOptions } from '../../concurrent-futures/index.js';

/** The arguments of an executor. */
export type PoolOptions =
  | { readonly kind: 'threads'; readonly options: AsyncPoolExecutorOptions }
  | { readonly kind: 'processes'; readonly options: WorkerPoolExecutorOptions };

/** One thread per worker, as a call that waits for a request blocks its thread. */
const EACH = Number.MAX_SAFE_INTEGER;

/** A pool of slots. Importable functions run in threads, started on demand. */
export class Pool {
  readonly slots: AsyncPoolExecutor | WorkerPoolExecutor;
  #threads: WorkerPoolExecutor | null = null;

  constructor({ kind, options }: PoolOptions) {
    this.slots =
      kind === 'threads'
        ? new AsyncPoolExecutor(options)
        : new WorkerPoolExecutor({ ...options, threads: options.threads ?? EACH });
  }

  /** Runs importable functions in threads. */
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

  /** The pool with this number, created on first use. */
  arrive(id: number, options: PoolOptions): Pool {
    let pool = this.#pools.get(id);
    if (pool === undefined) this.#pools.set(id, (pool = new Pool(options)));
    return pool;
  }

  /** Drops a pool that is no longer used. */
  forget(id: number): void {
    this.#pools.delete(id);
  }

  /** Call when the caller is gone. */
  end(): void {
    for (const pool of this.#pools.values()) void pool.shutdown(false, true);
    this.#pools.clear();
  }
}
