/** Keeps two copies of a cookie jar in sync: each side tracks which cookies the other has, and sends the rest. */
import type { Cookie, RequestsCookieJar } from '../../requests/cookies/index.js';
import { isPristine } from '../../requests/internal.js';

/** What has happened to a jar. */
export interface JarChange {
  readonly set: readonly Cookie[];
  readonly removed: readonly CookieKey[];
}

type CookieKey = Readonly<Pick<Cookie, 'domain' | 'path' | 'name'>>;

/** One side of it. */
export class JarChanges {
  /** The cookies that the other side has; one that is set again is another object. */
  #known = new Set<Cookie>();

  /** Records that the other side has all of `jar`. */
  settle(jar: RequestsCookieJar): void {
    this.#known = new Set(jar);
  }

  /** Whether the other side has exactly what is in `jar`. */
  isSettled(jar: RequestsCookieJar): boolean {
    const known = this.#known;
    if (known.size === 0 && isPristine(jar)) return true;
    let count = 0;
    for (const cookie of jar) {
      if (!known.has(cookie)) return false;
      count += 1;
    }
    return count === known.size;
  }

  /** The changes to send, which then count as sent; null for none. */
  take(jar: RequestsCookieJar): JarChange | null {
    if (this.isSettled(jar)) return null;
    const known = this.#known;
    const now = new Set(jar);
    const set = [...now].filter((cookie) => !known.has(cookie));
    const gone = [...known].filter((cookie) => !now.has(cookie));
    if (set.length === 0 && gone.length === 0) return null;
    this.#known = now;
    const kept = new Set([...now].map(keyOf));
    const removed = gone
      .filter((cookie) => !kept.has(keyOf(cookie)))
      .map(({ domain, path, name }) => ({ domain, path, name }));
    return { set, removed };
  }

  /** Applies the other side's changes to `jar`. */
  apply(jar: RequestsCookieJar, { set, removed }: JarChange): void {
    const there = new Set([...jar].map(keyOf));
    for (const key of removed) if (there.has(keyOf(key))) jar.clear({ ...key });
    for (const cookie of set) {
      jar.set_cookie(cookie);
      this.#known.add(cookie);
    }
    const now = new Set(jar);
    for (const cookie of this.#known) if (!now.has(cookie)) this.#known.delete(cookie);
  }
}

function keyOf({ domain, path, name }: CookieKey): string {
  return JSON.stringify([domain, path, name]);
}
