/**
 * The variables that every request looks at. To read one costs some two thousand instructions, and seven of them were a
 * twentieth of a request's CPU (`perf stat`, small JSON, UndiciAdapter). A request that was queued may as well have them as
 * they were at any moment since, so that those of a long queue share what one of them has read.
 */
import { monotonic } from '../../builtins/index.js';

/** Seconds after which a change is seen in any case, however long the queue is. */
const READ_AGAIN_AFTER = 1;

/** Counts the moments at which requests were queued. */
let moment = 0;
const known = new Map<string, string | undefined>();
/** When `known` was begun: its last moment before, and the time. */
let knownSince = { moment: 0, time: 0 };
let mayUseKnown = false;

/** The moment at which a request is queued, for {@link asQueuedAt}. */
export function nextMoment(): number {
  return (moment += 1);
}

/** Calls `prepare`, for which variables may be as they were at any time since the moment `since`. */
export function asQueuedAt<T>(since: number, prepare: () => T): T {
  const now = monotonic();
  if (knownSince.moment < since || now - knownSince.time > READ_AGAIN_AFTER) {
    known.clear();
    knownSince = { moment, time: now };
  }
  const before = mayUseKnown;
  mayUseKnown = true;
  try {
    return prepare();
  } finally {
    mayUseKnown = before;
  }
}

/** The value of an environment variable; undefined when it is not set. */
export function variable(name: string): string | undefined {
  if (!mayUseKnown) return process.env[name];
  const value = known.get(name);
  if (value !== undefined || known.has(name)) return value;
  const read = process.env[name];
  known.set(name, read);
  return read;
}
