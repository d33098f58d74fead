import { type Allowance, Gate, Line, type Turn } from './gate.js';

/** Between the parts of the name of a line of several keys. */
const SEPARATOR = '\0';

/** All gates and lines, each created on first use. */
export class Keys {
  /** By key. */
  readonly gates = new Map<string, Gate>();
  readonly #all: Gate;
  #each: Allowance;
  readonly #own = new Map<string, Allowance>();
  /** Those of several keys. */
  readonly #lines = new Map<string, Line>();

  /**
   * @param all stands before every key
   * @param each the allowance of a key that has none of its own
   */
  constructor(all: Gate, each: Allowance) {
    this.#all = all;
    this.#each = each;
  }

  set each(each: Allowance) {
    this.#each = each;
    for (const gate of this.gates.values()) gate.allowance = this.#allowanceOf(gate.key);
  }

  /** Removes the allowances of single keys. */
  clearOwn(): void {
    this.#own.clear();
  }

  /** Gives `key` an allowance of its own; null removes it. */
  setOwn(key: string, allowance: Allowance | null): void {
    if (allowance === null) this.#own.delete(key);
    else this.#own.set(key, allowance);
    const gate = this.gates.get(key);
    if (gate !== undefined) gate.allowance = this.#allowanceOf(key);
  }

  /** The line that waits for `keys`. */
  lineOf(keys: string | readonly string[]): Line {
    if (typeof keys === 'string') return this.#lineOfOne(keys);
    const unique = [...new Set(keys)].sort();
    const [first = ''] = unique;
    if (unique.length < 2) return this.#lineOfOne(first);
    const name = unique.join(SEPARATOR);
    let line = this.#lines.get(name);
    if (line === undefined) {
      line = new Line([this.#all, ...unique.map((key) => this.#gateOf(key))], name);
      this.#lines.set(name, line);
    }
    return line;
  }

  *lines(): Generator<Line> {
    for (const { line } of this.gates.values()) if (line !== null) yield line;
    yield* this.#lines.values();
  }

  /** A snapshot of the waiting turns. */
  *waiting(): Generator<Turn> {
    for (const line of [...this.lines()]) {
      for (let turn = line.waiting.peek(), next: Turn | null; turn !== null; turn = next) {
        ({ next } = turn);
        yield turn;
      }
    }
  }

  /** Forgets an empty line; that of a single key goes with its gate. */
  forgetLine({ name }: Line): void {
    if (name !== null) this.#lines.delete(name);
  }

  #lineOfOne(key: string): Line {
    const gate = this.#gateOf(key);
    return (gate.line ??= new Line([this.#all, gate], null));
  }

  #gateOf(key: string): Gate {
    let gate = this.gates.get(key);
    if (gate === undefined) {
      gate = new Gate(key, this.#allowanceOf(key));
      this.gates.set(key, gate);
    }
    return gate;
  }

  #allowanceOf(key: string): Allowance {
    return this.#own.get(key) ?? this.#each;
  }
}
