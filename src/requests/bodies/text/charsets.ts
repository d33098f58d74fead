import type * as IconvLite from 'iconv-lite';
import { lazyRequire, LookupError, repr } from '../../../builtins/index.js';
import {
  decodeAscii,
  type IncrementalDecoder,
  Utf16Decoder,
  Utf32Decoder,
  utf8Decoder,
  webDecoder,
} from './unicode-decoder.js';

/** A charset: how to decode a whole text, and one that comes in pieces. */
interface Codec {
  decode(bytes: Buffer): string;
  decoder(): IncrementalDecoder;
}

const iconv = lazyRequire<typeof IconvLite>((require) => require('iconv-lite') as typeof IconvLite);

const LATIN1 = stateless((bytes) => bytes.toString('latin1'));
const ASCII = stateless(decodeAscii);
const UTF8: Codec = { decode: (bytes) => bytes.toString('utf8'), decoder: () => utf8Decoder(false) };

/** Python's names, in the form of {@link normalize}, of the charsets that need no tables. */
function builtInCodecs(): Readonly<Record<string, Codec>> {
  return Object.assign(Object.create(null) as Record<string, Codec>, {
    ...named(UTF8, 'utf_8 utf8 u8 utf utf8_ucs2 utf8_ucs4 cp65001'),
    ...named(
      stateful(() => utf8Decoder(true)),
      'utf_8_sig',
    ),
    ...named(
      LATIN1,
      'latin_1 latin1 latin l1 iso8859 8859 cp819 ibm819 iso_8859_1 iso8859_1 iso_8859_1_1987',
    ),
    ...named(LATIN1, 'iso_ir_100 csisolatin1'),
    ...named(
      ASCII,
      'ascii us_ascii us 646 iso646_us iso_646.irv_1991 iso_ir_6 ansi_x3.4_1968 ansi_x3_4_1968',
    ),
    ...named(ASCII, 'ansi_x3.4_1986 cp367 ibm367 csascii'),
    ...named(
      stateful(() => new Utf16Decoder(null)),
      'utf_16 utf16 u16',
    ),
    ...named(
      stateful(() => new Utf16Decoder('le')),
      'utf_16_le utf_16le unicodelittleunmarked',
    ),
    ...named(
      stateful(() => new Utf16Decoder('be')),
      'utf_16_be utf_16be unicodebigunmarked',
    ),
    ...named(
      stateful(() => new Utf32Decoder(null)),
      'utf_32 utf32 u32',
    ),
    ...named(
      stateful(() => new Utf32Decoder('le')),
      'utf_32_le utf_32le',
    ),
    ...named(
      stateful(() => new Utf32Decoder('be')),
      'utf_32_be utf_32be',
    ),
    ...named(
      stateful(() => webDecoder('iso-2022-jp')),
      'iso2022_jp iso_2022_jp csiso2022jp iso2022jp',
    ),
  });
}

/** Made for the first charset other than UTF-8. */
let builtIn: Readonly<Record<string, Codec>> | undefined;

/** Python's names of charsets that have another in iconv-lite. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  ujis: 'euc-jp',
  u_jis: 'euc-jp',
  uhc: 'cp949',
  ksx1001: 'euc-kr',
  ks_x_1001: 'euc-kr',
  x_mac_japanese: 'shift_jis',
  x_mac_korean: 'euc-kr',
  x_mac_simp_chinese: 'gb2312',
  x_mac_trad_chinese: 'big5',
  big5_tw: 'big5',
  hkscs: 'big5-hkscs',
  gb18030_2000: 'gb18030',
  ruscii: 'cp1125',
  cp866u: 'cp1125',
  cp_is: 'cp861',
  u7: 'utf-7',
};

/** What iconv-lite offers beside charsets: not encodings of text to Python. */
const NOT_CHARSETS = new Set(['base64', 'hex', 'binary', 'internal', 'ucs2', 'utf7imap', 'cesu8']);

const found = new Map<string, Codec | null>([['utf-8', UTF8]]);

/** The text of `bytes`, errors replaced. Throws LookupError for a name that is no charset's. */
export function decodeText(bytes: Buffer, encoding: string): string {
  return lookup(encoding).decode(bytes);
}

/** Decodes text that comes in pieces. Throws LookupError for a name that is no charset's. */
export function incrementalDecoder(encoding: string): IncrementalDecoder {
  return lookup(encoding).decoder();
}

