import { types } from 'node:util';
import { isError, isPlainObject, typeName } from '../../../builtins/index.js';
import { InvalidJSONError } from '../../exceptions/requests.js';

/** Deeper structures are written by {@link JsonWriter}, which finds circles; data that goes this deep is rare. */
const DEEPEST_PLAIN = 100;

/**
 * `value` as compact JSON: what `json=` sends. Beyond `JSON.stringify`, a Map becomes an object in the order of its keys and
 * a BigInt its digits. `undefined` is left out of objects and is `null` in arrays.
 *
 * Throws InvalidJSONError for NaN and Infinity anywhere and for circular structures, TypeError for what JSON has no form
 * for: functions, symbols, sets, bytes, promises, iterators. `JSON.stringify` would turn those into `null` or `{}` in silence.
 */
export function encodeJson(value: unknown): string {
  if (value instanceof EncodedJson) return value.text;
  if (isPlainJson(value, 0)) return JSON.stringify(value);
  try {
    const text = new JsonWriter().write(value, '');
    if (text === undefined) throw notSerializable(value);
    return text;
  } catch (error) {
    // Only the engine raises this one here: the stack is used up.
    if (isError(error) && error.constructor.name === 'RangeError') {
      throw new InvalidJSONError('The JSON body is nested too deeply', { cause: error });
    }
    throw error;
  }
}

/** JSON that is text already, as that of a queued request, in the place of the value. */
export class EncodedJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An object as it is now; null for what is no plain data, which is to be encoded in its time. */
export function encodeNow(value: unknown): EncodedJson | null {
  if (typeof value !== 'object' || value === null || !isPlainJson(value, 0)) return null;
  try {
    return new EncodedJson(JSON.stringify(value));
  } catch {
    // Longer than a string can be.
    return null;
  }
}

/** Takes half as long as a property's descriptor. */
const getterOf = Reflect.get(Object.prototype, '__lookupGetter__') as (this: object, key: string) => unknown;

/** Whether `JSON.stringify` writes `value` as it is meant. A look at everything first is much cheaper than a replacer. */
function isPlainJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'undefined':
      return depth > 0;
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth === DEEPEST_PLAIN) return false;
  if (Array.isArray(value)) {
    if ('toJSON' in value) return false;
    for (const item of value as readonly unknown[]) if (!isPlainJson(item, depth + 1)) return false;
    return true;
  }
  // A toJSON of its own is a function, and so found below.
  if (!isPlainObject(value)) return false;
  for (const key in value) {
    // It would run a second time in JSON.stringify, and might return something else.
    if (getterOf.call(value, key) !== undefined || !isPlainJson(value[key], depth + 1)) return false;
  }
  return true;
}

/** Writes what {@link isPlainJson} leaves, one object at a time. */
class JsonWriter {
  /** The objects that are being written, outermost first. */
  readonly #open = new Set<object>();

  /** Undefined for `undefined`, which has no JSON. `key` is the value's key, for `toJSON`. */
  write(value: unknown, key: string): string | undefined {
    switch (typeof value) {
      case 'string':
        return JSON.stringify(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'number':
        return writeNumber(value);
      case 'bigint':
        return value.toString();
      case 'undefined':
        return undefined;
      case 'object':
        return value === null ? 'null' : this.#writeObject(value, key);
      default:
        throw notSerializable(value);
    }
  }

  #writeObject(value: object, key: string): string | undefined {
    if (this.#open.has(value)) throw new InvalidJSONError('Circular reference in the JSON body');
    this.#open.add(value);
    try {
      return this.#writeNew(value, key);
    } finally {
      this.#open.delete(value);
    }
  }

  #writeNew(value: object, key: string): string | undefined {
    // JSON.stringify writes an invalid date as null.
    if (types.isDate(value) && Number.isNaN(value.getTime())) {
      throw new InvalidJSONError('An invalid Date cannot be sent as JSON');
    }
    if (isBytes(value)) throw notSerializable(value);
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON === 'function') return this.write(toJSON.call(value, key), key);
    if (Array.isArray(value)) {
      return `[${Array.from(value, (item, index) => this.write(item, String(index)) ?? 'null').join(',')}]`;
    }
    if (types.isMap(value)) return this.#writePairs(mapEntries(value));
    if (isBoxed(value)) return this.write(value.valueOf(), key);
    if (!isRecord(value)) throw notSerializable(value);
    return this.#writePairs(Object.entries(value));
  }

  #writePairs(pairs: Iterable<readonly [string, unknown]>): string {
    const members: string[] = [];
    for (const [key, value] of pairs) {
      const text = this.write(value, key);
      if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`);
    }
    return `{${members.join(',')}}`;
  }
}

function writeNumber(value: number): string {
  if (Number.isFinite(value)) return JSON.stringify(value);
  throw new InvalidJSONError(`Out of range float values are not JSON compliant: ${value}`);
}

/** The keys of a Map as the names of an object, by the rules of Python's `json`. */
function* mapEntries(map: ReadonlyMap<unknown, unknown>): Iterable<readonly [string, unknown]> {
  for (const [key, value] of map) yield [memberName(key), value];
}

function memberName(key: unknown): string {
  switch (typeof key) {
    case 'string':
      return key;
    case 'number':
      return writeNumber(key);
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return String(key ?? null);
    default:
      if (key === null) return 'null';
      throw new TypeError(
        `the keys of a JSON object must be text, numbers, booleans or null, not ${typeName(key)}`,
      );
  }
}

function isBytes(value: object): boolean {
  return ArrayBuffer.isView(value) || types.isArrayBuffer(value) || types.isSharedArrayBuffer(value);
}

function isBoxed(value: object): boolean {
  return (
    types.isNumberObject(value) ||
    types.isStringObject(value) ||
    types.isBooleanObject(value) ||
    types.isBigIntObject(value)
  );
}

/** Whether an object's own properties are its data: true of plain objects and of most classes. */
function isRecord(value: object): boolean {
  if (types.isPromise(value) || types.isRegExp(value) || isError(value)) return false;
  if (types.isWeakMap(value) || types.isWeakSet(value) || value instanceof WeakRef) return false;
  return !(Symbol.iterator in value) && !(Symbol.asyncIterator in value);
}

function notSerializable(value: unknown): TypeError {
  return new TypeError(`Object of type ${typeName(value)} is not JSON serializable${jsonHint(value)}`);
}

/** What to write in place of a value that JSON has no form for. */
function jsonHint(value: unknown): string {
  if (typeof value === 'function') return '; call it to send what it returns';
  if (typeof value !== 'object' || value === null) return '';
  if (types.isPromise(value)) return '; await it first';
  if (isError(value)) return '; send its message';
  if (isBytes(value)) return '; send bytes as { data: bytes }';
  return Symbol.iterator in value ? '; make it a list: [...values]' : '';
}
