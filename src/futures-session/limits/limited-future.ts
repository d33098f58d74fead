import { Future } from '../../concurrent-futures/index.js';
import type { Response } from '../../requests/index.js';

/**
 * The handle of a request that had to wait for its turn before it was submitted. It mirrors the executor's own future
 * once there is one.
 */
export class LimitedFuture extends Future<Response> {
  static {
    Object.defineProperty(this, 'name', { value: 'Future' });
  }
  /** The executor's future; null before submission. */
  inner: Future<Response> | null = null;

  override running(): boolean {
    this.#look();
    return super.running();
  }

  override cancel(): boolean {
    this.#look();
    return super.cancel();
  }

  override abort(reason?: unknown): boolean {
    this.#look();
    return this.inner !== null && super.running() && this.inner.abort(reason) ? true : super.abort(reason);
  }

  /** Copies the outcome of the executor's future. */
  adopt(inner: Future<Response>): void {
    if (this.done()) return;
    if (inner.cancelled()) {
      if (!super.running()) super.cancel();
      else this.set_exception(errorOf(inner));
      return;
    }
    if (!super.running()) this.set_running_or_notify_cancel();
    const error = errorOf(inner);
    if (error === null) this.set_result(inner.result_now());
    else this.set_exception(error);
  }

  #look(): void {
    if (this.inner?.running() === true && !this.done() && !super.running())
      this.set_running_or_notify_cancel();
  }
}

/** The error of a finished future; null if it succeeded. */
function errorOf(future: Future): unknown {
  try {
    return future.exception_now();
  } catch (cancelled) {
    return cancelled;
  }
}
