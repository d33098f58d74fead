import { CaseInsensitiveDict } from '../../requests/structures/index.js';
import { Response } from '../../requests/index.js';
import type { Touched } from '../wire/protocol.js';

/** The responses that the caller's code has seen while their request is under way: sent once, and then referred to by number. */
export class LiveResponses {
  readonly #byId = new Map<number, Response>();
  readonly #ids = new WeakMap<Response, number>();
  #last = 0;

  /** The number of a response that the caller has; undefined if it does not. */
  idOf(response: Response): number | undefined {
    const id = this.#ids.get(response);
    return id !== undefined && this.#byId.has(id) ? id : undefined;
  }

  add(response: Response): number {
    const id = (this.#last += 1);
    this.#byId.set(id, response);
    this.#ids.set(response, id);
    return id;
  }

  get(id: number): Response | undefined {
    return this.#byId.get(id);
  }

  /** Applies the changes that the caller's code has made to these, which affect redirects. */
  touch(touched: readonly Touched[]): void {
    for (const [id, status, url, headers] of touched) {
      const response = this.#byId.get(id);
      if (response === undefined) continue;
      response.status_code = status;
      response.url = url;
      if (headers !== null) response.headers = new CaseInsensitiveDict(headers);
    }
  }

  /** A request is over: drops its response and its history. Returns their numbers. */
  settle(outcome: unknown): readonly number[] {
    const dropped: number[] = [];
    const drop = (response: unknown): void => {
      if (!(response instanceof Response)) return;
      const id = this.idOf(response);
      if (id === undefined) return;
      this.#byId.delete(id);
      dropped.push(id);
      for (const earlier of response.history) drop(earlier);
    };
    drop(outcome);
    if (outcome instanceof Error) drop((outcome as { response?: unknown }).response);
    return dropped;
  }
}
