/** Python's `open()`, as far as requests and their bodies need it. */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { type Reduced, ValueError } from '../builtins/index.js';
import type { Scope } from './caller/handles.js';
import { onLeaving } from './caller/sides.js';
import { asStandIn } from './wire/stand-in.js';

/** How to open a file: to read, overwrite or append; as text, or with `b` as bytes. */
export type FileMode = 'r' | 'w' | 'a' | 'x' | 'rb' | 'wb' | 'ab' | 'xb';

const PIECE = 64 * 1024;

/** An open file of bytes or text: Python's file object. */
abstract class OpenFile<T extends string | Buffer> implements Disposable, Iterable<T> {
  /** The path that it was opened with. */
  readonly name: string;
  /** The mode that it was opened with. */
  readonly mode: FileMode;
  /** Whether it has been closed. */
  closed = false;
  readonly #descriptor: number;
  #position = 0;

  /** @internal */
  constructor(path: string, mode: FileMode) {
    this.name = path;
    this.mode = mode;
    this.#descriptor = openSync(path, mode.charAt(0) === 'x' ? 'wx' : mode.charAt(0));
    if (mode.startsWith('a')) this.#position = fstatSync(this.#descriptor).size;
  }

  /** @internal The data read, in this file's type. */
  protected abstract form(bytes: Buffer): T;

  /** The descriptor. */
  fileno(): number {
    this.#check();
    return this.#descriptor;
  }

  /** The position of the next read or write, in bytes. */
  tell(): number {
    this.#check();
    return this.#position;
  }

  /** Moves to `position`, relative to the current position if `whence` is 1, to the end if 2. Returns the new position. */
  seek(position: number, whence: 0 | 1 | 2 = 0): number {
    this.#check();
    const from = whence === 0 ? 0 : whence === 1 ? this.#position : fstatSync(this.#descriptor).size;
    return (this.#position = from + position);
  }

  /** Reads `size` bytes, by default all that is left. Empty at the end. */
  read(size?: number | null): T {
    this.#check();
    const left = Math.max(0, fstatSync(this.#descriptor).size - this.#position);
    const wanted = size === undefined || size === null || size < 0 ? left : Math.min(size, left);
    const bytes = Buffer.alloc(wanted);
    const count = wanted === 0 ? 0 : readSync(this.#descriptor, bytes, 0, wanted, this.#position);
    this.#position += count;
    return this.form(bytes.subarray(0, count));
  }

  /** Writes all of `data` and returns its length. */
  write(data: T | Uint8Array): number {
    this.#check();
    const bytes = typeof data === 'string' ? Buffer.from(data) : (data as Uint8Array);
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(
        this.#descriptor,
        bytes,
        written,
        bytes.length - written,
        this.#position + written,
      );
    }
    this.#position += written;
    return data.length;
  }

  /** Closes the file, after which it cannot be read or written. May be called more than once. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    closeSync(this.#descriptor);
  }

  /** `using file = open(path, 'rb')`: closes it at the end of the block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Iterates over the lines, with their ends. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const piece = Buffer.from(this.read(PIECE));
      if (piece.length === 0) break;
      rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
        yield this.form(rest.subarray(0, end + 1));
        rest = rest.subarray(end + 1);
      }
    }
    if (rest.length > 0) yield this.form(rest);
  }

  #check(): void {
    if (this.closed) throw new ValueError('I/O operation on closed file.');
  }
}

/** A file opened with a mode such as `rb`. */
export class BinaryFile extends OpenFile<Buffer> {
  /** @internal */
  protected override form(bytes: Buffer): Buffer {
    return bytes;
  }
}

/** A file opened with a mode such as `r`: UTF-8. `read(size)` counts bytes. */
export class TextFile extends OpenFile<string> {
  /** @internal */
  protected override form(bytes: Buffer): string {
    return bytes.toString('utf8');
  }
}

/**
 * Opens a file, like Python's built-in. Pass `open(path, 'rb')` as a body: the gateway reads it from its current position to its
 * end.
 * @throws the error of `fs.openSync`
 */
export function open(path: string, mode: 'rb' | 'wb' | 'ab' | 'xb'): BinaryFile;
export function open(path: string, mode?: 'r' | 'w' | 'a' | 'x'): TextFile;
export function open(path: string, mode: FileMode = 'r'): BinaryFile | TextFile {
  if (!/^[rwax]b?$/.test(mode)) throw new ValueError(`invalid mode: '${mode}'`);
  return mode.endsWith('b') ? new BinaryFile(path, mode) : new TextFile(path, mode);
}

onLeaving((object, _link, scope: Scope): Reduced | undefined => {
  if (!(object instanceof OpenFile)) return undefined;
  const position = object.tell();
  object.seek(0, 2);
  return asStandIn('file', [scope.handle(object), object.name, position]);
});
