/** The `.netrc` format, as Python's `netrc` module reads it. */
import { setErrorNames } from '../../builtins/index.js';

/** A machine's entry in a netrc file; '' for what is missing. */
export interface NetrcEntry {
  readonly login: string;
  readonly account: string;
  readonly password: string;
}

/** The file is not a valid netrc file. */
export class NetrcParseError extends Error {
  /** The message without the place. */
  readonly msg: string;
  /** The file. */
  readonly filename: string;
  /** The line, from 1. */
  readonly lineno: number;

  constructor(msg: string, filename: string, lineno: number) {
    super(`${msg} (${filename}, line ${lineno})`);
    this.msg = msg;
    this.filename = filename;
    this.lineno = lineno;
  }
}

setErrorNames({ NetrcParseError });

/** Tokens are apart by white space; one in double quotes may contain it, and a backslash keeps the next character. */
class Lexer {
  readonly #text: string;
  #position = 0;
  #previous = '';

  constructor(text: string) {
    this.#text = text;
  }

  /** The line that is read next, from 1. */
  get lineno(): number {
    return this.#text.slice(0, this.#position).split('\n').length;
  }

  /** The next token; '' at the end. */
  token(): string {
    let char = this.#read();
    while (/^[ \t\r\n]$/.test(char)) char = this.#read();
    if (char === '"') return this.#rest('', (next) => next === '"');
    return char === '' ? '' : this.#rest(this.#unescape(char), (next) => /^[ \t\r\n]$/.test(next));
  }

  /** The rest of the line with its line feed; '' at the end. */
  line(): string {
    const end = this.#text.indexOf('\n', this.#position);
    const line = this.#text.slice(this.#position, end === -1 ? undefined : end + 1);
    this.#position += line.length;
    return line;
  }

  /** Drops the rest of the line that the last token is on. */
  endLine(): void {
    if (this.#previous !== '\n') this.line();
  }

  #rest(start: string, ends: (char: string) => boolean): string {
    let token = start;
    for (let char = this.#read(); char !== '' && !ends(char); char = this.#read())
      token += this.#unescape(char);
    return token;
  }

  #unescape(char: string): string {
    return char === '\\' ? this.#read() : char;
  }

  #read(): string {
    this.#previous = this.#text.charAt(this.#position);
    this.#position++;
    return this.#previous;
  }
}

/**
 * The machines of a netrc file by name; the one for all others is `default`. A comment reaches from a token that begins
 * with `#` to the end of the line. Throws NetrcParseError; its message shows no token that may be a secret.
 */
export function parseNetrc(source: string, filename: string): Map<string, NetrcEntry> {
  const lexer = new Lexer(source.replaceAll('\r\n', '\n'));
  const fail = (message: string): NetrcParseError => new NetrcParseError(message, filename, lexer.lineno);
  const machines = new Map<string, NetrcEntry>();
  let token = lexer.token();
  while (token !== '') {
    if (token.startsWith('#')) {
      lexer.endLine();
      token = lexer.token();
    } else if (token === 'macdef') {
      lexer.token();
      if (!skipMacro(lexer)) throw fail('Macro definition missing null line terminator.');
      token = lexer.token();
    } else if (token === 'machine' || token === 'default') {
      const name = token === 'machine' ? lexer.token() : token;
      if (name === '') throw fail("missing 'machine' name");
      const { entry, next } = parseEntry(lexer, fail);
      machines.set(name, entry);
      token = next;
    } else {
      throw fail('bad toplevel token');
    }
  }
  return machines;
}

/** A macro ends at an empty line. */
function skipMacro(lexer: Lexer): boolean {
  for (let line = lexer.line(); line !== ''; line = lexer.line()) if (line === '\n') return true;
  return false;
}

const ENTRY_ENDS: ReadonlySet<string> = new Set(['', 'machine', 'default', 'macdef']);

function parseEntry(
  lexer: Lexer,
  fail: (message: string) => NetrcParseError,
): { entry: NetrcEntry; next: string } {
  const entry = { login: '', account: '', password: '' };
  for (;;) {
    const token = lexer.token();
    if (ENTRY_ENDS.has(token)) return { entry, next: token };
    if (token.startsWith('#')) lexer.endLine();
    else if (token === 'login' || token === 'user') entry.login = lexer.token();
    else if (token === 'account' || token === 'password') entry[token] = lexer.token();
    else throw fail('bad follower token');
  }
}
