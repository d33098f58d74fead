import { iconv } from '#packages';
import { LookupError, repr } from '../../../builtins/index.js';
import { PYTHON_CODECS, SINGLE_BYTE_TABLES } from './python-charsets.js';
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

const LATIN1 = stateless((bytes) => bytes.toString('latin1'));
const UTF8: Codec = { decode: (bytes) => bytes.toString('utf8'), decoder: () => utf8Decoder(false) };

/** What each of Python's codecs is here, where iconv-lite and {@link SINGLE_BYTE_TABLES} do not have it. */
function builtInCodecs(): Readonly<Record<string, Codec>> {
  return {
    utf_8: UTF8,
    utf_8_sig: stateful(() => utf8Decoder(true)),
    latin_1: LATIN1,
    iso8859_1: LATIN1,
    charmap: LATIN1,
    ascii: stateless(decodeAscii),
    utf_16: stateful(() => new Utf16Decoder(null)),
    utf_16_le: stateful(() => new Utf16Decoder('le')),
    utf_16_be: stateful(() => new Utf16Decoder('be')),
    utf_32: stateful(() => new Utf32Decoder(null)),
    utf_32_le: stateful(() => new Utf32Decoder('le')),
    utf_32_be: stateful(() => new Utf32Decoder('be')),
    iso2022_jp: stateful(() => webDecoder('iso-2022-jp')),
  };
}

/** Python's codecs that are decoded nowhere here. */
const UNDECODED: ReadonlySet<string> = new Set([
  ...['euc_jis_2004', 'euc_jisx0213', 'shift_jis_2004', 'shift_jisx0213', 'johab', 'hz', 'iso2022_kr'],
  ...['iso2022_jp_1', 'iso2022_jp_2', 'iso2022_jp_2004', 'iso2022_jp_3', 'iso2022_jp_ext'],
  ...['idna', 'punycode', 'raw_unicode_escape', 'unicode_escape', 'undefined'],
]);

/** Python's codecs by their names and aliases, normalized. Made for the first charset other than UTF-8. */
let codecNames: ReadonlyMap<string, string> | undefined;
let builtIn: Readonly<Record<string, Codec>> | undefined;

const found = new Map<string, Codec>([['utf-8', UTF8]]);

/** The text of `bytes`, errors replaced. Throws LookupError for a name that is no charset's, or one that cannot be decoded. */
export function decodeText(bytes: Buffer, encoding: string): string {
  return lookup(encoding).decode(bytes);
}

/**
 * The same, but as Python's `response.text` has it: a name that is no charset's counts as UTF-8. Throws LookupError for a
 * charset that Python decodes and this package does not, as any guess would be wrong.
 */
export function decodeTextLeniently(bytes: Buffer, encoding: string): string {
  return (find(encoding) ?? UTF8).decode(bytes);
}

/** Decodes text that comes in pieces. Throws LookupError as {@link decodeText}. */
export function incrementalDecoder(encoding: string): IncrementalDecoder {
  return lookup(encoding).decoder();
}

function lookup(encoding: string): Codec {
  const codec = find(encoding);
  if (codec === null)
    throw new LookupError(`unknown encoding: ${/^\S+$/.test(encoding) ? encoding : repr(encoding)}`);
  return codec;
}

/** The charset of this name in Python, else null. Throws LookupError when it cannot be decoded here. */
function find(encoding: string): Codec | null {
  let codec = found.get(encoding);
  if (codec === undefined) {
    const name = codecName(encoding);
    if (name === null) return null;
    if (UNDECODED.has(name)) {
      throw new LookupError(`the encoding ${repr(encoding)} is known to Python, but cannot be decoded here`);
    }
    codec = codecOf(name);
    // Servers choose the names: only those that mean something may stay.
    if (encoding.length <= MAX_REMEMBERED_LENGTH && found.size < MAX_REMEMBERED) found.set(encoding, codec);
  }
  return codec;
}

const MAX_REMEMBERED = 256;
const MAX_REMEMBERED_LENGTH = 40;

/** Python's name of the codec; null if it is unknown to Python. */
function codecName(encoding: string): string | null {
  codecNames ??= new Map(
    Object.entries(PYTHON_CODECS).flatMap(([name, aliases]) =>
      `${name} ${aliases}`
        .trimEnd()
        .split(' ')
        .map((alias) => [alias, name] as const),
    ),
  );
  const normal = normalize(encoding);
  return codecNames.get(normal) ?? codecNames.get(normal.replaceAll('.', '_')) ?? null;
}

/** As Python compares the names of codecs: small letters, runs of what is neither letter nor digit as one underscore. */
function normalize(encoding: string): string {
  return encoding
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '_')
    .replace(/^_|_$/g, '');
}

function codecOf(name: string): Codec {
  builtIn ??= builtInCodecs();
  if (Object.hasOwn(builtIn, name)) return builtIn[name] as Codec;
  const table = SINGLE_BYTE_TABLES[name];
  if (table !== undefined) return singleByteCodec(table);
  const bare = name.replaceAll('_', '');
  return {
    decode: (bytes) => iconv().decode(bytes, bare, KEEP_MARK),
    decoder: () => tableDecoder(bare),
  };
}

/** `table`: the characters of all bytes, or of the upper 128. */
function singleByteCodec(table: string): Codec {
  const lower = 256 - table.length;
  const units = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte++) units[byte] = byte < lower ? byte : table.charCodeAt(byte - lower);
  return stateless((bytes) => {
    const text = Buffer.allocUnsafe(bytes.length * 2);
    for (let i = 0; i < bytes.length; i++) text.writeUInt16LE(units[bytes[i] as number] as number, i * 2);
    return text.toString('utf16le');
  });
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
