/** The frames of those who asked for something, added to the stack of what it failed with. */

/** Errors that have those of who waits. */
const shown = new WeakSet<Error>();

/** The frames here and now, from the caller of `below` on. */
export function framesAbove(below: CallableFunction): string {
  const place = { name: 'Error', message: '', stack: '' };
  Error.captureStackTrace(place, below);
  return stackOf(place) ?? '';
}

/** Null where it is no text. Reading it runs `Error.prepareStackTrace` or a getter of the caller's, which may throw. */
export function stackOf(place: { readonly stack?: unknown }): string | null {
  try {
    return typeof place.stack === 'string' ? place.stack : null;
  } catch {
    return null;
  }
}

/** Makes an error far below those who asked, with `more` frames than usual. */
export function withMoreFrames<E>(make: () => E, more = 10): E {
  const limit = Error.stackTraceLimit;
  // The property may be frozen.
  Reflect.set(Error, 'stackTraceLimit', limit + more);
  try {
    return make();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit);
  }
}

/** Adds `frames` behind those of `error` that are not there yet, and gives the error back. */
export function addFrames<E>(error: E, frames: string): E {
  if (!(error instanceof Error)) return error;
  const stack = stackOf(error);
  if (stack === null) return error;
  const there = new Set(stack.split('\n'));
  const added = frames.split('\n').filter((line) => line.startsWith('    at ') && !there.has(line));
  if (added.length === 0) return error;
  const value = [stack, ...added].join('\n');
  Reflect.defineProperty(error, 'stack', {
    value,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return error;
}

/**
 * Rejects with `error`, which gets the frames of the async functions that wait for this promise: V8 finds them where one promise
 * follows from another, which those of a future do not. It costs nothing until something fails.
 */
export async function rejectWithFrames(error: unknown): Promise<never> {
  if (error instanceof Error && !shown.has(error)) {
    shown.add(error);
    // A promise that is resolved with this one follows it a turn later.
    await Promise.resolve();
    await Promise.resolve();
    addFrames(error, framesAbove(rejectWithFrames));
  }
  throw error;
}
