import { RuntimeError } from '../builtins/index.js';
import { type Call, currentCall, type Waiter } from '../concurrent-futures/internal.js';
import { type Future, wait } from '../concurrent-futures/index.js';

/** The unfinished requests of one session, in an executor that others use as well. */
export class OpenRequests {
  readonly #futures = new Set<Future>();
  // Cheaper than a done-callback for each.
  readonly #waiter: Waiter = {
    wakesOnCancel: true,
    notify: (future: Future) => {
      this.#futures.delete(future);
    },
  };

  add(future: Future): void {
    if (future.done()) return;
    this.#futures.add(future);
    future._addWaiter(this.#waiter);
  }

  /**
   * Resolves when all are done. With `cancel`, cancels those that have not begun.
   * @throws RuntimeError when called by one of them, which would wait for its own end
   */
  end(cancel: boolean): Promise<unknown> {
    const call = currentCall();
    const futures = [...this.#futures];
    if (call !== null && futures.some((future) => isFutureOf(future, call))) {
      throw new RuntimeError('cannot join current thread');
    }
    if (cancel) for (const future of futures) future.cancel();
    return wait(futures);
  }
}

function isFutureOf({ _owner }: Future, call: Call): boolean {
  return _owner !== null && (_owner as object) === call;
}