function lookup(encoding: string): Codec {
  let codec = found.get(encoding);
  if (codec === undefined) {
    builtIn ??= builtInCodecs();
    codec = builtIn[normalize(encoding)] ?? tableCodec(encoding);
    // Servers choose the names: only those that mean something may stay.
    if (codec !== null) found.set(encoding, codec);
  }
  if (codec === null)
    throw new LookupError(`unknown encoding: ${/^\S+$/.test(encoding) ? encoding : repr(encoding)}`);
  return codec;
}

/** As Python compares the names of codecs: small letters, runs of what is neither letter nor digit as one underscore. */
function normalize(encoding: string): string {
  return encoding
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '_')
    .replace(/^_|_$/g, '');
}

function tableCodec(encoding: string): Codec | null {
  const normal = normalize(encoding);
  const name = Object.hasOwn(OTHER_NAMES, normal) ? (OTHER_NAMES[normal] as string) : encoding;
  // iconv-lite drops everything else from a name, and so would read `base-64` as `base64`.
  const bare = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (bare === '' || NOT_CHARSETS.has(bare) || !iconv().encodingExists(bare)) return null;
  return {
    decode: (bytes) => iconv().decode(bytes, bare, KEEP_MARK),
    decoder: () => tableDecoder(bare),
  };
}

/** The mark stays: it is a character, as in Python. */
const KEEP_MARK = { stripBOM: false };

function tableDecoder(name: string): IncrementalDecoder {
  if (name.startsWith('utf7')) return new Utf7Decoder();
  if (!isSingleByte(name)) return new MultiByteDecoder(name);
  const decoder = iconv().getDecoder(name, KEEP_MARK);
  return { write: (bytes) => decoder.write(bytes), end: () => '' };
}

function isSingleByte(name: string): boolean {
  const everyByte = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]));
  return everyByte.every((byte) => iconv().getDecoder(name, KEEP_MARK).write(byte).length === 1);
}

/**
 * A charset of characters of several bytes. iconv-lite's decoder for pieces loses text after an error on a piece's edge;
 * this one is only given what begins with a character.
 */
class MultiByteDecoder implements IncrementalDecoder {
  readonly #name: string;
  #pending: Buffer = Buffer.alloc(0);

  constructor(name: string) {
    this.#name = name;
  }

  write(bytes: Buffer): string {
    const data = Buffer.concat([this.#pending, bytes]);
    const decoder = iconv().getDecoder(this.#name, KEEP_MARK);
    const text = decoder.write(data);
    // Of a character that has only begun each byte counts as one.
    const incomplete = decoder.end()?.length ?? 0;
    this.#pending = data.subarray(data.length - incomplete);
    return text;
  }

  end(): string {
    const pending = this.#pending;
    this.#pending = Buffer.alloc(0);
    return iconv().decode(pending, this.#name, KEEP_MARK);
  }
}

/** UTF-7, of which iconv-lite decodes only what is there as a whole: a run of shifted characters is kept until it ends. */
class Utf7Decoder implements IncrementalDecoder {
  #pending: Buffer = Buffer.alloc(0);

  write(bytes: Buffer): string {
    const data = Buffer.concat([this.#pending, bytes]);
    const run = /\+[A-Za-z0-9+/]*$/.exec(data.toString('latin1'));
    const end = run?.index ?? data.length;
    this.#pending = data.subarray(end);
    return iconv().decode(data.subarray(0, end), 'utf7', KEEP_MARK);
  }

  end(): string {
    const pending = this.#pending;
    this.#pending = Buffer.alloc(0);
    return iconv().decode(pending, 'utf7', KEEP_MARK);
  }
}

function named(codec: Codec, names: string): Record<string, Codec> {
  return Object.fromEntries(names.split(' ').map((name) => [name, codec]));
}

/** A charset in which every byte is a character. */
function stateless(decode: (bytes: Buffer) => string): Codec {
  return { decode, decoder: () => ({ write: decode, end: () => '' }) };
}

/** A charset that is decoded as a whole by the decoder for pieces. */
function stateful(create: () => IncrementalDecoder): Codec {
  return {
    decode: (bytes) => {
      const decoder = create();
      return decoder.write(bytes) + decoder.end();
    },
    decoder: create,
  };
}
