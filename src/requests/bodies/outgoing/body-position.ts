import { createReadStream, fstatSync, openSync, ReadStream, statSync } from 'node:fs';

/** An object that reports and changes the position it is read from, like Python's file objects. */
export interface Seekable {
  /** The position, in bytes. Throws if it is unknown. */
  tell(): number;
  /** Goes on from `position` at the next reading. */
  seek(position: number): unknown;
}

/** The position of a body that is read once and has none to report: Python's plain `object()` in `_body_position`. */
export const UNKNOWN_POSITION: object = Object.freeze(Object.create(null) as object);

/** How Node keeps the range of a file stream; its type declarations leave these out. */
export interface FileRange {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly fd: number | null;
  readonly path?: string | Buffer | undefined;
}

/** Whether `value` is what `fs.createReadStream` or a FileHandle's `createReadStream` returns. */
export function isFileStream(value: unknown): value is ReadStream {
  return value instanceof ReadStream;
}

/** Whether `value` has Python's `tell()` and `seek()`. */
export function isSeekable(value: unknown): value is Seekable {
  if (typeof value !== 'object' || value === null) return false;
  const { tell, seek } = value as Partial<Record<keyof Seekable, unknown>>;
  return typeof tell === 'function' && typeof seek === 'function';
}

/**
 * The offset in its file of the byte that `stream` hands out next; null when that cannot be known: a descriptor without
 * `start` is read from its current position, and decoded text cannot be counted back to bytes.
 */
export function fileStreamPosition(stream: ReadStream): number | null {
  const { start } = rangeOf(stream);
  if (start === undefined && !hasPath(stream)) return null;
  if (stream.readableEncoding !== null && stream.bytesRead > 0) return null;
  return (start ?? 0) + stream.bytesRead - stream.readableLength;
}

/** How many bytes `stream` has yet to hand out; null when that cannot be known: not a regular file, or no file at all. */
export function fileStreamLength(stream: ReadStream): number | null {
  const position = fileStreamPosition(stream);
  if (position === null) return null;
  const { end, fd } = rangeOf(stream);
  try {
    const stats = fd === null ? statSync(stream.path) : fstatSync(fd);
    if (!stats.isFile()) return null;
    return Math.max(0, Math.min(stats.size, (end ?? Infinity) + 1) - position);
  } catch {
    // The stream reports what is wrong with the file itself, when it is read.
    return null;
  }
}

/** A fresh stream over the same file as `stream`, from `position` to the same end. Throws what opening the file throws. */
export function reopenFileStream(stream: ReadStream, position: number): ReadStream {
  const { end } = rangeOf(stream);
  const reopened = createReadStream(stream.path, {
    fd: openSync(stream.path, 'r'),
    start: position,
    highWaterMark: stream.readableHighWaterMark,
    ...(end === undefined || end === Infinity ? {} : { end }),
  });
  // A stream over a descriptor forgets the path, without which a second redirect could not open it again.
  reopened.path = stream.path;
  return reopened;
}

/**
 * What `PreparedRequest._body_position` records for a body that is about to be sent: a number for one that can be brought
 * back there, {@link UNKNOWN_POSITION} for one that is read once, null for one that needs no rewinding (text, bytes, Blobs)
 * or, as in Python, pretends not to: a generator is sent again exhausted.
 */
export function bodyPosition(body: unknown): number | object | null {
  if (typeof body !== 'object' || body === null) return null;
  if (isFileStream(body)) {
    return hasPath(body) && fileStreamLength(body) !== null ? fileStreamPosition(body) : UNKNOWN_POSITION;
  }
  const { tell, pipe, getReader } = body as Partial<Record<'tell' | 'pipe' | 'getReader', unknown>>;
  if (typeof tell === 'function') {
    try {
      return tell.call(body) as number;
    } catch {
      return UNKNOWN_POSITION;
    }
  }
  return typeof pipe === 'function' || typeof getReader === 'function' ? UNKNOWN_POSITION : null;
}

/**
 * `body` as it is read from `position` on, which {@link bodyPosition} gave: itself, or for a file a fresh stream. Undefined
 * when it cannot be brought back. Throws what seeking or opening throws.
 */
export function bodyFromPosition<T>(body: T, position: unknown): T | ReadStream | undefined {
  if (typeof position !== 'number' || !Number.isInteger(position)) return undefined;
  if (isFileStream(body)) return hasPath(body) ? reopenFileStream(body, position) : undefined;
  if (!isSeekable(body)) return undefined;
  body.seek(position);
  return body;
}

/** The range of its file that a stream reads. @internal */
export function rangeOf(stream: ReadStream): FileRange {
  // Public properties of the stream since Node 0.x that its type declarations do not list.
  return stream as unknown as FileRange;
}

/** Whether a stream is over a path: one over a descriptor has none, or an empty one. @internal */
export function hasPath(stream: ReadStream): boolean {
  return (rangeOf(stream).path ?? '').length > 0;
}
