import { ownOptions } from '../../builtins/index.js';
import { parseExpires, unquote } from './rules.js';

/** A `Set-Cookie` line, taken apart: what was not given is undefined, what was given without a value null. */
export interface SetCookie {
  readonly name: string;
  /** Null when there is no equals sign. */
  readonly value: string | null;
  version?: number;
  /** In lower case, with or without a dot in front. */
  domain?: string;
  path?: string;
  port?: string | null;
  secure?: true;
  discard?: true;
  /** Seconds since 1970. */
  expires?: number;
  comment?: string | null;
  comment_url?: string | null;
  /** The attributes that are not standard, as they are spelled. */
  rest: Record<string, string | null>;
}

/**
 * Reads a `Set-Cookie` line as Python's `http.cookiejar` does. The parser of `tough-cookie` is not used, because it loses what
 * that one keeps: which of two equal attributes came first, and how the attributes that are not standard were spelled.
 * Null for a line that sets nothing. Never throws.
 * @param now seconds since 1970, what `Max-Age` counts from
 */
export function parseSetCookie(line: string, now: number): SetCookie | null {
  const [first = '', ...parts] = line.split(';');
  const [name, value] = partition(first);
  if (name === '') return null;
  const cookie = ownOptions<SetCookie>({ name, value, rest: {} });
  const rest = new Map<string, string | null>();
  let maxAge: number | null = null;
  for (const part of parts) {
    const [key, text] = partition(part);
    const attribute = key.toLowerCase();
    if (attribute === 'max-age') {
      maxAge = parseInteger(text);
      if (maxAge === null) return null;
    } else if (STANDARD.has(attribute)) {
      if (!readStandard(cookie, attribute, text)) return null;
    } else if (key !== '') {
      rest.set(key, text);
    }
  }
  if (maxAge !== null) cookie.expires = now + maxAge;
  // As own properties, whatever they are called.
  cookie.rest = Object.fromEntries(rest);
  return cookie;
}

const STANDARD: ReadonlySet<string> = new Set([
  'comment',
  'commenturl',
  'discard',
  'domain',
  'expires',
  'path',
  'port',
  'secure',
  'version',
]);

/** Takes over one standard attribute, unless it came before; false when it spoils the whole line. */
function readStandard(cookie: SetCookie, attribute: string, text: string | null): boolean {
  switch (attribute) {
    case 'secure':
    case 'discard':
      cookie[attribute] = true;
      return true;
    case 'expires': {
      const expires = text === null || cookie.expires !== undefined ? null : parseExpires(text);
      if (expires !== null) cookie.expires = expires;
      return true;
    }
    case 'version': {
      const version = parseInteger(text === null ? null : unquote(text));
      if (version !== null) cookie.version ??= version;
      return version !== null || cookie.version !== undefined;
    }
    case 'domain':
      if (text !== null) cookie.domain ??= text.toLowerCase();
      return cookie.domain !== undefined;
    case 'path':
      if (text !== null) cookie.path ??= text;
      return cookie.path !== undefined;
    case 'port':
    case 'comment':
      if (cookie[attribute] === undefined) cookie[attribute] = text;
      return true;
    default:
      if (cookie.comment_url === undefined) cookie.comment_url = text;
      return true;
  }
}

/** Splits at the first equals sign; the second part is null when there is none. */
function partition(text: string): [key: string, value: string | null] {
  const sign = text.indexOf('=');
  return sign === -1 ? [text.trim(), null] : [text.slice(0, sign).trim(), text.slice(sign + 1).trim()];
}

function parseInteger(text: string | null): number | null {
  return text !== null && /^[+-]?\d+$/.test(text) ? Number(text) : null;
}
