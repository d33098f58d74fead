import { CaseInsensitiveDictMethods, headerStore } from '../structures/case-insensitive-dict.js';

const kLines: unique symbol = Symbol('urllib3.lines');

/** What {@link HTTPHeaderDict} can do beside access by name. */
export class HTTPHeaderDictMethods extends CaseInsensitiveDictMethods<string> {
  static {
    Object.defineProperty(this, 'name', { value: 'HTTPHeaderDict' });
  }
  /** The values of each name as they came, line by line. @internal */
  [kLines]: Map<string, string[]> = new Map();

  /** `rawHeaders`: name, value, name, value … in wire order. */
  constructor(rawHeaders: readonly string[] = []) {
    super();
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      this.add(rawHeaders[i] as string, rawHeaders[i + 1] as string);
    }
    // The base's constructor returns the proxy, and so must this one.
    return this;
  }

  /** Adds a line; an earlier one of the same name stays. */
  add(name: string, value: string): void {
    const key = name.toLowerCase();
    const lines = this.getlist(name);
    const [spelling] = headerStore(this).get(key) ?? [name];
    lines.push(value);
    this[kLines].set(key, lines);
    headerStore(this).set(key, [spelling, lines.join(', ')]);
  }

  /** Every value of `name`, line by line; empty when there is none. */
  getlist(name: string): string[] {
    const key = name.toLowerCase();
    const entry = headerStore(this).get(key);
    if (entry === undefined) return [];
    const lines = this[kLines].get(key);
    // A value that was set by bracket has taken the place of the lines.
    return lines?.join(', ') === entry[1] ? [...lines] : [entry[1]];
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
}

/**
 * The headers of a {@link HTTPResponse}, as urllib3 keeps them: names in any case, and repeated lines apart (`getlist`)
 * or joined with `, ` (brackets and `get`).
 */
export type HTTPHeaderDict = HTTPHeaderDictMethods & { [name: string]: string };

/** The constructor of {@link HTTPHeaderDict}. */
export interface HTTPHeaderDictConstructor {
  /** `rawHeaders`: name, value, name, value … in wire order. */
  new (rawHeaders?: readonly string[]): HTTPHeaderDict;
  readonly prototype: HTTPHeaderDict;
}

// TypeScript cannot express that the constructor returns a proxy with an index signature.
/** The constructor; see the type of the same name. */
export const HTTPHeaderDict: HTTPHeaderDictConstructor =
  HTTPHeaderDictMethods as unknown as HTTPHeaderDictConstructor;
