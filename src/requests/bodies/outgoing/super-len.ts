/** How long a body is and what its file is called. */
import { fstatSync } from 'node:fs';
import { FileModeWarning } from '../../exceptions/requests.js';
import { fileStreamLength, isFileStream } from './body-position.js';
import { isBytes, toBuffer } from '../../urls/python-text.js';

/** What may have a length, under any of its names in Python and JavaScript. */
interface Measurable {
  readonly length?: unknown;
  readonly size?: unknown;
  readonly len?: unknown;
  readonly fileno?: unknown;
  readonly mode?: unknown;
  readonly tell?: unknown;
  readonly seek?: unknown;
}

/**
 * How many bytes (elements, of a container) are left of `obj` from its current position: text as UTF-8, bytes, Blobs,
 * containers, file streams, and objects with `length`, `size`, `len`, `fileno()` or `seek()` and `tell()`. 0 if it
 * cannot be determined. A text-mode file gives a FileModeWarning, as its bytes are counted all the same.
 */
export function super_len(obj: unknown): number {
  if (typeof obj === 'string') return Buffer.byteLength(obj);
  if (typeof obj !== 'object' || obj === null) return 0;
  if (isBytes(obj)) return obj.byteLength;
  if (isFileStream(obj)) {
    if (obj.readableEncoding !== null) warnOfTextMode();
    return fileStreamLength(obj) ?? 0;
  }
  const source: Measurable = obj;
  const total = knownLength(source) ?? descriptorLength(source);
  return Math.max(0, remaining(source, total));
}

function knownLength({ length, size, len }: Measurable): number | null {
  for (const candidate of [length, size, len]) {
    if (typeof candidate === 'number' && Number.isFinite(candidate)) return candidate;
  }
  return null;
}

function descriptorLength(source: Measurable): number | null {
  if (!isMethod(source.fileno)) return null;
  let descriptor: unknown;
  try {
    descriptor = source.fileno.call(source);
  } catch {
    return null;
  }
  if (typeof descriptor !== 'number') return null;
  const { size } = fstatSync(descriptor);
  if (typeof source.mode === 'string' && !source.mode.includes('b')) warnOfTextMode();
  return size;
}

function remaining(source: Measurable, total: number | null): number {
  if (!isMethod(source.tell)) return total ?? 0;
  let position: number;
  try {
    position = Number(source.tell.call(source));
  } catch {
    // A special file such as stdin has no position: it is sent in chunks.
    return 0;
  }
  return (total ?? lengthBySeeking(source, position)) - position;
}

/** Seeks to the end for its position, and back. */
function lengthBySeeking(source: Measurable, position: number): number {
  if (!isMethod(source.seek) || !isMethod(source.tell)) return 0;
  try {
    source.seek.call(source, 0, 2);
    const end = Number(source.tell.call(source));
    source.seek.call(source, position);
    return end;
  } catch {
    return 0;
  }
}

type Method = (...args: number[]) => unknown;

function isMethod(value: unknown): value is Method {
  return typeof value === 'function';
}

function warnOfTextMode(): void {
  process.emitWarning(
    new FileModeWarning(
      'Requests has determined the content-length for this request using the binary size of the file: however, the file ' +
        'has been opened in text mode. This may lead to an incorrect content-length.',
    ),
  );
}

/** The last part of the name of a file (`name`, or the `path` of a file stream); null without one or for `<stdin>` and the like. */
export function guess_filename(obj: unknown): string | null {
  if (typeof obj !== 'object' || obj === null) return null;
  const { name, path } = obj as { readonly name?: unknown; readonly path?: unknown };
  const given = name ?? (isFileStream(obj) ? path : undefined);
  const text = isBytes(given) ? toBuffer(given).toString('utf8') : given;
  if (typeof text !== 'string' || text === '' || text.startsWith('<') || text.endsWith('>')) return null;
  const slash = Math.max(text.lastIndexOf('/'), process.platform === 'win32' ? text.lastIndexOf('\\') : -1);
  return text.slice(slash + 1);
}
