/** Percent-encoding as `urllib.parse` and `requests.utils` do it: byte by byte over UTF-8, upper-case hexadecimal. */
import { checkOptions, lazyPattern, UnicodeEncodeError } from '../../builtins/index.js';
import { InvalidURL } from '../exceptions/requests.js';
import { type Bytes, toBuffer } from './python-text.js';

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The characters that RFC 3986 never requires to be escaped. */
export const UNRESERVED_SET: ReadonlySet<string> = new Set(`${LETTERS_AND_DIGITS}-._~`);

/** The character that each byte becomes, by its code: mostly its own; {@link ESCAPED} when it is escaped. */
export type QuoteTable = Readonly<Uint8Array>;

const ESCAPED = 0xff;
const KEEPING_NOTHING: QuoteTable = new Uint8Array(256).fill(ESCAPED);
const KEEPING_UNRESERVED: QuoteTable = keeping(KEEPING_NOTHING, `${LETTERS_AND_DIGITS}-._~`);

function keeping(base: QuoteTable, chars: string): QuoteTable {
  const table = base.slice();
  for (let index = 0; index < chars.length; index++) {
    const code = chars.charCodeAt(index);
    if (code < 0x80) table[code] = code;
  }
  return table;
}

/** Makes the table that keeps unreserved characters and those of `safe`. */
export function quoteTable(safe: string): QuoteTable {
  return keeping(KEEPING_UNRESERVED, safe);
}

/** Filled as they are needed: a dozen tables are made when the module is loaded, and most programs escape nothing. */
const escapes: string[] = [];

