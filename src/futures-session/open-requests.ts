import { RuntimeError } from '../builtins/index.js';
import { type Call, currentCall } from '../concurrent-futures/internal.js';
import { type Future, wait } from '../concurrent-futures/index.js';
import type { Response } from '../requests/index.js';
import { noteRequest } from './pending-call.js';

/** The unfinished requests of one session, in an executor that others use as well. */
export class OpenRequests {
  readonly #futures = new Set<Future>();
  readonly #ended = (future: Future<Response>): void => {
    this.#futures.delete(future);
  };
  readonly #endedElsewhere = (future: Future<Response>): void => {
    this.#futures.delete(future);
    noteRequest(future);
  };

  /** `isPreparedHere`: one that another thread prepares arrives only with the outcome. */
  add(future: Future<Response>, isPreparedHere: boolean): void {
    this.#futures.add(future);
    // Not a waiter: with the caller's own, each future would have two, which takes a Set.
    future.add_done_callback(isPreparedHere ? this.#ended : this.#endedElsewhere);
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
