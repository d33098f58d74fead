import type { Cookie } from './cookie.js';

/** The cookies of one domain: by path, then by name, as they were first set. */
interface Domain {
  /** Grows from domain to domain: the position of this one among those that match a request. */
  readonly order: number;
  readonly paths: Map<string, Map<string, Cookie>>;
}

/** Cookies by domain, path and name, in the order in which each of them was first used. */
export class CookieStore {
  #domains = new Map<string, Domain>();
  #created = 0;
  #length = 0;
  #nextExpiry = Infinity;

  get length(): number {
    return this.#length;
  }

  get domainCount(): number {
    return this.#domains.size;
  }

  set(cookie: Cookie): void {
    let domain = this.#domains.get(cookie.domain);
    if (domain === undefined) {
      domain = { order: ++this.#created, paths: new Map() };
      this.#domains.set(cookie.domain, domain);
    }
    let names = domain.paths.get(cookie.path);
    if (names === undefined) {
      names = new Map();
      domain.paths.set(cookie.path, names);
    }
    if (!names.has(cookie.name)) this.#length += 1;
    names.set(cookie.name, cookie);
    if (cookie.expires !== null && cookie.expires < this.#nextExpiry) this.#nextExpiry = cookie.expires;
  }

  /** The paths of `domain`; undefined when it has no cookies. */
  paths(domain: string): ReadonlyMap<string, ReadonlyMap<string, Cookie>> | undefined {
    return this.#domains.get(domain)?.paths;
  }

  /** The domains, as they were first used. */
  domains(): Iterable<string> {
    return this.#domains.keys();
  }

  /** Those of `domains` that have cookies, as they were first used. */
  domainsAmong(domains: Iterable<string>): string[] {
    const found: [order: number, domain: string][] = [];
    for (const domain of domains) {
      const order = this.#domains.get(domain)?.order;
      if (order !== undefined) found.push([order, domain]);
    }
    return found.sort(([a], [b]) => a - b).map(([, domain]) => domain);
  }

  /** Removes one cookie; false when there is none. */
  delete(domain: string, path: string, name: string): boolean {
    const paths = this.#domains.get(domain)?.paths;
    const names = paths?.get(path);
    if (paths === undefined || names?.delete(name) !== true) return false;
    this.#length -= 1;
    if (names.size === 0) paths.delete(path);
    if (paths.size === 0) this.#domains.delete(domain);
    return true;
  }

  clear(): void {
    this.#domains = new Map();
    this.#length = 0;
    this.#nextExpiry = Infinity;
  }

  /** Removes what has expired at `now`, in seconds since 1970. Costs nothing as long as nothing can have. */
  deleteExpired(now: number): void {
    if (now < this.#nextExpiry) return;
    this.#nextExpiry = Infinity;
    for (const [domain, { paths }] of this.#domains) {
      for (const [path, names] of paths) {
        for (const [name, cookie] of names) {
          if (cookie.is_expired(now)) this.delete(domain, path, name);
          else if (cookie.expires !== null) this.#nextExpiry = Math.min(this.#nextExpiry, cookie.expires);
        }
      }
    }
  }

  *[Symbol.iterator](): IterableIterator<Cookie> {
    for (const { paths } of this.#domains.values()) {
      for (const names of paths.values()) yield* names.values();
    }
  }
}
