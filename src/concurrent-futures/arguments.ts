/** What users pass to executors: the options, and their checks. */
import {
  checkOptions,
  isPlainObject,
  numberOrType,
  ownOptions,
  typeName,
  ValueError,
} from '../builtins/index.js';
import { isIterable } from './map-inputs.js';

/** The keyword arguments of `shutdown()`. */
export interface ShutdownOptions {
  /** Resolve only when every running and queued call is done. Default true. */
  wait?: boolean | null | undefined;
  /** Cancel what is queued and has not begun. Default false. */
  cancel_futures?: boolean | null | undefined;
}

/** The keyword arguments of `map()`. */
export interface MapOptions {
  /** Seconds from the `map` call for all results together, else TimeoutError. Finished results are still yielded. Default: no limit. */
  timeout?: number | null | undefined;
  /** How many calls travel together to an isolated pool. In-thread pools ignore it, as Python's thread pools do. */
  chunksize?: number | null | undefined;
  /** How many elements to read and submit ahead of the results. Default: all at the call. */
  buffersize?: number | null | undefined;
}

/** The keyword arguments of `AsyncPoolExecutor`. */
export interface AsyncPoolExecutorOptions {
  /** The most calls to run at once: an integer from 1, or `Infinity`. Default: min(32, available CPUs + 4). */
  max_workers?: number | null | undefined;
  /** Workers are named `<thread_name_prefix>_<n>`. Default: `ThreadPoolExecutor-<k>`, counting executors. */
  thread_name_prefix?: string | null | undefined;
  /** Called once by each worker before its first call; may be async. When it fails the pool is broken. Default: none. */
  initializer?: ((...args: never[]) => unknown) | null | undefined;
  /** The arguments of `initializer`. Default: none. */
  initargs?: Iterable<unknown> | null | undefined;
}

/**
 * A first argument that Python takes by position and by name alike: `shutdown(false)`, `shutdown({ wait: false })`.
 * Returns it by name, or nothing if it is None.
 */
export function byName(first: unknown, name: string): Readonly<Record<string, unknown>> {
  if (isPlainObject(first)) return first;
  return first === undefined || first === null ? {} : { [name]: first };
}

/** The arguments of `shutdown` in both forms, with their defaults. */
export function parseShutdown(
  wait: boolean | ShutdownOptions | null | undefined,
  keywords: ShutdownOptions | null | undefined,
): { wait: boolean; cancelFutures: boolean } {
  const names = ['wait', 'cancel_futures'];
  const others = checkOptions('shutdown()', keywords ?? {}, names);
  const options: ShutdownOptions = checkOptions('shutdown()', { ...others, ...byName(wait, 'wait') }, names);
  return {
    wait: options.wait ?? true,
    cancelFutures: options.cancel_futures ?? false,
  };
}

/** Checks Python's `max_workers`. `Infinity` is allowed: no limit. */
export function parseMaxWorkers(value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (value === false) throw new ValueError('max_workers must be greater than 0');
  if (typeof value === 'number' && value <= 0) throw new ValueError('max_workers must be greater than 0');
  if (typeof value !== 'number' || (value !== Infinity && !Number.isInteger(value))) {
    throw new TypeError(`max_workers must be an integer, got ${numberOrType(value)}`);
  }
  return value;
}

/** @throws TypeError, or ValueError when it is less than 1, with these messages */
export function atLeastOne(value: unknown, notInteger: string, tooSmall: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new TypeError(notInteger);
  if (value < 1) throw new ValueError(tooSmall);
  return value;
}

/** A trailing argument that is not iterable is the options, as plain objects never are iterable. */
export function splitOptions(rest: readonly unknown[]): {
  iterables: readonly unknown[];
  options: MapOptions;
} {
  const last = rest.at(-1);
  const none = rest.length > 0 && (last === undefined || last === null);
  if (!none && (!isPlainObject(last) || isIterable(last)))
    return { iterables: rest, options: ownOptions({}) };
  const options = checkOptions('map()', last ?? {}, ['timeout', 'chunksize', 'buffersize']);
  return { iterables: rest.slice(0, -1), options };
}

/** Null for no limit. */
export function parseBuffersize(buffersize: unknown): number | null {
  if (buffersize === undefined || buffersize === null) return null;
  return atLeastOne(buffersize, 'buffersize must be an integer or None', 'buffersize must be None or > 0');
}

/** `(max_workers, options)` or `(options)` as one object. @throws TypeError for unknown options, and for what is no object */
export function poolOptions(
  callee: string,
  first: number | AsyncPoolExecutorOptions | null | undefined,
  second: AsyncPoolExecutorOptions | null | undefined,
): AsyncPoolExecutorOptions {
  if (typeof (second ?? {}) !== 'object') {
    throw new TypeError(
      `${callee} takes (max_workers, options), { thread_name_prefix: 'name' }, got ${typeName(second)}`,
    );
  }
  const options: AsyncPoolExecutorOptions = { ...second, ...byName(first, 'max_workers') };
  return checkOptions(callee, options, ['max_workers', 'thread_name_prefix', 'initializer', 'initargs']);
}
