import { typeName } from '../../../builtins/index.js';
import type { Stage } from './body-iterator.js';

/** What text and bytes are taken apart and put together with. */
interface Pieces<T extends Buffer | string> {
  readonly empty: T;
  readonly slice: (whole: T, start: number, end?: number) => T;
  readonly join: (parts: T[]) => T;
}

const TEXT: Pieces<string> = {
  empty: '',
  slice: (whole, start, end) => whole.slice(start, end),
  join: (parts) => parts.join(''),
};

const BYTES: Pieces<Buffer> = {
  empty: Buffer.alloc(0),
  slice: (whole, start, end) => whole.subarray(start, end),
  join: (parts) => (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)),
};

/**
 * Splits a body at a delimiter as Python's `split` splits the whole of it: after a delimiter at the end comes an empty
 * item. Python's `iter_lines` gives one wherever a piece happens to end in the delimiter, too.
 */
export class DelimiterSplitter implements Stage<Buffer | string, Buffer | string> {
  readonly #text: Splitter<string> | null;
  readonly #bytes: Splitter<Buffer> | null;
  readonly #delimiter: string | Uint8Array;

  constructor(delimiter: string | Uint8Array) {
    this.#delimiter = delimiter;
    this.#text = typeof delimiter === 'string' ? new Splitter(TEXT, delimiter) : null;
    this.#bytes = typeof delimiter === 'string' ? null : new Splitter(BYTES, Buffer.from(delimiter));
  }

  push(piece: Buffer | string): readonly (Buffer | string)[] {
    if (piece.length === 0) return [];
    const items = typeof piece === 'string' ? this.#text?.push(piece) : this.#bytes?.push(piece);
    if (items !== undefined) return items;
    const wanted = typeof piece === 'string' ? 'text' : 'bytes';
    throw new TypeError(`the delimiter must be ${wanted} as the body is, not ${typeName(this.#delimiter)}`);
  }

  end(): readonly (Buffer | string)[] {
    return this.#text?.end() ?? this.#bytes?.end() ?? [];
  }
}

/** Looks at each byte or character once, however many pieces an item is made of. */
class Splitter<T extends Buffer | string> {
  readonly #ops: Pieces<T>;
  readonly #delimiter: T;
  /** The beginning of the current item, without a delimiter; null before the first piece. */
  #parts: T[] | null = null;
  /** Its end, where a delimiter may have begun. */
  #tail: T;

  constructor(ops: Pieces<T>, delimiter: T) {
    this.#ops = ops;
    this.#delimiter = delimiter;
    this.#tail = ops.empty;
  }

  push(piece: T): T[] {
    const { slice, join } = this.#ops;
    const delimiter = this.#delimiter;
    const data = this.#tail.length === 0 ? piece : join([this.#tail, piece]);
    const items: T[] = [];
    let parts = this.#parts ?? [];
    let start = 0;
    for (;;) {
      const end = data.indexOf(delimiter as string, start);
      if (end === -1) break;
      items.push(join([...parts, slice(data, start, end)]));
      parts = [];
      start = end + delimiter.length;
    }
    const kept = Math.max(start, data.length - delimiter.length + 1);
    if (kept > start) parts.push(slice(data, start, kept));
    this.#parts = parts;
    this.#tail = slice(data, kept);
    return items;
  }

  end(): T[] {
    return this.#parts === null ? [] : [this.#ops.join([...this.#parts, this.#tail])];
  }
}
