import { importable } from 'requests-futures';

/** Ends the worker thread that runs it. */
export const endThread = importable(
  function endThread() {
    process.exit();
  },
  import.meta.url,
);

/** Ends the worker thread that runs it, by an error that nothing catches. */
export const crashThread = importable(
  async function crashThread() {
    setImmediate(() => {
      throw new Error('uncaught on purpose');
    });
    await new Promise(() => {});
  },
  import.meta.url,
);

export const nothing = importable(
  function nothing() {
    return null;
  },
  import.meta.url,
);
