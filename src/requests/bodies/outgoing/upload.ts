import { Readable } from 'node:stream';
import { closeBody, closeIterator } from './close-body.js';
import { isBlob } from './body.js';
import { bytesOfPiece } from './piece.js';
import { asError } from '../../../builtins/index.js';

/** What a body is read from while it is sent. */
export type UploadSource = Iterable<unknown> | AsyncIterable<unknown> | ReadableStream | Blob;

/** What pieces of a body are taken from one by one. */
export type Pieces = Iterator<unknown> | AsyncIterator<unknown>;

/**
 * A body that is read while it is sent, piece by piece: each piece goes out as it was given, the empty ones left out, as
 * one would end a chunked body. Fails with TypeError for a piece that is neither text nor bytes.
 *
 * One that was stopped closes what it reads from. One that failed leaves a generator where it is: another attempt goes
 * on there, as in Python.
 */
export class Upload extends Readable {
  readonly #source: UploadSource;
  /** How many bytes are announced; null when that is unknown. */
  readonly #length: number | null;
  #pieces: Pieces | null = null;
  #isEnded = false;
  #isAwaited = false;
  #given = 0;
  #failure: Error | null = null;
  /** Whether nothing has been read yet, and whether a read was requested. */
  #isHeld: boolean;
  #isWanted = false;

  /** `isHeld`: reads nothing before {@link start}, so that a connection that cannot be made costs no piece. */
  constructor(source: UploadSource, length: number | null, isHeld = false) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#source = source;
    this.#length = length;
    this.#isHeld = isHeld;
  }

  /** Whether all that was announced, or there is, has been read. */
  get isWhole(): boolean {
    return this.#isEnded || (this.#length !== null && this.#given >= this.#length);
  }

  /** How many bytes have been read. */
  get given(): number {
    return this.#given;
  }

  /** Whether the source is to give a piece, and has not yet. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  /** What the source failed with. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Begins to read. */
  start(): void {
    this.#isHeld = false;
    if (this.#isWanted) this.#read();
  }

  override _read(): void {
    this.#isWanted = true;
    if (!this.#isHeld) this.#read();
  }

  #read(): void {
    this.#isWanted = false;
    this.#nextPiece().catch((error: unknown) => {
      // What a generator throws is passed on as it is.
      const failure = (error ?? asError(error)) as Error;
      if (!this.destroyed) this.#failure = failure;
      this.destroy(failure);
    });
  }

  async #nextPiece(): Promise<void> {
    const pieces = (this.#pieces ??= pieceIterator(this.#source));
    for (;;) {
      this.#isAwaited = true;
      const step = await pieces.next();
      this.#isAwaited = false;
      if (this.destroyed || this.#isEnded) return;
      if (step.done) {
        this.#isEnded = true;
        this.push(null);
        return;
      }
      // A collection may be one of promises.
      const bytes = bytesOfPiece(await step.value);
      if (bytes.length === 0) continue;
      this.#given += bytes.length;
      this.push(bytes);
      return;
    }
  }

  /** The answer is there, and the rest unwanted. When nothing is missing, the request ends in order. */
  stop(): void {
    if (this.#isEnded) return;
    if (this.isWhole) this.push(null);
    else this.destroy();
    this.#isEnded = true;
    this.#closePieces();
    closeBody(this.#source);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (this.#source instanceof Readable) closeBody(this.#source);
    else this.#closePieces();
    callback(error);
  }

  #closePieces(): void {
    const pieces = this.#pieces;
    if (pieces !== null && pieces !== (this.#source as unknown)) closeIterator(pieces);
  }
}

/** Iterates over the pieces of `source`, and can be ended at any time. */
export function pieceIterator(source: UploadSource): Pieces {
  if (isBlob(source)) return webPieces(source.stream());
  if (source instanceof ReadableStream) return webPieces(source);
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  return source[Symbol.iterator]();
}

/** Its own iterator cannot be ended while a piece is awaited. */
function webPieces(stream: ReadableStream): AsyncIterator<unknown> {
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}
