/** The one clock of the package: monotonic, in seconds with fractions, as Python's `time.monotonic()`. */
export function monotonic(): number {
  return performance.now() / 1000;
}

/** The longest delay in milliseconds that `setTimeout` honors; a longer one fires after a millisecond. */
export const LONGEST_DELAY: number = 2 ** 31 - 1;

/** A running timer. `cancel()` may be called repeatedly, also after it has fired. */
export interface Timer {
  cancel(): void;
  /** Lets the process exit before the timer fires. */
  unref(): void;
}

/**
 * Calls `callback` once, `seconds` from now; delays too long for `setTimeout` are re-armed. The timer keeps the process alive.
 */
export function startTimer(seconds: number, callback: () => void): Timer {
  const deadline = performance.now() + seconds * 1000;
  let handle: NodeJS.Timeout | undefined;
  let isRef = true;
  const arm = (): void => {
    const remaining = deadline - performance.now();
    handle =
      remaining > LONGEST_DELAY
        ? setTimeout(arm, LONGEST_DELAY)
        : setTimeout(callback, Math.max(0, Math.ceil(remaining)));
    if (!isRef) handle.unref();
  };
  arm();
  return {
    cancel: () => {
      clearTimeout(handle);
    },
    unref: () => {
      isRef = false;
      handle?.unref();
    },
  };
}
