/** Python's view of text and bytes, for the rest of this folder. */
import { types } from 'node:util';
import { repr, UnicodeDecodeError } from '../../builtins/index.js';

/** Bytes in any of Node's forms. */
export type Bytes = Uint8Array | ArrayBuffer;

/** Whether `value` is bytes in one of the forms that Node hands out. */
export function isBytes(value: unknown): value is Bytes {
  return types.isUint8Array(value) || types.isArrayBuffer(value);
}

/** A Buffer over the same memory. */
export function toBuffer(bytes: Bytes): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  if (types.isArrayBuffer(bytes)) return Buffer.from(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Text as it is, bytes as latin-1, by which header text arrives as it is. */
export function latin1(value: string | Bytes): string {
  return isBytes(value) ? toBuffer(value).toString('latin1') : value;
}

/** Text as it is, bytes as ASCII. Throws UnicodeDecodeError for bytes beyond ASCII. */
export function to_native_string(value: string | Bytes): string {
  if (typeof value === 'string') return value;
  const buffer = toBuffer(value);
  const position = buffer.findIndex((byte) => byte > 0x7f);
  if (position !== -1) {
    throw new UnicodeDecodeError(
      `'ascii' codec can't decode byte 0x${(buffer[position] ?? 0).toString(16)} in position ${position}: ordinal not in range(128)`,
    );
  }
  return buffer.toString('latin1');
}

/** Bytes decoded as UTF-8. Throws UnicodeDecodeError where they are not. */
export function decodeUtf8(bytes: Bytes): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new UnicodeDecodeError("'utf-8' codec can't decode the bytes", { cause: error });
  }
}

/** What `str.isspace()` accepts; it differs from JavaScript's `\s` in the control characters and in U+FEFF. */
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function isSpaceAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code > 0x20 && code < 0x80 ? false : SPACE.test(text.charAt(index));
}

/** Python's `str.lstrip()`. */
export function stripStart(text: string): string {
  let start = 0;
  while (start < text.length && isSpaceAt(text, start)) start++;
  return start === 0 ? text : text.slice(start);
}

/** Python's `str.strip()`. */
export function strip(text: string): string {
  let end = text.length;
  while (end > 0 && isSpaceAt(text, end - 1)) end--;
  return stripStart(text.slice(0, end));
}

/** Python's `str.strip(chars)`. */
export function stripChars(text: string, chars: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && chars.includes(text.charAt(start))) start++;
  while (end > start && chars.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Python's `text.partition(mark)`. */
export function partition(text: string, mark: string): [before: string, found: boolean, after: string] {
  const index = text.indexOf(mark);
  return index === -1 ? [text, false, ''] : [text.slice(0, index), true, text.slice(index + mark.length)];
}

/** Python's `text.rpartition(mark)`. */
export function partitionLast(text: string, mark: string): [before: string, found: boolean, after: string] {
  const index = text.lastIndexOf(mark);
  return index === -1 ? ['', false, text] : [text.slice(0, index), true, text.slice(index + mark.length)];
}

/**
 * Python's `str()` of a value in a query or a form: `True`, `1e-07`, `nan`. In JavaScript 1 and 1.0 are the same, so a
 * number without a fraction is written as an integer. Throws TypeError for functions and symbols.
 */
export function pythonText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return numberText(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return value.toString();
    case 'undefined':
      return 'None';
    case 'object':
      if (value === null || Array.isArray(value)) return repr(value);
      // A caller's own class has its toString, as in Python its __str__.
      // eslint-disable-next-line @typescript-eslint/no-base-to-string -- an object without one is shown as it is
      return String(value);
    default:
      throw new TypeError(`cannot encode a ${typeof value}`);
  }
}

/** Python writes an exponent below 1e-4, with two digits at least. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const small = value !== 0 && Math.abs(value) < 1e-4;
  return (small ? value.toExponential() : String(value)).replace(/e([+-])(\d)$/, 'e$10$2');
}
