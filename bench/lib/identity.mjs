import { importable } from 'requests-futures/concurrent-futures';

/** A call that costs nothing but its way. */
export const identity = importable(
  function identity(i) {
    return i;
  },
  import.meta.url,
);
