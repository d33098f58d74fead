/** Queries and forms: Python's `urlencode` and the shapes of data that requests takes for pairs. */
import { types } from 'node:util';
import { checkOptions, checkPairs, isPlainObject, typeName, ValueError } from '../../builtins/index.js';
import type { Bytes, Pairs } from '../inputs.js';
import { quote_plus, type QuoteOptions } from './quote.js';
import { isBytes, pythonText, to_native_string } from './python-text.js';

/** A key and its value. */
export type KeyValue = [key: unknown, value: unknown];

const NOT_PAIRS = 'cannot encode objects that are not 2-tuples';

/**
 * The pairs of an object, a Map, URLSearchParams, Headers, or of anything that iterates over pairs; null for null. A
 * generator is used up. Throws ValueError for text, bytes, numbers, booleans and for what is not pairs.
 */
export function to_key_val_list(value: null | undefined): null;
export function to_key_val_list(value: Pairs): KeyValue[];
export function to_key_val_list(value: unknown): KeyValue[] | null;
export function to_key_val_list(value: unknown): KeyValue[] | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object' || isBytes(value)) throw new ValueError(NOT_PAIRS);
  if (isPlainObject(value)) return Object.entries(value);
  if (hasItems(value)) return Array.from(value.items(), pair);
  if (isIterable(value)) return Array.from(value, pair);
  return Object.entries(value);
}

/** A Map of the same pairs, in which the last value of a key wins; null for null. Errors as {@link to_key_val_list}. */
export function from_key_val_list(value: Pairs | null | undefined): Map<unknown, unknown> | null {
  const list = to_key_val_list(value as unknown);
  return list === null ? null : new Map(list);
}

/** Python's mappings; the dictionaries and jars of this package are such. */
function hasItems(value: object): value is { items(): Iterable<unknown> } {
  return !Array.isArray(value) && typeof (value as { items?: unknown }).items === 'function';
}

function isIterable(value: object): value is Iterable<unknown> {
  return typeof (value as { [Symbol.iterator]?: unknown })[Symbol.iterator] === 'function';
}

/** Takes a pair apart with the complaints that Python has. Two characters are a pair, too. */
function pair(value: unknown): KeyValue {
  const parts = Array.isArray(value)
    ? (value as unknown[])
    : typeof value === 'string'
      ? Array.from(value)
      : elements(value);
  if (parts === null) throw new TypeError(`cannot unpack non-iterable ${typeName(value)} object`);
  if (parts.length > 2) throw new ValueError('too many values to unpack (expected 2)');
  if (parts.length < 2) throw new ValueError(`not enough values to unpack (expected 2, got ${parts.length})`);
  return [parts[0], parts[1]];
}

/** What a `for` loop of Python finds in a container: the keys of a mapping, else its elements. Null: not a container. */
function elements(value: unknown): unknown[] | null {
  if (typeof value !== 'object' || value === null || isBytes(value)) return null;
  if (types.isMap(value)) return [...value.keys()];
  if (isIterable(value)) return [...value];
  return isPlainObject(value) ? Object.keys(value) : null;
}

const PAIRS = "an object or pairs: { name: 'value' } or [['name', 'value']]";

/** How fields are written, for messages. */
const FIELDS = {
  data: PAIRS,
  params: PAIRS,
  files: "an object or pairs, such as { file: createReadStream('a.csv') }",
} as const;

/**
 * Two characters are a pair, as in Python.
 * @throws TypeError for a list of lines or of objects under the option `name`, and for what has no fields
 */
export function checkFields(name: keyof typeof FIELDS, value: unknown): void {
  const isText = typeof value === 'string' || isBytes(value);
  if (isText ? name === 'files' : !hasFields(value)) {
    throw new TypeError(`${name} must be ${FIELDS[name]}; got ${typeName(value)}`);
  }
  checkPairs(name, value, FIELDS[name], isTwoCharacters);
}

/** Whether `value` may have fields: primitives, functions, promises, and streams of bytes have none. */
function hasFields(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && !types.isPromise(value) && !(Symbol.asyncIterator in value);
}

function isTwoCharacters(member: unknown): boolean {
  return typeof member === 'string' && Array.from(member).length === 2;
}

/**
 * Pairs as `application/x-www-form-urlencoded`, for queries and forms: a list repeats its key, a value of null leaves the
 * key out, booleans are `True` and `False`. Text is returned as it is, and so are bytes, which must be ASCII
 * (UnicodeDecodeError). Throws ValueError and TypeError for what is not pairs, UnicodeEncodeError for a lone surrogate.
 */
export function encode_params(data: Pairs | string | Bytes): string {
  if (typeof data === 'string' || isBytes(data)) return to_native_string(data);
  let out = '';
  for (const [key, value] of to_key_val_list(data)) {
    if (value === null || value === undefined) continue;
    const values = elements(value);
    if (values === null) {
      out += `&${quoteValue(key)}=${quoteValue(value)}`;
      continue;
    }
    for (const each of values) {
      if (each === null || each === undefined) continue;
      for (const leaf of elements(each) ?? [each]) out += `&${quoteValue(key)}=${quoteValue(leaf)}`;
    }
  }
  return out.slice(1);
}

function quoteValue(value: unknown): string {
  return quote_plus(isBytes(value) ? value : pythonText(value));
}

/** How {@link urlencode} writes its pairs. */
export interface UrlencodeOptions extends QuoteOptions {
  /** Repeat the key for each element of a list, in place of writing the list as text. Default false. */
  doseq?: boolean | undefined;
  /** What quotes keys and values. Default {@link quote_plus}. */
  quote_via?: ((value: string | Bytes, safe: string) => string) | undefined;
}

/**
 * `urllib.parse.urlencode`. A value of null is written `None`, as in Python; {@link encode_params} leaves it out.
 * The options, or just `doseq`, come last. Throws TypeError for text and for what is not pairs.
 */
export function urlencode(query: Pairs, options: UrlencodeOptions | boolean = {}): string {
  const given = typeof options === 'boolean' ? { doseq: options } : options;
  const named = checkOptions('urlencode()', given, ['doseq', 'safe', 'quote_via']);
  const { doseq = false, safe = '', quote_via = quote_plus } = named;
  if (typeof query !== 'object') throw new TypeError('not a valid non-string sequence or mapping object');
  const write = (value: unknown): string => quote_via(isBytes(value) ? value : pythonText(value), safe);
  return to_key_val_list(query)
    .flatMap(([key, value]) =>
      ((doseq ? elements(value) : null) ?? [value]).map((each) => `${write(key)}=${write(each)}`),
    )
    .join('&');
}
