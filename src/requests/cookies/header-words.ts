/** Parameters of a header value, as `http.cookiejar` splits and joins them for its files. */
import { lazyPattern } from '../../builtins/index.js';

/** A name and its value; null for a bare name. */
export type HeaderWord = readonly [name: string, value: string | null];

/** Python's `\w+`. */
const plainWord = lazyPattern(String.raw`^[\p{L}\p{N}_]+$`, 'u');
const TOKEN = /^\s*([^=\s;,]+)/;
const QUOTED_VALUE = /^\s*=\s*"([^"\\]*(?:\\.[^"\\]*)*)"/s;
const VALUE = /^\s*=\s*([^\s;,]*)/;

/** The parameters of each of the comma-separated values in `text`. */
export function splitHeaderWords(text: string): HeaderWord[][] {
  const values: HeaderWord[][] = [];
  let words: HeaderWord[] = [];
  let rest = text;
  while (rest !== '') {
    const token = TOKEN.exec(rest);
    if (token !== null) {
      rest = rest.slice(token[0].length);
      const quoted = QUOTED_VALUE.exec(rest);
      const found = quoted ?? VALUE.exec(rest);
      if (found !== null) rest = rest.slice(found[0].length);
      const value = found?.[1] ?? null;
      words.push([token[1] ?? '', quoted === null ? value : (value?.replaceAll(/\\(.)/g, '$1') ?? null)]);
      continue;
    }
    const comma = /^\s*,/.exec(rest);
    if (comma !== null) {
      if (words.length > 0) values.push(words);
      words = [];
    }
    const junk = comma ?? /^[=\s;]+/.exec(rest);
    rest = rest.slice(junk?.[0].length ?? rest.length);
  }
  if (words.length > 0) values.push(words);
  return values;
}

/** Joins parameters into one value, with quotes around all but plain words. */
export function joinHeaderWords(words: readonly HeaderWord[]): string {
  return words.map(([name, value]) => (value === null ? name : `${name}=${quoted(value)}`)).join('; ');
}

function quoted(value: string): string {
  return plainWord().test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}
