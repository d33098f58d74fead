import { startTimer, type Timer } from '../builtins/index.js';

/** One sleeper and the events that wake it: the counterpart of the `threading.Event` that Python's waiters own. */
export class Wakeup {
  #resolve: ((woken: boolean) => void) | undefined;
  #timer: Timer | undefined;

  /** Sleeps until `wake()` (true) or until `seconds` have passed (false). The timer keeps the process alive. */
  sleep(seconds: number | null): Promise<boolean> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (seconds !== null) {
        this.#timer = startTimer(seconds, () => {
          this.#end(false);
        });
      }
    });
  }

  /** Wakes the sleeper, if any, which continues in a microtask. */
  wake(): void {
    this.#end(true);
  }

  #end(woken: boolean): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.(woken);
  }
}
