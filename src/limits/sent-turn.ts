import { queueMicrotask } from '../builtins/index.js';
import { Turn } from './gate.js';
import type { Limiter } from './limiter.js';

/** The turn of an attempt to send a request. */
export abstract class SentTurn extends Turn {
  protected abstract readonly limiter: Limiter;
  protected isAnswered = false;
  /** Whether the transport reports when it writes. */
  #isWatched = false;
  #isWriting = false;

  /** Another attempt begins. */
  protected reset(): void {
    this.isAnswered = this.#isWatched = this.#isWriting = false;
  }

  /** Called by a transport that reports when it writes. */
  connecting(): void {
    this.#isWatched = true;
  }

  /** Called just before the write. The start counts from just after it: whatever may come between, it is not counted too early. */
  written(): void {
    this.#isWriting = true;
    queueMicrotask(() => {
      if (this.#isWriting) this.limiter.written(this);
    });
  }

  /** Returns the place, and the token if unused. */
  leave(): void {
    if (!this.#isWatched || this.#isWriting) this.limiter.written(this);
    this.#isWriting = false;
    this.limiter.leave(this);
  }
}
