import { checkOptions, typeName } from '../../../builtins/index.js';
import { iter_slices } from './iter-slices.js';
import { BodyIterator, chain, type Stage } from './body-iterator.js';
import { DelimiterSplitter } from './delimiter-splitter.js';
import { LineSplitter } from './line-splitter.js';
import { incrementalDecoder } from './charsets.js';

/** The keyword arguments of {@link Response.iter_content}. */
export interface IterContentOptions {
  /**
   * The most bytes of a piece: a stream gives exactly so many, except that the chunks of a chunked body are not joined.
   * null, or less than 1: as they arrive; of a buffered body everything at once. Default 1.
   */
  chunk_size?: number | null | undefined;
  /** Decode with the response's `encoding`, characters whole; bytes stay bytes when that is null. Default false. */
  decode_unicode?: boolean | undefined;
}

/** The keyword arguments of {@link Response.iter_lines}. */
export interface IterLinesOptions {
  /** How much is read at a time, in bytes. Default 512. */
  chunk_size?: number | null | undefined;
  /** Decode with the response's `encoding`; bytes stay bytes when that is null. Default false. */
  decode_unicode?: boolean | undefined;
  /** Split at this instead of at line ends; bytes, or text with `decode_unicode`. Default null. */
  delimiter?: string | Uint8Array | null | undefined;
}

/** The pieces of a body and what their text is encoded in. */
export interface BodySource {
  /** The body, if it is there. */
  readonly buffered: Buffer | null;
  encoding(): string | null;
  stream(chunkSize: number | null): AsyncIterable<Buffer> | Iterable<Buffer>;
}

type OpenBody = (chunkSize: number | null) => BodySource;

/** Python's constant of that name. */
const ITER_CHUNK_SIZE = 512;

/** The options of a call whose first argument may be `chunk_size` or all of them. */
function splitArguments(
  callee: string,
  first: number | null | undefined | IterLinesOptions,
  options: IterLinesOptions | undefined,
  known: readonly string[],
): IterLinesOptions {
  if (isOptions(first)) {
    return checkOptions(callee, first, known);
  }
  const named = checkOptions(callee, options ?? {}, known);
  return first === undefined ? named : { ...named, chunk_size: first };
}

function isOptions(first: number | null | undefined | IterLinesOptions): first is IterLinesOptions {
  return typeof first === 'object' && first !== null && !Array.isArray(first);
}

/** Throws TypeError for a chunk size that is no integer and not null, at the call as Python does. */
export function checkChunkSize(chunkSize: unknown): void {
  if (chunkSize === null || Number.isInteger(chunkSize)) return;
  throw new TypeError(`chunk_size must be an int, it is instead a <class '${pythonType(chunkSize)}'>.`);
}

function pythonType(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    default:
      return Array.isArray(value) ? 'list' : typeName(value);
  }
}

/** `response.iter_content()`: `open` gives the body; it refuses one that is gone, and a bad chunk size. */
export function iterContent(
  open: OpenBody,
  first: number | null | undefined | IterContentOptions,
  options: IterContentOptions | undefined,
): BodyIterator<Buffer | string> {
  const known = ['chunk_size', 'decode_unicode'];
  const { chunk_size = 1, decode_unicode } = splitArguments('iter_content()', first, options, known);
  const source = open(chunk_size);
  const pieces = piecesOf(source, chunk_size);
  if (decode_unicode !== true) return BodyIterator.over<Buffer | string>(pieces);
  return BodyIterator.of(pieces, new UnicodeStage(source));
}

/** `response.iter_lines()`. */
export function iterLines(
  open: OpenBody,
  first: number | null | undefined | IterLinesOptions,
  options: IterLinesOptions | undefined,
): BodyIterator<Buffer | string> {
  const known = ['chunk_size', 'decode_unicode', 'delimiter'];
  const given = splitArguments('iter_lines()', first, options, known);
  const { chunk_size = ITER_CHUNK_SIZE, decode_unicode, delimiter = null } = given;
  const source = open(chunk_size);
  const splitter =
    delimiter === null || delimiter.length === 0 ? new LineSplitter() : new DelimiterSplitter(delimiter);
  return BodyIterator.of<Buffer, Buffer | string>(
    piecesOf(source, chunk_size),
    decode_unicode === true ? chain(new UnicodeStage(source), splitter) : splitter,
  );
}

function piecesOf(source: BodySource, chunkSize: number | null): Iterable<Buffer> | AsyncIterable<Buffer> {
  return source.buffered === null ? source.stream(chunkSize) : iter_slices(source.buffered, chunkSize);
}

/** Bytes to text. The encoding is looked at with the first piece, as in Python: it may be set after the call. */
class UnicodeStage implements Stage<Buffer, Buffer | string> {
  readonly #source: BodySource;
  #decoder: ReturnType<typeof incrementalDecoder> | null | undefined = undefined;

  constructor(source: BodySource) {
    this.#source = source;
  }

  push(piece: Buffer): readonly (Buffer | string)[] {
    const decoder = this.#open();
    if (decoder === null) return [piece];
    const text = decoder.write(piece);
    return text === '' ? [] : [text];
  }

  end(): readonly string[] {
    const text = this.#open()?.end() ?? '';
    return text === '' ? [] : [text];
  }

  #open(): ReturnType<typeof incrementalDecoder> | null {
    if (this.#decoder === undefined) {
      const encoding = this.#source.encoding();
      this.#decoder = encoding === null ? null : incrementalDecoder(encoding);
    }
    return this.#decoder;
  }
}
