/**
 * The short way across, for what crosses often and is nearly always plain: one list of plain data in place of the steps that
 * make a value again part by part. What is not so plain takes the long way, and arrives as the same.
 */
import { type Reference, referenceOf } from '../builtins/index.js';
import type { SentReferences } from './reference-table.js';
import type { Remembered } from './remembered.js';
import { type Flat, Op, type Pickled } from './wire.js';

/** A value that is taken apart. */
export interface Flattened {
  /** Primitives, bytes, and lists and plain objects of such. */
  readonly values: readonly unknown[];
  /** What does not change from one such value to the next; null for nothing. */
  readonly remembered: Remembered | null;
  /** Memory to be handed over, which is among the values. */
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
 * @param restore makes it again, of the values and what is remembered; importable
 */
export function setFlatForm<T extends object, R>(
  of: object,
  flatten: (value: T) => Flattened | null,
  restore: (values: never, remembered: R) => T,
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
  const flattened = form.flatten(value as never);
  if (flattened === null) return null;
  const { values, remembered, transfer } = flattened;
  const slot = remembered === null ? -1 : table.slotOf(remembered);
  if (slot === undefined) return null;
  const restore = table.known(form.restore);
  const message: Flat | Pickled =
    restore === undefined ? introduction(form.restore, slot, values, table) : [restore, slot, values];
  return { message, transfer };
}

/** The same value by the long way, as the other side does not know the restoring function yet. */
function introduction(
  reference: Reference,
  slot: number,
  values: readonly unknown[],
  table: SentReferences,
): Pickled {
  table.begin();
  const box: [unknown] = [null];
  const args: [values: unknown, remembered: unknown] = [values, null];
  const call = [Op.call, 0, table.number(reference), args] as const;
  const fill = [Op.fill, box, 0, 0] as const;
  const { references, first } = table;
  if (slot < 0) return { box, steps: [call, fill], references, first };
  const recalled = [[Op.recall, 1, 0] as const, [Op.fill, args, 1, 1] as const];
  return { box, steps: [...recalled, call, fill], references, first, recalls: [slot] };
}
