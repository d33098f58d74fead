/**
 * Small plain values, which most arguments and results are, travel as JSON: it takes a third of the time, and dashboards show them.
 */

/** How long a text, and how many items a list or an object may have; more is no longer small. */
const LONGEST = 1000;
const MOST = 50;

/** Whether JSON brings `value` back as what it is: a primitive, or a list or plain object of such. */
export function isPlainSmall(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isPrimitive(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Array.prototype && prototype !== Object.prototype) return false;
  const keys = Object.keys(value);
  if (keys.length > MOST) return false;
  // A list may have holes, and fields that are no items.
  if (prototype === Array.prototype && keys.length !== (value as unknown[]).length) return false;
  for (const key of keys) {
    if (key.length > LONGEST || !isPrimitive((value as Record<string, unknown>)[key])) return false;
  }
  return true;
}

function isPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value.length <= LONGEST;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'boolean':
      return true;
    default:
      return value === null;
  }
}

/** Whether this holds for all arguments, none of which is the same object as another. */
export function arePlainSmall(values: readonly unknown[]): boolean {
  if (values.length > MOST) return false;
  for (const [index, value] of values.entries()) {
    if (!isPlainSmall(value)) return false;
    if (typeof value === 'object' && value !== null && values.indexOf(value) !== index) return false;
  }
  return true;
}
