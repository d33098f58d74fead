/** Charsets: what Python's codecs give for the same bytes, whole and in pieces. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LookupError } from '../../src/builtins/index.js';
import {
  decodeText,
  decodeTextLeniently,
  incrementalDecoder,
} from '../../src/requests/bodies/text/charsets.js';

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

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
/** What Python decodes and this package does not, as docs/porting/differences.md lists it. */
const UNDECODED = [
  ...[
    'euc_jis_2004',
    'euc_jisx0213',
    'hz',
    'iso2022_jp_1',
    'iso2022_jp_2',
    'iso2022_jp_2004',
    'iso2022_jp_3',
  ],
  ...['iso2022_jp_ext', 'iso2022_kr', 'johab', 'shift_jis_2004', 'shift_jisx0213'],
  ...['idna', 'punycode', 'raw_unicode_escape', 'undefined', 'unicode_escape'],
];

describe('names', () => {
  it.each([
    ['cp037', 'c8859393964b', 'Hello.'],
    ['IBM500', 'c8854f', 'He!'],
    ['ebcdic-cp-us', 'c885', 'He'],
    ['cp1140', '9f', '€'],
    ['mac_latin2', '81', 'Ā'],
    ['macCentralEurope', '81', 'Ā'],
    ['kz-1048', '8d', 'Қ'],
    ['TIS-620', 'a1', 'ก'],
    ['cp1051', 'a1', 'À'],
    ['iso_8859_2:1987', 'b1', 'ą'],
    ['eucgb2312-cn', 'b0a1', '啊'],
  ])('1.12: %s is decoded as Python does', (encoding, hex, text) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(decodeText(bytes, encoding)).toBe(text);
    expect(inPieces(bytes, encoding)).toBe(text);
  });

  it('1.12: a name that Python does not know is a LookupError, and UTF-8 to `response.text`', () => {
    for (const name of ['x-sjis', 'windows1251', 'utf8mb4', 'base64', 'u t f-8', 'é', '', '-', '__proto__']) {
      expect(() => decodeText(Buffer.from('a'), name), name).toThrow(LookupError);
      expect(decodeTextLeniently(Buffer.from('é'), name), name).toBe('é');
    }
    expect(decodeText(Buffer.from('é'), ' UTF--8é')).toBe('é');
  });

  it.each(UNDECODED)('1.12: %s, which Python decodes, is never guessed', (name) => {
    const message = `the encoding '${name}' is known to Python, but cannot be decoded here`;
    expect(() => decodeTextLeniently(Buffer.from('a'), name)).toThrow(new LookupError(message));
    expect(() => incrementalDecoder(name)).toThrow(new LookupError(message));
  });
});

const python = spawnSync('python3', [fileURLToPath(new URL('charsets-python.py', import.meta.url))], {
  encoding: 'utf8',
});

it.skipIf(python.status !== 0)('1.12: every name and every byte is the same as in the Python at hand', () => {
  // False: an alias that Python itself does not find; null: not a single-byte charset.
  const names = JSON.parse(python.stdout) as Record<string, string | null | false>;
  expect(Object.keys(names).length).toBeGreaterThan(300);
  for (const [name, text] of Object.entries(names)) {
    if (text === false) expect(() => decodeText(EVERY_BYTE, name), name).toThrow(LookupError);
    else if (text !== null) {
      expect(decodeText(EVERY_BYTE, name), name).toBe(text);
      expect(inPieces(EVERY_BYTE, name), name).toBe(text);
    } else if (!UNDECODED.includes(name)) {
      try {
        expect(decodeText(Buffer.from('a'), name), name).toBeTypeOf('string');
      } catch (error) {
        // An alias of one of those that are not decoded.
        expect((error as Error).message).toContain('is known to Python');
      }
    }
  }
});
