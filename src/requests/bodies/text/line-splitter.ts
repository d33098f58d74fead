import type { Stage } from './body-iterator.js';

const LF = 0x0a;
const CR = 0x0d;

/** What ends a line of text to Python's `str.splitlines`. */

const TEXT_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

/**
 * Splits a body into lines as Python's `splitlines` splits the whole of it, however it is cut into pieces: a `\r\n` of which
 * the halves come apart is one line end, unlike in Python's `iter_lines`. A line is given as soon as its end has arrived.
 */
export class LineSplitter implements Stage<Buffer | string, Buffer | string> {
  #bytes: Buffer[] = [];
  #text = '';
  /** The last piece ended in `\r`: a `\n` at the start of the next one belongs to it. */
  #afterReturn = false;

  push(piece: Buffer | string): readonly (Buffer | string)[] {
    if (piece.length === 0) return [];
    return typeof piece === 'string' ? this.#splitText(piece) : this.#splitBytes(piece);
  }

  end(): readonly (Buffer | string)[] {
    const text = this.#text;
    const bytes = this.#bytes;
    this.#text = '';
    this.#bytes = [];
    if (text !== '') return [text];
    return bytes.length === 0 ? [] : [Buffer.concat(bytes)];
  }

  #splitText(piece: string): string[] {
    const lines: string[] = [];
    let start = this.#afterReturn && piece.startsWith('\n') ? 1 : 0;
    TEXT_END.lastIndex = start;
    for (let match = TEXT_END.exec(piece); match !== null; match = TEXT_END.exec(piece)) {
      lines.push(this.#text + piece.slice(start, match.index));
      this.#text = '';
      start = TEXT_END.lastIndex;
    }
    this.#text += piece.slice(start);
    this.#afterReturn = piece.endsWith('\r');
    return lines;
  }

  #splitBytes(piece: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = this.#afterReturn && piece[0] === LF ? 1 : 0;
    let lineFeed = piece.indexOf(LF, start);
    let carriageReturn = piece.indexOf(CR, start);
    while (lineFeed !== -1 || carriageReturn !== -1) {
      const end =
        lineFeed === -1 || (carriageReturn !== -1 && carriageReturn < lineFeed) ? carriageReturn : lineFeed;
      lines.push(this.#line(piece.subarray(start, end)));
      start = end === carriageReturn && lineFeed === end + 1 ? end + 2 : end + 1;
      if (lineFeed !== -1 && lineFeed < start) lineFeed = piece.indexOf(LF, start);
      if (carriageReturn !== -1 && carriageReturn < start) carriageReturn = piece.indexOf(CR, start);
    }
    if (start < piece.length) this.#bytes.push(piece.subarray(start));
    this.#afterReturn = piece.at(-1) === CR;
    return lines;
  }

  #line(tail: Buffer): Buffer {
    if (this.#bytes.length === 0) return tail;
    this.#bytes.push(tail);
    const line = Buffer.concat(this.#bytes);
    this.#bytes = [];
    return line;
  }
}

/** The lines of a body, each with the `\n` that ends it, as files are iterated over in Python. */
export async function* linesWithEnds(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let begun: Buffer[] = [];
  for await (const part of parts) {
    let start = 0;
    for (let end = part.indexOf(LF) + 1; end > 0; end = part.indexOf(LF, start) + 1) {
      yield Buffer.concat([...begun, part.subarray(start, end)]);
      begun = [];
      start = end;
    }
    if (start < part.length) begun.push(part.subarray(start));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}
