import type { IncrementalDecoder } from './unicode-decoder.js';

const ESCAPE = 0x1b;

/** What the two bytes after an escape switch to. */
const CHARSETS: Readonly<Record<string, 'ascii' | 'roman' | 'kanji' | undefined>> = {
  '(B': 'ascii',
  '(J': 'roman',
  $B: 'kanji',
  '$@': 'kanji',
};

/** Where JIS X 0201's Roman set differs from ASCII. */
const ROMAN: Readonly<Record<number, string | undefined>> = { 0x5c: '\u00A5', 0x7e: '\u203E' };

/**
 * ISO-2022-JP, which iconv-lite does not know: escapes switch between ASCII and characters of two bytes, which are those of
 * EUC-JP without the high bits.
 */
export class Iso2022JpDecoder implements IncrementalDecoder {
  readonly #eucJp: IncrementalDecoder;
  #charset: 'ascii' | 'roman' | 'kanji' = 'ascii';
  /** The beginning of an escape or of a character. */
  #pending: number[] = [];

  constructor(eucJp: IncrementalDecoder) {
    this.#eucJp = eucJp;
  }

  write(bytes: Buffer): string {
    let text = '';
    for (const byte of bytes) text += this.#next(byte);
    return text;
  }

  end(): string {
    const incomplete = this.#pending.length > 0;
    this.#pending = [];
    this.#charset = 'ascii';
    return incomplete ? '\uFFFD' : '';
  }

  #next(byte: number): string {
    const pending = this.#pending;
    if (pending[0] === ESCAPE) {
      pending.push(byte);
      if (pending.length < 3) return '';
      this.#pending = [];
      const charset = CHARSETS[String.fromCharCode(pending[1] as number, byte)];
      if (charset === undefined) return `\uFFFD${this.write(Buffer.from(pending.slice(1)))}`;
      this.#charset = charset;
      return '';
    }
    if (byte === ESCAPE) {
      this.#pending = [byte];
      return pending.length > 0 ? '\uFFFD' : '';
    }
    if (this.#charset === 'kanji' && byte >= 0x21 && byte <= 0x7e) {
      if (pending.length === 0) {
        this.#pending = [byte];
        return '';
      }
      this.#pending = [];
      return this.#eucJp.write(Buffer.from([(pending[0] as number) | 0x80, byte | 0x80]));
    }
    this.#pending = [];
    // A line end within the characters ends them.
    if (byte === 0x0a) this.#charset = 'ascii';
    const lost = pending.length > 0 ? '\uFFFD' : '';
    if (byte >= 0x80) return `${lost}\uFFFD`;
    const roman = this.#charset === 'roman' ? ROMAN[byte] : undefined;
    return lost + (roman ?? String.fromCharCode(byte));
  }
}
