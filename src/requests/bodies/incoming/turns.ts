/** Lets concurrent readers of one body take turns, so that each gets a part of its own. */
export class Turns {
  #current: Promise<unknown> | null = null;

  /** Whether a reader is at work. */
  get taken(): boolean {
    return this.#current !== null;
  }

  /** Runs `read` when all readers before it have finished. */
  async run<T>(read: () => Promise<T>): Promise<T> {
    while (this.#current !== null) {
      // That reader gets the error; this one meets it again in its own step.
      await this.#current.catch(() => undefined);
    }
    let release = (): void => undefined;
    this.take(
      new Promise<void>((resolve) => {
        release = resolve;
      }),
    );
    try {
      return await read();
    } finally {
      this.free();
      release();
    }
  }

  /** Makes readers wait for `work`, which must call {@link free} before it settles. */
  take(work: Promise<unknown>): void {
    this.#current = work;
  }

  free(): void {
    this.#current = null;
  }
}
