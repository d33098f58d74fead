/** Publishes the events of requests in the threads of the callers that have subscribers for them. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { REQUEST_CHANNEL, type RequestEvent } from '../../requests/index.js';
import { publishEvents } from '../../requests/internal.js';

/** Calls a function of this package in the caller's thread. */
type CallHome = (fn: typeof publishEvents, args: Parameters<typeof publishEvents>) => void;

export class Watching {
  #isOn = false;
  readonly #publish: (event: unknown) => void;

  constructor(callHome: CallHome) {
    this.#publish = (event) => {
      callHome(publishEvents, [[event as RequestEvent], performance.timeOrigin]);
    };
  }

  /** Call when the caller may have got its first subscriber, or lost its last. */
  set(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    if (isOn) subscribe(REQUEST_CHANNEL, this.#publish);
    else unsubscribe(REQUEST_CHANNEL, this.#publish);
  }
}
