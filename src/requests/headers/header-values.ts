/** Header values that are lists: challenges, cache directives, links. */
import { checkOptions } from '../../builtins/index.js';
import { strip, stripChars } from '../urls/python-text.js';

/** The elements of a comma-separated list as written, quotes included; commas inside double quotes do not count. */
function splitList(value: string): string[] {
  const items: string[] = [];
  let item = '';
  let quoted = false;
  for (let index = 0; index < value.length; index++) {
    const char = value.charAt(index);
    if (quoted && char === '\\') {
      index++;
      item += value.charAt(index);
    } else if (char === ',' && !quoted) {
      items.push(item);
      item = '';
    } else {
      if (char === '"') quoted = !quoted;
      item += char;
    }
  }
  if (item !== '') items.push(item);
  return items.map(strip);
}

/** A comma list as an array: `token, "a, b"` is `token` and `a, b`. */
export function parse_list_header(value: string): string[] {
  return splitList(value).map(unquoteIfQuoted);
}

/**
 * A comma list of `key=value` as an object; a key without `=` is null. The object has no prototype, so that a server may
 * send any key.
 */
export function parse_dict_header(value: string): Record<string, string | null> {
  const result = Object.create(null) as Record<string, string | null>;
  for (const item of splitList(value)) {
    const equals = item.indexOf('=');
    if (equals === -1) result[item] = null;
    else result[item.slice(0, equals)] = unquoteIfQuoted(item.slice(equals + 1));
  }
  return result;
}

/** A single `"` begins and ends with one, and is empty without it. */
function unquoteIfQuoted(value: string): string {
  return value.startsWith('"') && value.endsWith('"') ? unquote_header_value(value.slice(1, -1)) : value;
}

/**
 * Takes the double quotes off a value and the backslashes from what they escape, as browsers do, unlike the RFC.
 * `is_filename` (by position or by name) leaves a UNC path (`"\\server\file"`) its backslashes.
 */
export function unquote_header_value(
  value: string,
  is_filename?: boolean | { is_filename?: boolean | undefined },
): string;
/** Null for null, as in Python. */
export function unquote_header_value(
  value: string | null | undefined,
  is_filename?: boolean | { is_filename?: boolean | undefined },
): string | null;
export function unquote_header_value(
  value: string | null | undefined,
  is_filename: boolean | { is_filename?: boolean | undefined } = false,
): string | null {
  if (value === null || value === undefined) return null;
  if (!value.startsWith('"') || !value.endsWith('"')) return value;
  if (typeof is_filename === 'object') checkOptions('unquote_header_value()', is_filename, ['is_filename']);
  const inner = value.slice(1, -1);
  const isFilename = typeof is_filename === 'boolean' ? is_filename : is_filename.is_filename === true;
  if (isFilename && inner.startsWith('\\\\')) return inner;
  return inner.replaceAll('\\\\', '\\').replaceAll('\\"', '"');
}

/** One link of a `Link` header: its target and its parameters (`rel`, `type`, …) as they are spelled. */
export interface HeaderLink {
  /** The target, as written. */
  url: string;
  [parameter: string]: string;
}

const QUOTES = ` '"`;

/**
 * The links of a `Link` header. A comma ends a link only before `<`; a parameter with no `=` or with two ends the link's
 * parameters, as in Python.
 */
export function parse_header_links(value: string): HeaderLink[] {
  const text = stripChars(value, QUOTES);
  return text === '' ? [] : text.split(/, *</).map(parseLink);
}

function parseLink(text: string): HeaderLink {
  const semicolon = text.indexOf(';');
  const target = semicolon === -1 ? text : text.slice(0, semicolon);
  // Without a prototype, as a server may name a parameter `__proto__`.
  const link = Object.assign(Object.create(null) as HeaderLink, { url: stripChars(target, `<>${QUOTES}`) });
  if (semicolon === -1) return link;
  for (const parameter of text.slice(semicolon + 1).split(';')) {
    const [key = '', value, ...more] = parameter.split('=');
    if (value === undefined || more.length > 0) break;
    link[stripChars(key, QUOTES)] = stripChars(value, QUOTES);
  }
  return link;
}
