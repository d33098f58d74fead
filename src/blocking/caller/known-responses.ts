import type { Response } from '../../requests/index.js';

/** The responses that both sides refer to by number: those that the caller's code has seen while their request is under way. */
export class KnownResponses {
  readonly #byId = new Map<number, Response>();
  readonly #ids = new WeakMap<Response, number>();

  add(id: number, response: Response): void {
    this.#byId.set(id, response);
    this.#ids.set(response, id);
  }

  get(id: number): Response | undefined {
    return this.#byId.get(id);
  }

  /** The number of `response`; undefined if it has none in the gateway, or no longer. */
  idOf(response: Response): number | undefined {
    const id = this.#ids.get(response);
    return id !== undefined && this.#byId.has(id) ? id : undefined;
  }

  /** Drops a number that is no longer used. */
  drop(id: number): void {
    this.#byId.delete(id);
  }
}
