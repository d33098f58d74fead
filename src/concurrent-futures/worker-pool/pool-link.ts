import type { PoolThread, ThreadOwner } from './pool-thread.js';

/** Leads from a pool's threads, which live as long as they run, to the pool: an idle one can be collected. */
export class PoolLink implements ThreadOwner {
  readonly #owner: WeakRef<ThreadOwner>;
  /** Calls are under way or queued. */
  #held: ThreadOwner | null = null;

  /** `owner` must live as long as the pool. */
  constructor(owner: ThreadOwner) {
    this.#owner = new WeakRef(owner);
  }

  hold(): void {
    this.#held ??= this.#owner.deref() ?? null;
  }

  release(): void {
    this.#held = null;
  }

  opened(): void {
    this.#owner.deref()?.opened();
  }

  failedToOpen(message: string, cause: unknown): void {
    this.#owner.deref()?.failedToOpen(message, cause);
  }

  finished(thread: PoolThread): void {
    this.#owner.deref()?.finished(thread);
  }

  died(thread: PoolThread): void {
    this.#owner.deref()?.died(thread);
  }
}

const dropped = new FinalizationRegistry<ReadonlySet<PoolThread>>((threads) => {
  for (const thread of threads) void thread.close();
});

/** Ends `threads`, which must not lead to `pool`, once that has been collected. */
export function endWithPool(pool: object, threads: ReadonlySet<PoolThread>): void {
  dropped.register(pool, threads);
}
