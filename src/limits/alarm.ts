import { LONGEST_DELAY } from '../builtins/index.js';
import { Countdown } from './countdown.js';

/** A clock and its timers: the system's, or a test's own. */
export interface LimitsClock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls `callback` once, `milliseconds` from now and not before. Fractions count. */
  setTimeout(callback: () => void, milliseconds: number): { ref(): unknown; unref(): unknown };
  /** Cancels what `setTimeout` returned. */
  clearTimeout(timer: unknown): void;
}

export const systemClock: LimitsClock = {
  now: () => performance.now(),
  setTimeout: (callback, milliseconds) => new Countdown(callback, milliseconds),
  clearTimeout: (timer) => {
    (timer as Countdown).cancel();
  },
};

/** A single timer, set for whatever is due first. */
export class Alarm {
  readonly #clock: LimitsClock;
  readonly #ring: () => void;
  #timer: ReturnType<LimitsClock['setTimeout']> | null = null;
  /** In microseconds. */
  #due = Infinity;
  #keepsAlive = false;

  /** @param ring called when something may be due; it checks, and sets the alarm again */
  constructor(clock: LimitsClock, ring: () => void) {
    this.#clock = clock;
    this.#ring = (): void => {
      this.#timer = null;
      this.#due = Infinity;
      ring();
    };
  }

  /**
   * Rings at `due` at the latest, and not much before.
   * @param due in microseconds; Infinity for never
   * @param keepsAlive whether the timer keeps the process alive
   */
  set(due: number, now: number, keepsAlive: boolean): void {
    if (due < this.#due) {
      this.#clear();
      this.#due = due;
      const delay = Math.min(LONGEST_DELAY, Math.max(0, (due - now) / 1000));
      this.#timer = this.#clock.setTimeout(this.#ring, delay);
      this.#keepsAlive = true;
    } else if (due === Infinity) this.#clear();
    if (this.#timer === null || keepsAlive === this.#keepsAlive) return;
    this.#keepsAlive = keepsAlive;
    if (keepsAlive) this.#timer.ref();
    else this.#timer.unref();
  }

  #clear(): void {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#due = Infinity;
  }
}
