import { inspect, types } from 'node:util';
import { checkOptions, checkPairs, isPlainObject, KeyError, repr, ValueError } from '../../builtins/index.js';
import { type Cookie, type CookieOptions, create_cookie } from './cookie.js';
import { type CookieScope, deleteCookies, findCookie, isWithin } from './cookie-scope.js';
import { CookieStore } from './cookie-store.js';
import { type Morsel, morsel_to_cookie } from './morsel.js';
import { type CookiePolicy, DefaultCookiePolicy } from './policy.js';

/** Names and values in any form. A value of null removes the cookie. */
export type CookieValues =
  | Readonly<Record<string, string | null | undefined>>
  | ReadonlyMap<string, string | null | undefined>
  | Iterable<readonly [name: string, value: string | null | undefined]>;

/** The keyword arguments of `jar.get()`. */
export interface CookieGetOptions extends CookieScope {
  /** What is returned when there is no such cookie. */
  default?: string | null | undefined;
}

const kCookies: unique symbol = Symbol('requests.cookies.cookies');
const kStore: unique symbol = Symbol('requests.cookies.store');
/** @internal */
export const kPolicy: unique symbol = Symbol('requests.cookies.policy');

// Above 300 lines: one class with the methods of Python's three (CookieJar, RequestsCookieJar, MutableMapping).
/** What {@link RequestsCookieJar} can do besides access by name. */
export class RequestsCookieJarMethods {
  static {
    Object.defineProperty(this, 'name', { value: 'RequestsCookieJar' });
  }
  /** Null until it is first used: most jars stay empty. @internal */
  [kCookies]: CookieStore | null = null;
  /** @internal */
  [kPolicy]: CookiePolicy | null;

  constructor(policy?: CookiePolicy | null) {
    this[kPolicy] = policy ?? null;
    return proxied(this);
  }

  /** @internal */
  get [kStore](): CookieStore {
    return (this[kCookies] ??= new CookieStore());
  }

  /** How many cookies there are: Python's `len()`. */
  get length(): number {
    return this[kCookies]?.length ?? 0;
  }

  /**
   * The value of the cookie `name`, or the default (null unless given) when there is none. Throws CookieConflictError when
   * several have that name: give `domain` or `path`, too.
   */
  get(name: string, options?: CookieGetOptions): string | null;
  get(name: string, fallback: string, scope?: CookieScope): string;
  get(name: string, fallback?: string | null, scope?: CookieScope): string | null;
  get(name: string, second?: CookieGetOptions | string | null, scope: CookieScope = {}): string | null {
    const given = typeof second === 'object' && second !== null ? second : { ...scope, default: second };
    const options = checkOptions('RequestsCookieJar.get()', given, ['default', 'domain', 'path']);
    return findCookie(this[kStore], name, options) ?? options.default ?? null;
  }

  /** The value of the cookie `name`; Python's `jar[name]`. Throws KeyError when there is none, unlike a bracket. */
  getitem(name: string): string {
    const value = findCookie(this[kStore], name);
    if (value === null) throw new KeyError(`name=${repr(name)}, domain=None, path=None`);
    return value;
  }

  /**
   * Sets a cookie and returns it. By default it has no domain and is sent to every host. A value of null removes the cookies of
   * that name (of `domain`, of `path`, if given) and returns null. Throws TypeError for an unknown option and for a value that is
   * not a string.
   */
  set(name: string, value: string | Morsel, options?: CookieOptions): Cookie;
  set(name: string, value: string | Morsel | null | undefined, options?: CookieOptions): Cookie | null;
  set(name: string, value: string | Morsel | null | undefined, options: CookieOptions = {}): Cookie | null {
    if (value === null || value === undefined) {
      deleteCookies(this[kStore], name, options);
      return null;
    }
    const cookie = typeof value === 'object' ? morsel_to_cookie(value) : create_cookie(name, value, options);
    this.set_cookie(cookie);
    return cookie;
  }

  /** Removes the cookies of that name, whatever their domain and path; false when there are none. */
  delete(name: string): boolean {
    return deleteCookies(this[kStore], name);
  }

  /** Whether there is a cookie `name` that has a value; the same as `name in jar`. */
  has(name: string): boolean {
    for (const cookie of this[kStore]) if (cookie.name === name && cookie.value !== null) return true;
    return false;
  }

  /** Keeps `cookie` in place of the one with the same domain, path and name. Its value loses its escaped quotation marks. */
  set_cookie(cookie: Cookie): void {
    const { value } = cookie;
    if (value?.startsWith('"') && value.endsWith('"')) cookie.value = value.replaceAll('\\"', '');
    this[kStore].set(cookie);
  }

  /** The names, as often as there are cookies of the name. */
  keys(): string[] {
    return Array.from(this[kStore], ({ name }) => name);
  }

