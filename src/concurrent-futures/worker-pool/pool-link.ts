import type { WorkItem } from '../work-item.js';
import type { PoolThread, ThreadOwner } from './pool-thread.js';

/** A weak link from a pool's running threads to the pool, so that an idle pool can be collected. */
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

  finished(thread: PoolThread, item: WorkItem): void {
    this.#owner.deref()?.finished(thread, item);
  }

  died(thread: PoolThread): void {
    this.#owner.deref()?.died(thread);
  }
}

const dropped = new FinalizationRegistry<ReadonlySet<PoolThread>>((threads) => {
  for (const thread of threads) void thread.close();
});

/** Ends `threads`, which must not reference `pool`, once the pool has been collected. */
export function endWithPool(pool: object, threads: ReadonlySet<PoolThread>): void {
  dropped.register(pool, threads);
}
