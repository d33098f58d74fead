import { onAbort } from './on-abort.js';

/** Called when a token is aborted. An object, so that subscribing costs no closure. */
export interface AbortListener {
  onAbort(reason: unknown): void;
}

/**
 * What `future.abort()` reaches: a cheap AbortSignal. A request carries one token; nothing else is allocated
 * until it is aborted, subscribed to, or its real {@link AbortSignal} is read.
 */
export class AbortToken {
  #aborted = false;
  #reason: unknown = undefined;
  /** Nearly always at most one. */
  #listener: AbortListener | null = null;
  #others: Set<AbortListener> | null = null;
  #controller: AbortController | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Stops what is under way; later calls do nothing. Without a reason it is the `AbortError` that `AbortController` makes. */
  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    const listener = this.#listener;
    const others = this.#others;
    this.#listener = null;
    this.#others = null;
    this.#controller?.abort(reason);
    listener?.onAbort(reason);
    if (others !== null) for (const other of others) other.onAbort(reason);
  }

  /** Notifies `listener` once: when aborted, or immediately if already aborted. */
  add(listener: AbortListener): void {
    if (this.#aborted) listener.onAbort(this.#reason);
    else if (this.#listener === null) this.#listener = listener;
    else (this.#others ??= new Set()).add(listener);
  }

  /** Removes `listener`. */
  remove(listener: AbortListener): void {
    if (this.#listener === listener) this.#listener = null;
    else this.#others?.delete(listener);
  }

  /** Calls `listener` once: when aborted, or immediately if already aborted. Returns a function that removes it. */
  onAbort(listener: (reason: unknown) => void): () => void {
    const object: AbortListener = { onAbort: listener };
    this.add(object);
    return () => {
      this.remove(object);
    };
  }

  /** The same as a standard signal, created on first use. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Aborts this token when `signal` aborts. Returns a function that stops this; call it when the work is over. */
  follow(signal: AbortSignal): () => void {
    const abort = (): void => {
      this.abort(signal.reason);
    };
    if (!signal.aborted) return onAbort(signal, abort);
    abort();
    return () => undefined;
  }
}
