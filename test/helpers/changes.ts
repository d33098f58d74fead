/** Lets tests wait for something to become true without sleeping: the owner calls `changed()`, waiters re-check. */
export class Changes {
  readonly #waiters = new Set<() => void>();

  /** Tells all waiters to look again. */
  changed(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  /** Resolves once `condition()` holds; it is checked now and after each {@link changed}. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter = (): void => {
        if (!condition()) return;
        this.#waiters.delete(waiter);
        resolve();
      };
      this.#waiters.add(waiter);
    });
  }
}
