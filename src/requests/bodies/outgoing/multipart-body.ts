import { RuntimeError } from '../../../builtins/index.js';
import { UnrewindableBodyError } from '../../exceptions/requests.js';
import type { StreamingBody } from '../../inputs.js';
import { type Closable, closeBody, kClose, takeBody } from './close-body.js';
import { bytesOfPiece } from './piece.js';
import {
  bodyFromPosition,
  bodyPosition,
  fileStreamLength,
  isFileStream,
  type Seekable,
} from './body-position.js';

/** What a part of a {@link MultipartBody} is read from. */
export interface PartSource {
  /** In bytes; null when unknown. */
  readonly length: number | null;
  /** Whether `open` can be called again. */
  readonly rewindable: boolean;
  /** The content from its beginning. */
  open(): AsyncIterable<unknown> | Iterable<unknown>;
  /** Lets go of it, read or not. */
  close(): void;
}

/**
 * A multipart upload with parts that are read while they are sent. (Python reads all of them into memory first.) It can be
 * iterated again, as a redirect demands, when all of its parts can.
 */
export class MultipartBody implements AsyncIterable<Uint8Array>, Seekable, Closable {
  /** In bytes; null when a part's length is unknown. */
  readonly length: number | null;
  readonly #pieces: readonly (Buffer | PartSource)[];

  constructor(pieces: readonly (Buffer | PartSource)[]) {
    this.#pieces = pieces;
    this.length = pieces.reduce<number | null>(
      (sum, piece) => (sum === null || piece.length === null ? null : sum + piece.length),
      0,
    );
  }

  /** 0: a body is sent from its beginning. Throws RuntimeError when it can be sent only once. */
  tell(): number {
    const once = this.#pieces.some((piece) => !Buffer.isBuffer(piece) && !piece.rewindable);
    if (once) throw new RuntimeError('a part of the multipart body can be read only once');
    return 0;
  }

  /** Does nothing, as each iteration starts at the beginning. */
  seek(): void {
    this.tell();
  }

  [kClose](): void {
    for (const piece of this.#pieces) if (!Buffer.isBuffer(piece)) piece.close();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined> {
    for (const piece of this.#pieces) {
      if (Buffer.isBuffer(piece)) yield piece;
      else yield* readPart(piece);
    }
  }
}

/** The bytes of a part. Throws RuntimeError when they are not as many as announced, which would garble what follows. */
async function* readPart(source: PartSource): AsyncGenerator<Uint8Array, void, undefined> {
  let read = 0;
  for await (const chunk of source.open()) {
    const bytes = bytesOfPiece(chunk);
    read += bytes.byteLength;
    if (source.length !== null && read > source.length) break;
    yield bytes;
  }
  if (source.length !== null && read !== source.length) {
    throw new RuntimeError(
      `a part of the multipart body changed while it was sent: expected ${source.length} bytes, got ` +
        (read > source.length ? 'more' : String(read)),
    );
  }
}

/** The source that reads a Blob, anew each time. */
export function blobSource(blob: Blob): PartSource {
  return { length: blob.size, rewindable: true, open: () => blob.stream(), close: doNothing };
}

/** The source that reads `stream`, which is not a Blob. */
export function streamSource(stream: Exclude<StreamingBody, Blob>): PartSource {
  let length: number | null = null;
  if (isFileStream(stream)) length = fileStreamLength(stream);
  // Read only after the parts before it.
  takeBody(stream);
  const position = bodyPosition(stream);
  if (typeof position !== 'number') return isReadOnce(stream) ? onceSource(stream) : collectionSource(stream);
  let opened = false;
  let latest = stream;
  return {
    length,
    rewindable: true,
    open: () => {
      if (opened) latest = bodyFromPosition(stream, position) ?? stream;
      opened = true;
      return latest;
    },
    close: () => {
      closeBody(stream);
      closeBody(latest);
    },
  };
}

/** A collection is iterated anew each time. */
function collectionSource(collection: Exclude<StreamingBody, Blob>): PartSource {
  return { length: null, rewindable: true, open: () => collection, close: doNothing };
}

function doNothing(): void {
  // What is in memory needs no closing.
}

function onceSource(stream: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>): PartSource {
  let opened = false;
  return {
    length: null,
    rewindable: false,
    open: () => {
      if (opened)
        throw new UnrewindableBodyError('A part of the multipart body cannot be read a second time');
      opened = true;
      return stream;
    },
    close: () => {
      closeBody(stream);
    },
  };
}

/** Streams and iterators are used up by reading. */
function isReadOnce(stream: object): boolean {
  return 'next' in stream || 'pipe' in stream || 'getReader' in stream;
}
