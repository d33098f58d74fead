/**
 * Small plain values, as most arguments and results are, travel as JSON: three times as fast, and readable in dashboards.
 */

/** The most characters of a text, and items of a list or an object, that count as small. */
const LONGEST = 1000;
const MOST = 50;

/** Whether `value` survives JSON unchanged: a primitive, or a list or plain object of primitives. */
export function isPlainSmall(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return isPrimitive(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Array.prototype && prototype !== Object.prototype) return false;
  const keys = Object.keys(value);
  if (keys.length > MOST) return false;
  // A list may have holes, and fields that are not items.
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

/** Whether this holds for all arguments, and no two are the same object. */
export function arePlainSmall(values: readonly unknown[]): boolean {
  if (values.length > MOST) return false;
  for (const [index, value] of values.entries()) {
    if (!isPlainSmall(value)) return false;
    if (typeof value === 'object' && value !== null && values.indexOf(value) !== index) return false;
  }
  return true;
}
