import { Fifo, setImmediate } from '../../builtins/index.js';

/** Milliseconds per turn of the main loop that outcomes may take before timers and sockets run. */
const BUDGET = 1;

/**
 * Spreads the outcomes of threads over turns of the main loop. Node delivers all waiting messages in a single turn, and the
 * program reacts to each. Here outcomes are handled on arrival while the turn is young, and then one per turn.
 */
class OutcomeTurns {
  readonly #waiting = new Fifo<() => void>();
  #inTurn = false;
  #turnStarted = 0;

  /** Calls `handle` now or in one of the next turns, after everything delivered before. */
  deliver(handle: () => void): void {
    if (!this.#inTurn) {
      this.#inTurn = true;
      this.#turnStarted = performance.now();
      setImmediate(this.#nextTurn);
    } else if (this.#waiting.length > 0 || performance.now() - this.#turnStarted > BUDGET) {
      this.#waiting.push(handle);
      return;
    }
    handle();
  }

  readonly #nextTurn = (): void => {
    const handle = this.#waiting.shift();
    if (handle === undefined) {
      this.#inTurn = false;
      return;
    }
    setImmediate(this.#nextTurn);
    this.#turnStarted = performance.now();
    handle();
  };
}

/** One for all pools: they share the loop. */
export const outcomeTurns: OutcomeTurns = new OutcomeTurns();
