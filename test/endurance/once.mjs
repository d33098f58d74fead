import { appendFileSync, openSync } from 'node:fs';
import { importable } from 'requests-futures/concurrent-futures';

const file = process.env.RAN === undefined ? null : openSync(process.env.RAN, 'a');

/** Notes that it ran, where a worker that is killed leaves it. */
export const countOnce = importable(
  function countOnce(i) {
    if (file !== null) appendFileSync(file, `${i}\n`);
    return i;
  },
  import.meta.url,
);
