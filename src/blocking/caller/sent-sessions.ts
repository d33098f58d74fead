/** What has been sent to the gateway of the caller's sessions. */
import { objectAtHome, type Remembered } from '../../pickle/index.js';
import type { RequestsCookieJar } from '../../requests/cookies/index.js';
import type { Session } from '../../requests/index.js';
import { type JarChange, JarChanges } from '../wire/jar-changes.js';
import type { Scope } from './handles.js';

/** What has been sent of one session. */
export interface Sent {
  /** Its settings, as they were sent. */
  settings: Remembered | null;
  /** The jar that was sent. Only its changes follow. */
  jar: RequestsCookieJar | null;
  readonly changes: JarChanges;
  /** Hooks, credentials and adapters of the caller's. */
  readonly scope: Scope;
}

/** How many sessions the gateway keeps; the least recently used goes first. */
const KEPT = 256;

export class SentSessions {
  readonly #sent = new Map<string, Sent>();

  /** What has been sent of the session `id`, created by `make` if nothing has. `forget` is called for an evicted one. */
  get(id: string, make: () => Scope, forget: (id: string) => void): Sent {
    let sent = this.#sent.get(id);
    if (sent === undefined) sent = { settings: null, jar: null, changes: new JarChanges(), scope: make() };
    this.#touch(id, sent);
    if (this.#sent.size > KEPT) {
      const oldest = this.#sent.keys().next().value as string;
      this.forget(oldest);
      forget(oldest);
    }
    return sent;
  }

  /** What has been sent of the session `id`; undefined for nothing. */
  known(id: string): Sent | undefined {
    const sent = this.#sent.get(id);
    if (sent !== undefined) this.#touch(id, sent);
    return sent;
  }

  #touch(id: string, sent: Sent): void {
    this.#sent.delete(id);
    this.#sent.set(id, sent);
  }

  /** Call when the gateway has dropped the session. */
  forget(id: string): boolean {
    this.#sent.get(id)?.scope.end();
    return this.#sent.delete(id);
  }

  /** Applies the cookies that a request has set or removed. */
  changeCookies(id: string, change: JarChange): void {
    const session = objectAtHome(id) as Session | undefined;
    if (session !== undefined) this.#sent.get(id)?.changes.apply(session.cookies, change);
  }
}
