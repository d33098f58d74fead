/** The message and the index of the error that Python's `json` raises for a text that is not JSON. */
export interface JSONProblem {
  msg: string;
  pos: number;
}

const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;

const PLAIN = /[^"\\\x00-\x1f]*/y;
const LITERALS = ['null', 'true', 'false'] as const;

/**
 * Finds where Python's `json.loads` fails on `text`, which `JSON.parse` has refused; null if it is JSON after all.
 * Not recursive, as a server may nest arbitrarily deep. `NaN` and `Infinity`, which Python accepts, are errors here.
 */
export function findJSONProblem(text: string): JSONProblem | null {
  if (text.startsWith('\uFEFF')) return { msg: 'Unexpected UTF-8 BOM (decode using utf-8-sig)', pos: 0 };
  return new Scanner(text).scan();
}

class Scanner {
  readonly #text: string;
  #pos = 0;
  #problem: JSONProblem | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): JSONProblem | null {
    /** The closing brackets of what is open. */
    const open: ('}' | ']')[] = [];
    this.#skip(WHITESPACE);
    for (;;) {
      const opened = this.#value();
      if (opened === null) return this.#problem;
      if (opened !== 'scalar') {
        open.push(opened);
        this.#skip(WHITESPACE);
        if (!this.#eat(opened)) {
          if (opened === '}' && !this.#key()) return this.#problem;
          continue;
        }
        open.pop();
      }
      // The end of a value may also end its containers.
      for (;;) {
        this.#skip(WHITESPACE);
        const innermost = open.at(-1);
        if (innermost === undefined) {
          return this.#pos === this.#text.length ? null : { msg: 'Extra data', pos: this.#pos };
        }
        if (this.#eat(innermost)) {
          open.pop();
          continue;
        }
        if (!this.#eat(',')) return { msg: "Expecting ',' delimiter", pos: this.#pos };
        this.#skip(WHITESPACE);
        if (innermost === '}' && !this.#key()) return this.#problem;
        break;
      }
    }
  }

  /** Passes over a scalar, or into an object or array, of which the closing bracket is returned; null: a problem. */
  #value(): 'scalar' | '}' | ']' | null {
    const start = this.#pos;
    if (this.#eat('{')) return '}';
    if (this.#eat('[')) return ']';
    if (this.#eat('"')) return this.#string(start) ? 'scalar' : null;
    const literal = LITERALS.find((name) => this.#text.startsWith(name, start));
    if (literal !== undefined) this.#pos += literal.length;
    else this.#skip(NUMBER);
    if (this.#pos > start) return 'scalar';
    return this.#fail('Expecting value', start);
  }

  /** Passes over a key, its colon and the space about them. */
  #key(): boolean {
    const start = this.#pos;
    if (!this.#eat('"')) {
      this.#fail('Expecting property name enclosed in double quotes', start);
      return false;
    }
    if (!this.#string(start)) return false;
    this.#skip(WHITESPACE);
    if (!this.#eat(':')) {
      this.#fail("Expecting ':' delimiter", this.#pos);
      return false;
    }
    this.#skip(WHITESPACE);
    return true;
  }

  /** Passes over a string whose opening quote, at `start`, has been eaten. */
  #string(start: number): boolean {
    for (;;) {
      this.#skip(PLAIN);
      if (this.#eat('"')) return true;
      if (this.#pos === this.#text.length) break;
      const at = this.#pos;
      if (!this.#eat('\\')) {
        this.#fail('Invalid control character at', at);
        return false;
      }
      if (this.#pos === this.#text.length) break;
      if (!this.#eat('u')) {
        if (!'"\\/bfnrt'.includes(this.#text.charAt(this.#pos))) {
          this.#fail('Invalid \\escape', at);
          return false;
        }
        this.#pos += 1;
        continue;
      }
      // Python reports missing digits in the same words.
      const end = this.#pos + 4;
      if (end >= this.#text.length || !/^[0-9a-f]{4}$/i.test(this.#text.slice(this.#pos, end))) {
        this.#fail('Invalid \\uXXXX escape', this.#pos - 1);
        return false;
      }
      this.#pos = end;
    }
    this.#fail('Unterminated string starting at', start);
    return false;
  }

  #eat(character: string): boolean {
    if (this.#text.charAt(this.#pos) !== character) return false;
    this.#pos += 1;
    return true;
  }

  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#pos;
    if (pattern.test(this.#text)) this.#pos = pattern.lastIndex;
  }

  #fail(msg: string, pos: number): null {
    this.#problem = { msg, pos };
    return null;
  }
}
