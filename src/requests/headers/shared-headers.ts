import type { HeaderEntry } from '../structures/case-insensitive-dict.js';

/** Checked headers that many requests have alike, such as those of a session: made once, never changed. */
export class SharedHeaders {
  /** By name in lower case. */
  readonly store: ReadonlyMap<string, HeaderEntry<string>>;
  #host = '';
  #text: string | null = null;

  constructor(store: ReadonlyMap<string, HeaderEntry<string>>) {
    this.store = store;
  }

  /** Their text on the wire for a request to `host` without a body, from `make` unless it is the same as the last time. */
  textFor(host: string, make: () => string): string {
    if (this.#text === null || this.#host !== host) {
      this.#text = make();
      this.#host = host;
    }
    return this.#text;
  }
}
