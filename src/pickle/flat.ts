/**
 * The short way across, for what crosses often and is nearly always plain: one list of plain data in place of the steps that
 * make a value again part by part. What is not so plain takes the long way, and arrives as the same.
 */
import type { Transferable } from 'node:worker_threads';
import { type Reference, referenceOf, setReducer } from '../builtins/index.js';
import { isGivenUp, isWhole, isWorthTransferring } from './bytes.js';
import { encodeParts } from './encoder.js';
import type { SentReferences } from './reference-table.js';
import type { Remembered } from './remembered.js';
import type { Flat, Pickled } from './wire.js';

/** A value that is taken apart. */
export interface Flattened {
  /** Primitives, and lists and plain objects of such; for bytes what {@link flattenBytes} gives. */
  readonly values: readonly unknown[];
  /** Functions that belong to it; importable. */
  readonly functions: readonly object[];
  /** What does not change from one such value to the next; null for nothing. */
  readonly remembered: Remembered | null;
  /** Memory to be handed over, which is among the values; null for none. */
  readonly transfer: ArrayBuffer | null;
}

/** Makes a value again, of its values, its functions, and what is remembered; importable. */
type Restore = (values: never, functions: never, remembered: never) => unknown;

interface FlatForm {
  readonly flatten: (value: never) => Flattened | null;
  readonly restore: Restore;
  readonly reference: Reference;
}

const forms = new WeakMap<object, FlatForm>();

/**
 * Gives the objects of a class (not those of derived ones), or the arguments of a function, a short form.
 * @param of the class's prototype, or the function
 * @param flatten takes a value apart; null when this one is not plain enough
 */
export function setFlatForm<T extends object>(
  of: object,
  flatten: (value: T) => Flattened | null,
  restore: (values: never, functions: never, remembered: never) => T,
): void {
  const reference = referenceOf(restore);
  if (reference === undefined) throw new TypeError(`'${restore.name}' is not importable`);
  forms.set(of, { flatten, restore, reference });
}

/** A value in its short form, or in one that tells the other side what it needs for the next of its kind. */
export interface EncodedFlat {
  readonly message: Flat | Pickled;
  readonly transferList: readonly Transferable[];
}

const NOTHING: readonly never[] = [];

/** Puts `value` into the form that `of` has; null where there is none, and where this value has to take the long way. */
export function encodeFlat(of: object, value: object, table: SentReferences): EncodedFlat | null {
  const form = forms.get(of);
  if (form === undefined) return null;
  const flattened = form.flatten(value as never);
  if (flattened === null) return null;
  table.begin();
  const { values, functions, remembered, transfer } = flattened;
  const slot = remembered === null ? -1 : table.slotOf(remembered);
  const restore = table.known(form.reference);
  const numbers = functions.length === 0 ? NOTHING : numbersOf(functions, table);
  if (slot === undefined || restore === undefined || numbers === null) {
    return introduce(new Introduction(form.restore, flattened), table);
  }
  const message: Flat = numbers.length === 0 ? [restore, slot, values] : [restore, slot, values, numbers];
  return { message, transferList: transfer === null ? NOTHING : [transfer] };
}

/** Null when the other side does not know them all. */
function numbersOf(functions: readonly object[], table: SentReferences): number[] | null {
  const numbers: number[] = [];
  for (const fn of functions) {
    const reference = referenceOf(fn);
    const number = reference && table.known(reference);
    if (number === undefined) return null;
    numbers.push(number);
  }
  return numbers;
}

/** A value that is sent step by step, as the other side does not know yet what its short form refers to. */
class Introduction {
  constructor(
    readonly restore: Restore,
    readonly flattened: Flattened,
  ) {}
}
setReducer(Introduction, ({ restore, flattened: { values, functions, remembered } }) => [
  restore,
  [values, functions, remembered],
]);

function introduce(introduction: Introduction, table: SentReferences): EncodedFlat | null {
  try {
    return encodeParts(introduction, { owned: true, table });
  } catch {
    // By the long way the error says where in the value the part is that cannot cross.
    return null;
  }
}

/** Whether `value` is a primitive, or a list or plain object of such. */
export function isShallow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isPrimitive(value);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Array.prototype) return (value as unknown[]).every(isPrimitive);
  if (prototype !== Object.prototype) return false;
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || !isPrimitive((value as Record<string, unknown>)[key])) return false;
  }
  return true;
}

function isPrimitive(value: unknown): boolean {
  return (
    value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
  );
}

/**
 * Bytes that are given up, as one of the `values`: a few as text, which is copied faster than bytes are, more as memory to be
 * transferred. Null where that cannot be.
 */
export function flattenBytes(bytes: Buffer): string | ArrayBuffer | null {
  if (isGivenUp(bytes)) return null;
  if (bytes.byteLength < AS_TEXT) return bytes.toString('latin1');
  const { buffer, byteOffset, byteLength } = bytes;
  if (isWorthTransferring(bytes) && isWhole(bytes)) return buffer as ArrayBuffer;
  return buffer instanceof ArrayBuffer ? buffer.slice(byteOffset, byteOffset + byteLength) : null;
}

/** Up to here text is the cheaper way. */
const AS_TEXT = 16 * 1024;

/** The bytes again. */
export function restoreBytes(flat: string | ArrayBuffer): Buffer {
  return typeof flat === 'string' ? Buffer.from(flat, 'latin1') : Buffer.from(flat);
}
