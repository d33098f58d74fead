import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { REQUEST_CHANNEL, type RequestEvent } from 'requests-futures/requests';
import { Changes } from './changes.js';

type Type = RequestEvent['type'];
type EventOf<T extends Type> = Extract<RequestEvent, { type: T }>;

/** Collects what is published until it is disposed of. */
export class Watch implements Disposable {
  readonly events: RequestEvent[] = [];
  readonly #changes = new Changes();
  readonly #listener = (event: unknown): void => {
    this.events.push(event as RequestEvent);
    this.#changes.changed();
  };

  constructor() {
    subscribe(REQUEST_CHANNEL, this.#listener);
  }

  [Symbol.dispose](): void {
    unsubscribe(REQUEST_CHANNEL, this.#listener);
  }

  /** The types in the order of publication; of one request or of all. */
  types(id?: number): Type[] {
    return this.events.filter((event) => id === undefined || event.id === id).map(({ type }) => type);
  }

  all<T extends Type>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** The only event of that type. */
  one<T extends Type>(type: T): EventOf<T> {
    const found = this.all(type);
    if (found.length !== 1) throw new Error(`${found.length} events of type ${type}, not one`);
    return found[0] as EventOf<T>;
  }

  /** Resolves when there are `n` events of that type. */
  async until(type: Type, n = 1): Promise<void> {
    await this.#changes.until(() => this.all(type).length >= n);
  }
}
