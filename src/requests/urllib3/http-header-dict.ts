import { checkOptions, repr } from '../../builtins/index.js';
import {
  CaseInsensitiveDictMethods,
  headerStore,
  type HeadersLike,
  pairsOf,
} from '../structures/case-insensitive-dict.js';

const kLines: unique symbol = Symbol('urllib3.lines');

/** What a {@link HTTPHeaderDict} can be made of; `rawHeaders` is name, value, name, value … in wire order. */
export type HTTPHeaderSource = HeadersLike<string> | HTTPHeaderDict | readonly string[];

/** What {@link HTTPHeaderDict} can do besides access by name. */
export class HTTPHeaderDictMethods extends CaseInsensitiveDictMethods<string> {
  static {
    Object.defineProperty(this, 'name', { value: 'HTTPHeaderDict' });
  }
  /** The values of each name as they came, line by line. @internal */
  [kLines]: Map<string, string[]> = new Map();

  constructor(headers?: HTTPHeaderSource | null) {
    super();
    if (headers !== undefined && headers !== null) this.extend(headers);
    // The base's constructor returns the proxy, and so must this one.
    return this;
  }

  /** Adds a line; an earlier one of the same name stays. `combine`: the value is joined to the last line instead. */
  add(
    name: string,
    value: string,
    { combine = false, ...unknown }: { combine?: boolean | undefined } = {},
  ): void {
    checkOptions('add()', unknown, []);
    const key = name.toLowerCase();
    const lines = this.getlist(name);
    const [spelling] = headerStore(this).get(key) ?? [name];
    if (combine && lines.length > 0) lines.push(`${lines.pop() as string}, ${value}`);
    else lines.push(value);
    this[kLines].set(key, lines);
    headerStore(this).set(key, [spelling, lines.join(', ')]);
  }

  /** Adds every line of `headers` to those that are there; `update` replaces them. */
  extend(headers: HTTPHeaderSource): void {
    for (const [name, value] of linesOf(headers)) this.add(name, value);
  }

  /** Removes `name`, if it is there. */
  discard(name: string): void {
    this.delete(name);
  }

  /** A new dict with the lines of both: Python's `headers | other`. */
  union(other: HTTPHeaderSource): HTTPHeaderDict {
    const both = this.copy();
    both.extend(other);
    return both;
  }

  /** An independent dict with the same lines. */
  override copy(): HTTPHeaderDict {
    return new HTTPHeaderDict(this.items());
  }

  /** The value of `name`, which is first set to `value` ('' unless given) when there is none. */
  override setdefault(name: string, value = ''): string {
    return super.setdefault(name, value);
  }

  /** Every value of `name`, line by line; `fallback` (empty unless given) when there is none. */
  getlist(name: string): string[];
  getlist<D>(name: string, fallback: D): string[] | D;
  getlist(name: string, fallback: unknown = []): unknown {
    const key = name.toLowerCase();
    const entry = headerStore(this).get(key);
    if (entry === undefined) return fallback;
    const lines = this[kLines].get(key);
    // A value that was set by bracket has taken the place of the lines.
    return lines !== undefined && lines.join(', ') === entry[1] ? [...lines] : [entry[1]];
  }

  /** The same as {@link getlist}, as the standard library of Python calls it. */
  get_all(name: string): string[] {
    return this.getlist(name);
  }

  /** The same as {@link getlist}, as urllib3 1 called it. */
  getheaders(name: string): string[] {
    return this.getlist(name);
  }

  /** Names and values, one pair for each line. */
  override items(): [name: string, value: string][] {
    return this.itermerged().flatMap(([name]) =>
      this.getlist(name).map((value): [string, string] => [name, value]),
    );
  }

  /** Names and values, one pair for each name: several lines are joined with `, `. */
  itermerged(): [name: string, value: string][] {
    return super.items();
  }

  /** Python's `repr()`: `HTTPHeaderDict({'Set-Cookie': 'a=1, b=2'})`. */
  override toString(): string {
    const merged = this.itermerged().map(([name, value]) => `${repr(name)}: ${repr(value)}`);
    return `HTTPHeaderDict({${merged.join(', ')}})`;
  }
}

function linesOf(headers: HTTPHeaderSource): Iterable<readonly [name: string, value: string]> {
  return isRaw(headers) ? rawPairs(headers) : pairsOf(headers);
}

function isRaw(headers: HTTPHeaderSource): headers is readonly string[] {
  return Array.isArray(headers) && typeof headers[0] === 'string';
}

function* rawPairs(rawHeaders: readonly string[]): Generator<readonly [name: string, value: string]> {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    yield [rawHeaders[i] as string, rawHeaders[i + 1] as string];
  }
}

/**
 * The headers of a {@link HTTPResponse}, as urllib3 keeps them: names in any case, and repeated lines apart (`getlist`)
 * or joined with `, ` (brackets and `get`).
 */
export type HTTPHeaderDict = HTTPHeaderDictMethods & { [name: string]: string };

/** The constructor of {@link HTTPHeaderDict}. */
export interface HTTPHeaderDictConstructor {
  /** `headers`: an object, a Map, pairs, `Headers`, another dict, or name, value, name, value …; default: nothing. */
  new (headers?: HTTPHeaderSource | null): HTTPHeaderDict;
  readonly prototype: HTTPHeaderDict;
}

// TypeScript cannot express that the constructor returns a proxy with an index signature.
/** The constructor; see the type of the same name. */
export const HTTPHeaderDict: HTTPHeaderDictConstructor =
  HTTPHeaderDictMethods as unknown as HTTPHeaderDictConstructor;
