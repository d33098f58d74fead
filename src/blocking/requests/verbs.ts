/** The verbs, which executors run in the gateway instead of this thread. */
import { bindVerb } from '../../requests/internal.js';
import type { RequestOptions } from './inputs.js';

/** A session's verb, or (null) a function of `requests`. */
export interface Verb {
  readonly session: object | null;
  readonly name: string;
}

const verbs = new WeakMap<object, Verb>();

/** Marks `fn` as a verb. */
export function noteVerb(fn: object, session: object | null, name: string): void {
  verbs.set(fn, { session, name });
}

/** The verb that `fn` is; undefined when it is another function. */
export function verbOf(fn: object): Verb | undefined {
  return verbs.get(fn);
}

/** The arguments of a verb, as `request` takes them. */
export function verbArguments(
  name: string,
  first: Parameters<typeof bindVerb<RequestOptions>>[1],
  second: RequestOptions | null | undefined,
  count: number,
): { readonly url: string | Uint8Array; readonly options: RequestOptions } {
  const { url, options } = bindVerb<RequestOptions>(name, first, second, count);
  const isUsual = name !== 'head' || options.allow_redirects !== undefined;
  return { url: urlText(url), options: isUsual ? options : { ...options, allow_redirects: false } };
}

/** A URL as it crosses to the gateway. */
export function urlText(url: unknown): string | Uint8Array {
  return typeof url === 'string' || url instanceof Uint8Array ? url : String(url);
}
