/** Which encoding a Content-Type promises (spec 1.12). */
import { strip, stripChars } from '../../urls/python-text.js';

/** Headers with a `get`: a CaseInsensitiveDict, a Map, `Headers`. */
export interface HeaderLookup {
  /** The value of a header, whatever the case of its name; null or undefined when there is none. */
  get(name: string): string | null | undefined;
}

/**
 * The encoding of a response: the `charset` of its Content-Type, `ISO-8859-1` for text without one, `utf-8` for JSON,
 * else null. In a plain object the name must be spelled `content-type`, as in Python's dict.
 */
export function get_encoding_from_headers(
  headers: HeaderLookup | Readonly<Record<string, string | null | undefined>>,
): string | null {
  const value = isLookup(headers) ? headers.get('content-type') : headers['content-type'];
  return value ? encodingFromContentType(value) : null;
}

function isLookup(
  headers: HeaderLookup | Readonly<Record<string, string | null | undefined>>,
): headers is HeaderLookup {
  return typeof headers.get === 'function';
}

/** Servers send the same few types again and again. */
const MAX_REMEMBERED = 64;
const MAX_REMEMBERED_LENGTH = 128;
const remembered = new Map<string, string | null>();

/** @internal The encoding that a Content-Type's text promises. */
export function encodingFromContentType(value: string): string | null {
  const known = remembered.get(value);
  if (known !== undefined) return known;
  const encoding = parseEncoding(value);
  if (value.length <= MAX_REMEMBERED_LENGTH) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(value, encoding);
  }
  return encoding;
}

function parseEncoding(value: string): string | null {
  const semicolon = value.indexOf(';');
  const type = semicolon === -1 ? value : value.slice(0, semicolon);
  if (semicolon !== -1) {
    const charset = charsetOf(value.slice(semicolon + 1).split(';'));
    if (charset !== null) return charset;
  }
  if (type.includes('text')) return 'ISO-8859-1';
  return type.includes('application/json') ? 'utf-8' : null;
}

function charsetOf(params: readonly string[]): string | null {
  let charset: string | null = null;
  for (const param of params) {
    const text = strip(param);
    const equals = text.indexOf('=');
    if (equals === -1 || stripChars(text.slice(0, equals), `"' `).toLowerCase() !== 'charset') continue;
    charset = stripChars(text.slice(equals + 1), `"' `);
  }
  return charset === null ? null : stripChars(charset, `'"`);
}
