const CONNECTIONS = 0;
const REQUESTS = 1;
const AT_ONCE = 2;
const MOST_AT_ONCE = 3;

/** What a server counts, in memory that another thread can read while it waits. */
export class ServerCounts {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(16)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  get connections(): number {
    return Atomics.load(this.#cells, CONNECTIONS);
  }

  get requests(): number {
    return Atomics.load(this.#cells, REQUESTS);
  }

  get mostAtOnce(): number {
    return Atomics.load(this.#cells, MOST_AT_ONCE);
  }

  connectionOpened(): void {
    Atomics.add(this.#cells, CONNECTIONS, 1);
  }

  requestBegan(): void {
    Atomics.add(this.#cells, REQUESTS, 1);
    const atOnce = Atomics.add(this.#cells, AT_ONCE, 1) + 1;
    if (atOnce > this.mostAtOnce) Atomics.store(this.#cells, MOST_AT_ONCE, atOnce);
  }

  requestEnded(): void {
    Atomics.sub(this.#cells, AT_ONCE, 1);
    Atomics.notify(this.#cells, AT_ONCE);
  }

  /** Starts the counts again. */
  reset(): void {
    Atomics.store(this.#cells, CONNECTIONS, 0);
    Atomics.store(this.#cells, REQUESTS, 0);
    Atomics.store(this.#cells, MOST_AT_ONCE, Atomics.load(this.#cells, AT_ONCE));
  }

  /** Waits for a server in another thread to end its requests: the client can have an answer before the server counts it as given. */
  settle(): void {
    const deadline = performance.now() + 1000;
    for (let left = 1000; left > 0; left = deadline - performance.now()) {
      const atOnce = Atomics.load(this.#cells, AT_ONCE);
      if (atOnce === 0) return;
      Atomics.wait(this.#cells, AT_ONCE, atOnce, left);
    }
  }
}