function quoteByte(byte: number, table: QuoteTable): string {
  const code = table[byte] ?? ESCAPED;
  if (code !== ESCAPED) return String.fromCharCode(code);
  return (escapes[byte] ??= `%${byte.toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Callers use a handful of `safe` arguments; the bound only keeps generated ones from piling up. */
const MAX_TABLES = 64;
const tables = new Map<string, QuoteTable>();

function tableFor(safe: string): QuoteTable {
  let table = tables.get(safe);
  if (table === undefined) {
    if (tables.size >= MAX_TABLES) tables.clear();
    table = quoteTable(safe);
    tables.set(safe, table);
  }
  return table;
}

const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** UTF-8, or UnicodeEncodeError for a lone surrogate, where Node would silently put U+FFFD. */
function encodeUtf8(text: string): Buffer {
  if (LONE_SURROGATE.test(text)) {
    throw new UnicodeEncodeError("'utf-8' codec can't encode text: surrogates not allowed");
  }
  return Buffer.from(text, 'utf8');
}

/** UTF-8 in which a lone surrogate becomes the three bytes of its number: Python's `surrogatepass`. */
export function encodeUtf8WithSurrogates(text: string): Buffer {
  if (!LONE_SURROGATE.test(text)) return Buffer.from(text, 'utf8');
  const pieces = Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return LONE_SURROGATE.test(char)
      ? Buffer.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
      : Buffer.from(char, 'utf8');
  });
  return Buffer.concat(pieces);
}

function isKept(code: number, table: QuoteTable): boolean {
  return code < 0x80 && table[code] === code;
}

/** How many leading characters of `text` the table keeps. */
function cleanPrefix(text: string, table: QuoteTable): number {
  let index = 0;
  while (index < text.length && isKept(text.charCodeAt(index), table)) index++;
  return index;
}

/** Quotes by a table; the cheap way out is text that needs nothing. */
export function quoteWith(
  text: string,
  table: QuoteTable,
  encode: (text: string) => Uint8Array = encodeUtf8,
): string {
  const clean = cleanPrefix(text, table);
  if (clean === text.length) return text;
  let out = text.slice(0, clean);
  for (let index = clean; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return out + quoteBytesWith(encode(text.slice(index)), table);
    out += quoteByte(code, table);
  }
  return out;
}

function quoteBytesWith(bytes: Uint8Array, table: QuoteTable): string {
  let out = '';
  for (const byte of bytes) out += quoteByte(byte, table);
  return out;
}

/** Which characters {@link quote} and {@link quote_plus} leave alone besides letters, digits and `_.-~`. */
export interface QuoteOptions {
  /** Characters to keep; those outside ASCII are ignored. Default `/` for `quote`, none for `quote_plus`. */
  safe?: string | undefined;
}

function safeOf(callee: string, safe: string | QuoteOptions, fallback: string): string {
  if (typeof safe === 'string') return safe;
  checkOptions(callee, safe, ['safe']);
  return safe.safe ?? fallback;
}

/**
 * `urllib.parse.quote`: `quote('a b/c')` is `a%20b/c`. `safe` may be given by position or as `{ safe }`.
 * Throws UnicodeEncodeError for a lone surrogate.
 */
export function quote(value: string | Bytes, safe: string | QuoteOptions = '/'): string {
  const table = tableFor(safeOf('quote()', safe, '/'));
  return typeof value === 'string' ? quoteWith(value, table) : quoteBytesWith(toBuffer(value), table);
}

const PLUS_TABLE: QuoteTable = quoteTable('').with(0x20, 0x2b);

/** `urllib.parse.quote_plus`: as {@link quote}, but a space becomes `+` and nothing is safe by default. */
export function quote_plus(value: string | Bytes, safe: string | QuoteOptions = ''): string {
  const kept = safeOf('quote_plus()', safe, '');
  const table = kept === '' ? PLUS_TABLE : tableFor(kept).with(0x20, 0x2b);
  return typeof value === 'string' ? quoteWith(value, table) : quoteBytesWith(toBuffer(value), table);
}

/** `urllib.parse.unquote`: escapes decoded as UTF-8, invalid sequences replaced by U+FFFD, malformed escapes kept. */
export function unquote(value: string | Bytes): string {
  const text = typeof value === 'string' ? value : toBuffer(value).toString('utf8');
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** `urllib.parse.unquote_plus`: as {@link unquote}, but `+` is a space. */
export function unquote_plus(value: string): string {
  return unquote(value.replaceAll('+', ' '));
}

/** An escape that Python tries to read and cannot: two letters or digits that are not hexadecimal. */
const badEscape = lazyPattern(String.raw`%(?![0-9a-f]{2})([\p{L}\p{N}]{2})`, 'iu');

/**
 * Decodes the escapes of unreserved characters (`%7E` becomes `~`) and leaves all others as they are.
 * Throws InvalidURL for an escape such as `%zz`.
 */
export function unquote_unreserved(uri: string): string {
  if (!uri.includes('%')) return uri;
  const bad = badEscape().exec(uri);
  if (bad) throw new InvalidURL(`Invalid percent-escape sequence: '${bad[1] ?? ''}'`);
  return decodeUnreserved(uri);
}

function decodeUnreserved(uri: string): string {
  return uri.replace(/%([0-9a-f]{2})/gi, (escape, digits: string) => {
    const char = String.fromCharCode(Number.parseInt(digits, 16));
    return UNRESERVED_SET.has(char) ? char : escape;
  });
}

const REQUOTE_ALL = quoteTable("!#$&'()*+,/:;=?@[]~");
const REQUOTE_KEEPING_ESCAPES: QuoteTable = REQUOTE_ALL.with(0x25, 0x25);

/**
 * Quotes what is illegal in a URI and decodes what needs no escape, so that equal URIs look the same. A malformed escape
 * anywhere (`%zz`) means that no `%` in the text is an escape: all are quoted. Throws UnicodeEncodeError for a lone surrogate.
 */
export function requote_uri(uri: string): string {
  if (!uri.includes('%')) return quoteWith(uri, REQUOTE_KEEPING_ESCAPES);
  if (badEscape().test(uri)) return quoteWith(uri, REQUOTE_ALL);
  return quoteWith(decodeUnreserved(uri), REQUOTE_KEEPING_ESCAPES);
}
