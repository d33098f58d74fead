/**
 * The short way across, for what crosses often and is nearly always plain: one list of plain data in place of the steps that
 * make a value again part by part. What is not so plain takes the long way, and arrives as the same.
 */
import { type Reference, referenceOf } from '../builtins/index.js';
import { isGivenUp, isWhole, isWorthTransferring } from './bytes.js';
import type { SentReferences } from './reference-table.js';
import type { Remembered } from './remembered.js';
import { type Flat, Op, type Pickled, type Step } from './wire.js';

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

interface FlatForm {
  readonly flatten: (value: never) => Flattened | null;
  readonly restore: Reference;
}

const forms = new WeakMap<object, FlatForm>();

/**
 * Gives the objects of a class (not those of derived ones), or the arguments of a function, a short form.
 * @param of the class's prototype, or the function
 * @param flatten takes a value apart; null when this one is not plain enough
 * @param restore makes it again; importable
 */
export function setFlatForm<T extends object>(
  of: object,
  flatten: (value: T) => Flattened | null,
  restore: (values: never, functions: never, remembered: never) => T,
): void {
  const reference = referenceOf(restore);
  if (reference === undefined) throw new TypeError(`'${restore.name}' is not importable`);
  forms.set(of, { flatten, restore: reference });
}

/** A value in its short form, or what introduces that form to the other side. */
export interface EncodedFlat {
  readonly message: Flat | Pickled;
  readonly transfer: ArrayBuffer | null;
}

/** Puts `value` into the form that `of` has; null where there is none, and where this value has to take the long way. */
export function encodeFlat(of: object, value: object, table: SentReferences): EncodedFlat | null {
  const form = forms.get(of);
  if (form === undefined) return null;
  table.begin();
  const flattened = form.flatten(value as never);
  if (flattened === null) return null;
  const { values, functions, remembered, transfer } = flattened;
  // Whatever the other side does not know yet, the long way tells it.
  const slot = remembered === null ? -1 : table.slotOf(remembered);
  if (slot === undefined) return null;
  const references: Reference[] = [];
  for (const fn of functions) {
    const reference = referenceOf(fn);
    if (reference === undefined) return null;
    references.push(reference);
  }
  const restore = table.known(form.restore);
  const numbers = references.map((reference) => table.known(reference));
  if (restore === undefined || numbers.includes(undefined)) {
    return { message: introduction(form.restore, slot, values, references, table), transfer };
  }
  const known = numbers as number[];
  return { message: known.length === 0 ? [restore, slot, values] : [restore, slot, values, known], transfer };
}

/** The same value by the long way, as the other side does not know the functions yet. */
function introduction(
  restore: Reference,
  slot: number,
  values: readonly unknown[],
  functions: readonly Reference[],
  table: SentReferences,
): Pickled {
  const box: [unknown] = [null];
  const list: unknown[] = [];
  const args: [values: unknown, functions: unknown, remembered: unknown] = [values, list, null];
  const steps: Step[] = [];
  for (const [index, reference] of functions.entries()) {
    steps.push([Op.reference, index, table.number(reference)], [Op.fill, list, index, index]);
  }
  const part = functions.length;
  if (slot >= 0) steps.push([Op.recall, part, 0], [Op.fill, args, 2, part]);
  steps.push([Op.call, part, table.number(restore), args], [Op.fill, box, 0, part]);
  const { references, first } = table;
  return { box, steps, references, first, ...(slot >= 0 && { recalls: [slot] }) };
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
