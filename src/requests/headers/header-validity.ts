/** What a header may contain (spec 1.11). */
import { types } from 'node:util';
import { checkPairs, repr, typeName } from '../../builtins/index.js';
import { InvalidHeader } from '../exceptions/requests.js';
import { isBytes, latin1, toBuffer } from '../urls/python-text.js';

const SPACE = String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;
const NAME = new RegExp(`^[^:${SPACE}][^:\\r\\n]*$`);
const VALUE = new RegExp(`^(?:[^${SPACE}][^\\r\\n]*)?$`);
/** Bytes are looked at as Latin-1, in which Python counts ASCII's white space only. */
const BYTES_NAME = /^[^:\t-\r\x20][^:\r\n]*$/;
const BYTES_VALUE = /^(?:[^\t-\r\x20][^\r\n]*)?$/;

/** Headers whose values stay out of messages. */
const SECRET = /^\s*(?:(?:proxy-)?authorization|cookie)\s*$/i;

/** @throws TypeError for headers that are a list of lines */
export function checkNoLines(headers: unknown): void {
  checkPairs('headers', headers, "an object of names and values: { 'X-Name': 'value' }");
}

/**
 * Throws InvalidHeader unless name and value are text or bytes without leading white space and line ends, and the name
 * is not empty and has no colon. Numbers are refused, as in Python: they are not turned into text.
 */
export function check_header_validity(header: readonly [name: unknown, value: unknown]): void {
  const name = header[0];
  const value = header[1];
  if (typeof name === 'string' ? !NAME.test(name) : !bytesMatch(BYTES_NAME, name))
    complain(header, name, 'name');
  if (typeof value === 'string' ? !VALUE.test(value) : !bytesMatch(BYTES_VALUE, value))
    complain(header, value, 'value');
}

function bytesMatch(pattern: RegExp, part: unknown): boolean {
  return isBytes(part) && pattern.test(latin1(part));
}

function complain([name, value]: readonly [unknown, unknown], part: unknown, kind: 'name' | 'value'): never {
  const isSecret = (typeof name === 'string' || isBytes(name)) && SECRET.test(latin1(name));
  const shownValue = isSecret ? "'***'" : shown(value);
  const shownPart = kind === 'name' ? shown(name) : shownValue;
  if (typeof part !== 'string' && !isBytes(part)) {
    throw new InvalidHeader(
      `Header part (${shownPart}) from (${shown(name)}, ${shownValue}) must be of type str or bytes, ` +
        `not <class '${pythonTypeName(part)}'>${textHint(part)}`,
    );
  }
  throw new InvalidHeader(
    `Invalid leading whitespace, reserved character(s), or return character(s) in header ${kind}: ${shownPart}`,
  );
}

/** How to write as text what a header cannot contain. */
function textHint(part: unknown): string {
  if (Array.isArray(part)) return "; make it text: values.join(', ')";
  if (types.isDate(part)) return '; make it text: date.toUTCString()';
  return part === undefined || typeof part === 'object' ? '' : '; make it text: String(value)';
}

function shown(part: unknown): string {
  return repr(isBytes(part) ? toBuffer(part) : part);
}

/** The name that Python has for the type of a value that is neither text nor bytes. */
function pythonTypeName(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'boolean':
      return 'bool';
    case 'object': {
      const name = typeName(value);
      return name === 'Object' || name === 'object' ? 'dict' : name;
    }
    default:
      return typeof value;
  }
}
