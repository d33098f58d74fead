import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_AGAIN_MS = 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Collects garbage, again and again, until `condition` holds. Returns false when it does not within `patience` ms. */
export async function collectUntil(condition: () => boolean, patience = 10_000): Promise<boolean> {
  const deadline = performance.now() + patience;
  while (!condition()) {
    if (performance.now() >= deadline) return false;
    collectGarbage();
    // What was collected is closed in turns to come.
    await sleep(LOOK_AGAIN_MS);
  }
  return true;
}
