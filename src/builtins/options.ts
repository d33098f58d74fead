import { types } from 'node:util';
import { nearestName } from './nearest-name.js';
import { typeName } from './repr.js';

/**
 * Keyword arguments are the last options object. An unknown name is refused, as Python refuses an
 * unexpected keyword: ignoring one silently is the worst outcome for ported code. The message names the nearest known name,
 * or ends with what `hint` says of it. What is no object is refused as well.
 * @returns the options to read, without what a polluted `Object.prototype` adds
 */
export function checkOptions<O extends object>(
  callee: string,
  options: O,
  known: readonly string[],
  hint: (name: string) => string = () => '',
): O {
  if (typeof options !== 'object') {
    throw new TypeError(`${callee} takes its options as an object, got ${typeName(options)}`);
  }
  for (const name in options) {
    if (!known.includes(name) && Object.hasOwn(options, name)) {
      const near = nearestName(name, known);
      const end = near === null ? hint(name) : `; did you mean '${near}'?`;
      throw new TypeError(`${callee} got an unexpected keyword argument '${name}'${end}`);
    }
  }
  return ownOptions(options);
}

/**
 * The options without inherited ones: a polluted `Object.prototype` must not add proxies or credentials to a request. A copy
 * if it is polluted, else the options themselves.
 */
export function ownOptions<O extends object>(options: O): O {
  for (const _ in Object.prototype) return Object.assign(Object.create(null), options) as O;
  return options;
}

/**
 * JavaScript drops surplus arguments, and so what was meant by them.
 * @param takes what may be given: `send() takes (request, options)`
 */
export function checkCount(takes: string, most: number, count: number, hint = ''): void {
  if (count > most) throw new TypeError(`${takes}, got ${count} arguments${hint}`);
}

/** Whether `value` is null, undefined or an object without keys. */
export function isEmpty(object: object | null | undefined): object is null | undefined {
  for (const _ in object) return false;
  return true;
}

/** Whether `value` is a plain options object: not an array, not a class instance, not iterable. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** Whether `value` is a promise of any kind. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Whether `value` gives its members one by one. */
export function iterates(value: object): boolean {
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

/**
 * Refuses a list whose members are no pairs, such as lines. They are not shown, as they may hold secrets.
 * @param wanted what the option `name` takes, and how that is written
 * @param isAlsoPair tells what else counts as a pair
 */
export function checkPairs(
  name: string,
  values: unknown,
  wanted: string,
  isAlsoPair: (member: unknown) => boolean = () => false,
): void {
  if (typeof values !== 'object' || !(Array.isArray(values) || types.isSet(values))) return;
  for (const each of values as Iterable<unknown>) {
    if (typeof each === 'object' && each !== null && Symbol.iterator in each) continue;
    if (isAlsoPair(each)) continue;
    throw new TypeError(`${name} must be ${wanted}; got ${typeName(values)} of ${typeName(each)}`);
  }
}
