/** What a test and the tasks in the threads share: the gate, and how many tasks have come to it. */
export class Gate {
  readonly memory = new SharedArrayBuffer(8);
  readonly #flags = new Int32Array(this.memory);

  open(): void {
    Atomics.store(this.#flags, 0, 1);
    Atomics.notify(this.#flags, 0);
  }

  /** Resolves when `count` tasks have begun. */
  async begun(count: number): Promise<void> {
    while (Atomics.load(this.#flags, 1) < count) await new Promise(setImmediate);
  }
}
