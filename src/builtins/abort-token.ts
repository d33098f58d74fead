/**
 * What `future.abort()` reaches: an AbortSignal without its price. A request carries one token; nothing else is allocated
 * until somebody aborts, subscribes, or asks for a real {@link AbortSignal}.
 */
export class AbortToken {
  #aborted = false;
  #reason: unknown = undefined;
  #listeners: Set<(reason: unknown) => void> | undefined;
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
    const listeners = this.#listeners;
    this.#listeners = undefined;
    this.#controller?.abort(reason);
    if (listeners) for (const listener of listeners) listener(reason);
  }

  /** Calls `listener` once when aborted (at once, if it has happened already). Returns how to take it off again. */
  onAbort(listener: (reason: unknown) => void): () => void {
    if (this.#aborted) {
      listener(this.#reason);
      return () => undefined;
    }
    const listeners = (this.#listeners ??= new Set());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** The same as a standard signal, made when first asked for. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Aborts this token when `signal` does. Returns how to stop following it, which must be called at the end of the work. */
  follow(signal: AbortSignal): () => void {
    const onAbort = (): void => {
      this.abort(signal.reason);
    };
    if (signal.aborted) {
      onAbort();
      return () => undefined;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    return () => {
      signal.removeEventListener('abort', onAbort);
    };
  }
}
