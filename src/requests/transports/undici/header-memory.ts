import { trimmed } from './response-head.js';

/** Names and values in turn, from the pieces that undici hands over. */
export function headerTexts(pieces: readonly Buffer[], encoding: 'latin1' | 'utf8'): readonly string[] {
  const texts: string[] = [];
  for (const piece of pieces) texts.push(trimmed(piece.toString(encoding)));
  return texts;
}

/**
 * The headers of the last response on a connection. Servers say mostly the same in all of them, but for the second that it is:
 * then they are not read again, and responses share them: two hundredths of the instructions of a small response.
 */
export class HeaderMemory {
  #text = '';
  #headers: readonly string[] = [];

  /** @param packet what the pieces are parts of; null when that is not known */
  read(pieces: readonly Buffer[], packet: Buffer | null): readonly string[] {
    const text = packet === null ? null : textBetween(pieces, packet);
    if (text === null) return headerTexts(pieces, 'latin1');
    if (text !== this.#text) {
      this.#headers = headerTexts(pieces, 'latin1');
      this.#text = text;
    }
    return this.#headers;
  }
}

/** The part of `packet` from the first piece to the last; null where they come from several packets. */
function textBetween(pieces: readonly Buffer[], packet: Buffer): string | null {
  const first = pieces[0];
  const last = pieces[pieces.length - 1];
  if (first === undefined || last === undefined) return null;
  if (first.buffer !== packet.buffer || last.buffer !== packet.buffer) return null;
  const start = first.byteOffset - packet.byteOffset;
  const end = last.byteOffset - packet.byteOffset + last.length;
  return start < 0 || end > packet.length ? null : packet.toString('latin1', start, end);
}
