/** Charsets: what Python's codecs give for the same bytes, whole and in pieces. */
import { expect, it } from 'vitest';
import { decodeText, incrementalDecoder } from '../../src/requests/bodies/text/charsets.js';

/** Byte by byte, so that every character and escape is split. */
function inPieces(bytes: Buffer, encoding: string): string {
  const decoder = incrementalDecoder(encoding);
  const text = Array.from(bytes, (byte) => decoder.write(Buffer.of(byte))).join('');
  return text + decoder.end();
}

it.each([
  ['kanji', '1b24424a2c3e4f24221b2842', '分章あ'],
  ['the Roman set', '1b284a5c7e1b2842', '¥‾'],
  ['half-width katakana', '1b28493126321b284241', 'ｱｦｲA'],
  ['kanji that a line end closes', '1b244224220a1b284241', 'あ\nA'],
])('1.12: ISO-2022-JP: %s', (_what, hex, text) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(decodeText(bytes, 'iso-2022-jp')).toBe(text);
  expect(inPieces(bytes, 'csISO2022JP')).toBe(text);
});
