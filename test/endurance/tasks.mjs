import { importable } from 'requests-futures';

/** Ends the worker thread that runs it. */
export const endThread = importable(
  function endThread() {
    process.exit();
  },
  import.meta.url,
);

export const nothing = importable(
  function nothing() {
    return null;
  },
  import.meta.url,
);