  /** The values; null for a bare name. */
  values(): (string | null)[] {
    return Array.from(this[kStore], ({ value }) => value);
  }

  /** Names and values. */
  items(): [name: string, value: string | null][] {
    return Array.from(this[kStore], ({ name, value }) => [name, value]);
  }

  /** {@link keys}, one by one. */
  *iterkeys(): IterableIterator<string> {
    for (const { name } of this[kStore]) yield name;
  }

  /** {@link values}, one by one. */
  *itervalues(): IterableIterator<string | null> {
    for (const { value } of this[kStore]) yield value;
  }

  /** {@link items}, one by one. */
  *iteritems(): IterableIterator<[name: string, value: string | null]> {
    for (const { name, value } of this[kStore]) yield [name, value];
  }

  /** Takes over copies of the cookies of another jar, or sets each of the names and values. */
  update(other: RequestsCookieJar | CookieValues): void {
    if (other instanceof RequestsCookieJarMethods) {
      for (const cookie of [...other[kStore]]) this.set_cookie(cookie.copy());
    } else {
      for (const [name, value] of entriesOf(other)) this.set(name, value);
    }
  }

  /** Removes the cookies `name` and returns the value, or `fallback`. Throws KeyError when there is neither. */
  pop(name: string): string;
  pop<D>(name: string, fallback: D): string | D;
  pop(name: string, ...fallback: readonly unknown[]): unknown {
    if (fallback.length > 0 && findCookie(this[kStore], name) === null) return fallback[0];
    const value = this.getitem(name);
    this.delete(name);
    return value;
  }

  /** The value of the cookie `name`, which is first set to `value` when there is none. */
  setdefault(name: string, value: string): string {
    const found = findCookie(this[kStore], name);
    if (found !== null) return found;
    this.set(name, value);
    return value;
  }

  /** Names and values of the cookies of that domain and path (default: of all). Of several with one name the last counts. */
  get_dict(scope?: CookieScope): Record<string, string | null>;
  get_dict(domain?: string | null, path?: string | null): Record<string, string | null>;
  get_dict(first?: CookieScope | string | null, path?: string | null): Record<string, string | null> {
    const given = typeof first === 'object' && first !== null ? first : { domain: first, path };
    const scope = checkOptions('RequestsCookieJar.get_dict()', given, ['domain', 'path']);
    const within = [...this[kStore]].filter((cookie) => isWithin(cookie, scope));
    return Object.fromEntries(within.map(({ name, value }) => [name, value]));
  }

  /** The domains, each once. */
  list_domains(): string[] {
    return [...new Set(Array.from(this[kStore], ({ domain }) => domain))];
  }

  /** The paths, each once. */
  list_paths(): string[] {
    return [...new Set(Array.from(this[kStore], ({ path }) => path))];
  }

  /** Whether some domain has more than one cookie; Python's method does the same, in spite of its name. */
  multiple_domains(): boolean {
    return this.list_domains().length !== this.length;
  }

  /** A jar with copies of the cookies, and the same policy. */
  copy(): RequestsCookieJar {
    const copy = new RequestsCookieJar(this[kPolicy]);
    for (const cookie of this[kStore]) copy.set_cookie(cookie.copy());
    return copy;
  }

  /**
   * Removes all cookies, or those of a domain, of a path within it, or the one of that name there. Throws KeyError when there are
   * none, and ValueError for a name or a path without a domain.
   */
  clear(scope?: CookieScope & { name?: string | null | undefined }): void;
  clear(domain?: string | null, path?: string | null, name?: string | null): void;
  clear(
    first?: (CookieScope & { name?: string | null | undefined }) | string | null,
    second?: string | null,
    third?: string | null,
  ): void {
    const named =
      typeof first === 'object' && first !== null ? first : { domain: first, path: second, name: third };
    const known = ['domain', 'path', 'name'];
    const {
      domain = null,
      path = null,
      name = null,
    } = checkOptions('RequestsCookieJar.clear()', named, known);
    if (domain === null) {
      if (name !== null) throw new ValueError('domain and path must be given to remove a cookie by name');
      if (path !== null) throw new ValueError('domain must be given to remove cookies by path');
      this[kStore].clear();
      return;
    }
    if (name !== null && path === null) {
      throw new ValueError('domain and path must be given to remove a cookie by name');
    }
    const isMeant = (cookie: Cookie): boolean => isWithin(cookie, { domain, path });
    const doomed = [...this[kStore]].filter((each) => isMeant(each) && (name === null || each.name === name));
    if (doomed.length === 0) throw new KeyError(repr(name ?? path ?? domain));
    for (const cookie of doomed) this[kStore].delete(cookie.domain, cookie.path, cookie.name);
  }

