import type { HeaderEntry } from '../structures/case-insensitive-dict.js';

/** Checked headers that many requests have alike, such as those of a session: made once, never changed. */
export class SharedHeaders {
  /** By name in lower case. */
  readonly store: ReadonlyMap<string, HeaderEntry<string>>;
  /** Their text on the wire for a request without a body to `host`, the last one it was made for; null until then. */
  text: string | null = null;
  host = '';

  constructor(store: ReadonlyMap<string, HeaderEntry<string>>) {
    this.store = store;
  }
}
