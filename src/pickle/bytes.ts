import { types } from 'node:util';
import * as threads from 'node:worker_threads';

/** Memory marked by `markAsUntransferable()` is copied. Node before 21 lacks the check, but ignores such memory in a transfer list. */
const { isMarkedAsUntransferable = () => false } = threads as {
  isMarkedAsUntransferable?: (object: object) => boolean;
};

/**
 * From here on, handing memory over is cheaper than copying it into the message and out of it; below, the
 * bookkeeping costs more than the copy.
 */
const WORTH_TRANSFERRING = 16 * 1024;

/** Whether transferring the memory is worthwhile. */
export function isWorthTransferring(bytes: ArrayBuffer | NodeJS.ArrayBufferView): boolean {
  if (bytes.byteLength < WORTH_TRANSFERRING) return false;
  const memory = memoryOf(bytes);
  return !types.isSharedArrayBuffer(memory) && !isMarkedAsUntransferable(memory);
}

/**
 * Whether these are all the bytes of their memory. If not, the rest has another owner: Node keeps small Buffers
 * in shared slabs of 8 KB, which must never be transferred and which structured clone would copy whole.
 */
export function isWhole(bytes: ArrayBuffer | NodeJS.ArrayBufferView): boolean {
  return bytes.byteLength === memoryOf(bytes).byteLength;
}

/** Whether the memory has been transferred before, which leaves it empty. */
export function isGivenUp(bytes: ArrayBuffer | NodeJS.ArrayBufferView): boolean {
  if (bytes.byteLength !== 0) return false;
  try {
    // The only way to find out on Node 20.
    new Uint8Array(memoryOf(bytes));
    return false;
  } catch {
    return true;
  }
}

/** A copy with memory of its own, of the same class (a Buffer's is a Uint8Array). */
export function exactCopy<B extends ArrayBuffer | NodeJS.ArrayBufferView>(bytes: B): B | Uint8Array {
  if (!ArrayBuffer.isView(bytes)) return bytes.slice(0) as B;
  if (Buffer.isBuffer(bytes)) return new Uint8Array(bytes);
  const memory = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const View = bytes.constructor as new (memory: ArrayBufferLike) => B;
  return new View(memory);
}

function memoryOf(bytes: ArrayBuffer | NodeJS.ArrayBufferView): ArrayBufferLike {
  return ArrayBuffer.isView(bytes) ? bytes.buffer : bytes;
}
