/** First in, first out at constant cost, without holding on to what was removed. */
export class Fifo<T> {
  #incoming: T[] = [];
  /** In reverse, so that the next one is popped. */
  #outgoing: T[] = [];

  get length(): number {
    return this.#incoming.length + this.#outgoing.length;
  }

  push(value: T): void {
    this.#incoming.push(value);
  }

  shift(): T | undefined {
    if (this.#outgoing.length === 0) {
      this.#outgoing = this.#incoming.reverse();
      this.#incoming = [];
    }
    return this.#outgoing.pop();
  }
}
