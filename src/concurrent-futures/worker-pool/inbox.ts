import { Fifo } from '../../builtins/fifo.js';

/** Milliseconds of one turn of the main loop that may go to outcomes before timers and sockets have theirs. */
const BUDGET = 1;

/**
 * Hands out what the threads deliver without starving the main loop: Node would hand over every message that is there in one
 * single turn, with all that the program does upon each. Here outcomes are handled as they arrive while the turn is
 * young; from then on it is one per turn.
 */
class Inbox {
  readonly #waiting = new Fifo<() => void>();
  #inTurn = false;
  #turnStarted = 0;

  /** Calls `handle` now or in one of the next turns, after everything that was delivered before it. */
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
export const inbox: Inbox = new Inbox();
