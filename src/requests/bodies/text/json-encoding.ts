import type { Bytes } from '../../inputs.js';
import { toBuffer } from '../../urls/python-text.js';

/** A Unicode encoding by Python's name. */
export type JsonEncoding =
  | 'utf-8'
  | 'utf-8-sig'
  | 'utf-16'
  | 'utf-16-be'
  | 'utf-16-le'
  | 'utf-32'
  | 'utf-32-be'
  | 'utf-32-le';

/** Byte order marks and their encodings; the longer ones first, as UTF-32's begins with UTF-16's. */
const MARKS: readonly (readonly [encoding: JsonEncoding, mark: readonly number[]])[] = [
  ['utf-32', [0xff, 0xfe, 0, 0]],
  ['utf-32', [0, 0, 0xfe, 0xff]],
  ['utf-8-sig', [0xef, 0xbb, 0xbf]],
  ['utf-16', [0xff, 0xfe]],
  ['utf-16', [0xfe, 0xff]],
];

/** Which of the first four bytes are zero (`0`) when the text begins with two ASCII characters, as that of JSON does. */
const ZEROS: Readonly<Record<string, JsonEncoding>> = {
  '0x0x': 'utf-16-be',
  '0x0': 'utf-16-be',
  x0x0: 'utf-16-le',
  '000x': 'utf-32-be',
  '000': 'utf-32-be',
  x000: 'utf-32-le',
};

/** The encoding of a JSON text by its byte order mark or its zero bytes; null when it is none of Unicode's. */
export function guess_json_utf(data: Bytes): JsonEncoding | null {
  const sample = toBuffer(data).subarray(0, 4);
  for (const [encoding, mark] of MARKS) {
    if (sample.length >= mark.length && mark.every((byte, index) => sample[index] === byte)) return encoding;
  }
  if (!sample.includes(0)) return 'utf-8';
  return ZEROS[Array.from(sample, (byte) => (byte === 0 ? '0' : 'x')).join('')] ?? null;
}
