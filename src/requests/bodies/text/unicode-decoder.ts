import { isUtf8 } from 'node:buffer';

/** Decodes text that comes in pieces; what cannot be decoded becomes U+FFFD. */
export interface IncrementalDecoder {
  /** The text of `bytes`, as far as it is complete. */
  write(bytes: Buffer): string;
  /** What was left incomplete. */
  end(): string;
}

const REPLACEMENT = '\uFFFD';

/** UTF-8; `signature` takes a byte order mark off the start. */
export function utf8Decoder(signature: boolean): IncrementalDecoder {
  return webDecoder('utf-8', signature);
}

/** An encoding of the WHATWG's; `signature` takes a byte order mark off the start. */
export function webDecoder(label: string, signature = false): IncrementalDecoder {
  const decoder = new TextDecoder(label, { ignoreBOM: !signature });
  return {
    write: (bytes) => decoder.decode(bytes, { stream: true }),
    end: () => decoder.decode(),
  };
}

/** ASCII: every byte beyond it is an error. */
export function decodeAscii(bytes: Buffer): string {
  const text = bytes.toString('latin1');

  return text.replace(/[^\x00-\x7f]/g, REPLACEMENT);
}

export type ByteOrder = 'le' | 'be';

/** What UTF-16 and UTF-32 share: the byte order mark, and units that are split between pieces. */
abstract class WideDecoder implements IncrementalDecoder {
  /** Whether anything had to be replaced. */
  malformed = false;
  protected abstract readonly unit: 2 | 4;
  #order: ByteOrder | null;
  #pending: Buffer = Buffer.alloc(0);

  /** `order`: null reads it from the byte order mark, which is then taken off; without one it is little-endian. */
  constructor(order: ByteOrder | null) {
    this.#order = order;
  }

  write(bytes: Buffer): string {
    let data = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    if (this.#order === null) {
      if (data.length < this.unit) {
        this.#pending = Buffer.from(data);
        return '';
      }
      const [order, length] = this.#mark(data);
      this.#order = order;
      data = data.subarray(length);
    }
    let usable = data.length - (data.length % this.unit);
    usable -= this.heldBack(data.subarray(0, usable), this.#order);
    // A copy, as the caller's buffer may be used for the next piece.
    this.#pending = Buffer.from(data.subarray(usable));
    return this.decodeUnits(data.subarray(0, usable), this.#order);
  }

  end(): string {
    const incomplete = this.#pending.length > 0;
    this.#pending = Buffer.alloc(0);
    if (incomplete) this.malformed = true;
    return incomplete ? REPLACEMENT : '';
  }

  #mark(data: Buffer): [order: ByteOrder, length: number] {
    const wide = this.unit === 4;
    if (data[0] === 0xff && data[1] === 0xfe && (!wide || data.readUInt16LE(2) === 0))
      return ['le', this.unit];
    const at = this.unit - 2;
    if (data[at] === 0xfe && data[at + 1] === 0xff && (!wide || data.readUInt16LE(0) === 0)) {
      return ['be', this.unit];
    }
    return ['le', 0];
  }

  /** How many bytes at the end of `data` must wait for what follows. */
  protected abstract heldBack(data: Buffer, order: ByteOrder): number;
  protected abstract decodeUnits(data: Buffer, order: ByteOrder): string;
}

/** UTF-16; half a surrogate pair is an error. */
export class Utf16Decoder extends WideDecoder {
  protected readonly unit = 2;

  protected override heldBack(data: Buffer, order: ByteOrder): number {
    if (data.length === 0) return 0;
    const last = data[data.length - (order === 'le' ? 1 : 2)] as number;
    return (last & 0xfc) === 0xd8 ? 2 : 0;
  }

  protected override decodeUnits(data: Buffer, order: ByteOrder): string {
    const units = order === 'le' ? data : Buffer.from(data).swap16();
    const text = units.toString('utf16le');
    if (text.isWellFormed()) return text;
    this.malformed = true;
    return text.toWellFormed();
  }
}

/** UTF-32; surrogates and numbers beyond Unicode are errors. */
export class Utf32Decoder extends WideDecoder {
  protected readonly unit = 4;

  protected override heldBack(): number {
    return 0;
  }

  protected override decodeUnits(data: Buffer, order: ByteOrder): string {
    let text = '';
    for (let i = 0; i < data.length; i += 4) {
      const code = order === 'le' ? data.readUInt32LE(i) : data.readUInt32BE(i);
      const isCharacter = code <= 0x10ffff && (code < 0xd800 || code >= 0xe000);
      if (!isCharacter) this.malformed = true;
      text += isCharacter ? String.fromCodePoint(code) : REPLACEMENT;
    }
    return text;
  }
}

/** `bytes` as text of a Unicode encoding; null when there is anything in them that cannot be decoded. */
export function decodeUnicodeStrictly(bytes: Buffer, encoding: string): string | null {
  if (encoding.startsWith('utf-8')) {
    if (!isUtf8(bytes)) return null;
    return bytes.toString('utf8', encoding === 'utf-8-sig' && bytes[0] === 0xef ? 3 : 0);
  }
  const order = encoding.endsWith('-le') ? 'le' : encoding.endsWith('-be') ? 'be' : null;
  const decoder = encoding.startsWith('utf-16') ? new Utf16Decoder(order) : new Utf32Decoder(order);
  const text = decoder.write(bytes) + decoder.end();
  return decoder.malformed ? null : text;
}
