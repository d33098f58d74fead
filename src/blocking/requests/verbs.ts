/** The verbs, which executors run in the gateway instead of this thread. */

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
