import { clearImmediate, clearTimeout, setImmediate, setTimeout } from '../builtins/index.js';

/**
 * A timer that counts fractions of a millisecond. Node's counts whole ones and is up to two late, which at a hundred starts a second in
 * bursts of ten would leave a fortieth of the rate unused. The rest of less than a millisecond passes in turns of the loop.
 */
export class Countdown {
  readonly #callback: () => void;
  readonly #due: number;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #keepsAlive = true;

  constructor(callback: () => void, milliseconds: number) {
    this.#callback = callback;
    this.#due = performance.now() + milliseconds;
    this.#wait(milliseconds);
  }

  ref(): void {
    this.#keepsAlive = true;
    (this.#timer ?? this.#immediate)?.ref();
  }

  unref(): void {
    this.#keepsAlive = false;
    (this.#timer ?? this.#immediate)?.unref();
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timer = this.#immediate = null;
  }

  #wait(milliseconds: number): void {
    const look = (): void => {
      this.#timer = this.#immediate = null;
      const left = this.#due - performance.now();
      if (left <= 0) this.#callback();
      else this.#wait(left);
    };
    if (milliseconds >= 1) this.#timer = setTimeout(look, Math.floor(milliseconds));
    else this.#immediate = setImmediate(look);
    if (!this.#keepsAlive) this.unref();
  }
}