  /** Removes the cookies that end with the session. */
  clear_session_cookies(): void {
    const ended = [...this[kStore]].filter(({ discard }) => discard);
    for (const { domain, path, name } of ended) this[kStore].delete(domain, path, name);
  }

  /** Removes the cookies that have expired, as preparing a request does. */
  clear_expired_cookies(): void {
    this[kStore].deleteExpired(Date.now() / 1000);
  }

  /** Sets what decides which cookies are taken and sent. */
  set_policy(policy: CookiePolicy): void {
    this[kPolicy] = policy;
  }

  /** What decides which cookies are taken and sent; unless set, a {@link DefaultCookiePolicy}. */
  get_policy(): CookiePolicy {
    return (this[kPolicy] ??= new DefaultCookiePolicy());
  }

  /** Whether `other`, a jar or names and values, holds the same names and values. */
  equals(other: unknown): boolean {
    const isJar = other instanceof RequestsCookieJarMethods;
    if (!isJar && !types.isMap(other) && !isPlainObject(other)) return false;
    const theirs = new Map(isJar ? other.items() : entriesOf(other as CookieValues));
    const ours = new Map(this.items());
    return theirs.size === ours.size && [...ours].every(([name, value]) => theirs.get(name) === value);
  }

  /** Iterates over the cookies themselves, as Python does. */
  [Symbol.iterator](): IterableIterator<Cookie> {
    return this[kStore][Symbol.iterator]();
  }

  /** `<RequestsCookieJar[<Cookie name=value for example.com/>]>` */
  toString(): string {
    return `<RequestsCookieJar[${[...this[kStore]].join(', ')}]>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** The cookies, without their values. */
  toJSON(): readonly Cookie[] {
    return [...this];
  }
}

/**
 * Cookies with the interface of a dictionary: what `session.cookies` and `response.cookies` are.
 *
 * Values are read, written and removed with brackets: `jar['token']` (undefined when there is none; `getitem()` throws a KeyError
 * instead; CookieConflictError when several cookies have that name), `jar['token'] = 'x'`, `delete jar['token']`,
 * `'token' in jar`, `{ ...jar }`. A cookie that is named as one of the methods is read with `getitem()`.
 */
export type RequestsCookieJar = RequestsCookieJarMethods & { [name: string]: string };

/** The constructor of {@link RequestsCookieJar}. */
export interface RequestsCookieJarConstructor {
  /** `policy` decides which cookies are taken and sent; default: a {@link DefaultCookiePolicy}. */
  new (policy?: CookiePolicy | null): RequestsCookieJar;
  readonly prototype: RequestsCookieJar;
}

// TypeScript cannot express that the constructor returns a proxy with an index signature.
/** The constructor; see the type of the same name. */
export const RequestsCookieJar: RequestsCookieJarConstructor =
  RequestsCookieJarMethods as unknown as RequestsCookieJarConstructor;

type Target = RequestsCookieJarMethods & Record<string | symbol, unknown>;

const handler: ProxyHandler<Target> = {
  get(target, key) {
    if (typeof key === 'symbol' || key in target) return target[key];
    return findCookie(target[kStore], key) ?? undefined;
  },
  set(target, key, value) {
    // A subclass's own fields stay fields.
    if (typeof key === 'symbol' || Object.hasOwn(target, key)) return Reflect.set(target, key, value);
    target.set(key, value as string | Morsel | null);
    return true;
  },
  has(target, key) {
    return typeof key === 'symbol' ? key in target : target.has(key);
  },
  deleteProperty(target, key) {
    if (typeof key === 'symbol') return Reflect.deleteProperty(target, key);
    target.delete(key);
    return true;
  },
  ownKeys(target) {
    return [...new Set(target.keys())].filter((name) => target.has(name));
  },
  getOwnPropertyDescriptor(target, key) {
    if (typeof key === 'symbol' || !target.has(key)) return undefined;
    return { value: target.get_dict()[key], enumerable: true, configurable: true, writable: true };
  },
};

function proxied(target: RequestsCookieJarMethods): RequestsCookieJar {
  return new Proxy(target as Target, handler) as unknown as RequestsCookieJar;
}

/** What the jar keeps its cookies in. @internal */
export function cookieStore(jar: RequestsCookieJarMethods): CookieStore {
  return jar[kStore];
}

/** Whether `jar` is as a new one. */
export function isPristine(jar: RequestsCookieJarMethods): boolean {
  return jar.length === 0 && jar[kPolicy] === null;
}

/** Pairs of `values`, in any of the forms of {@link CookieValues}. */
export function entriesOf(values: CookieValues): Iterable<readonly [string, string | null | undefined]> {
  checkPairs('cookies', values, "an object of names and values or a RequestsCookieJar: { name: 'value' }");
  return Symbol.iterator in values ? values : Object.entries(values);
}
