import type { AbortToken } from '../builtins/index.js';
import type { Call } from '../concurrent-futures/internal.js';

/** Resolves when `call` has a slot again, or does not need one any more, as it is aborted. */
export async function reclaimSlot(call: Call | null, token: AbortToken | null): Promise<void> {
  if (call?.reclaimSlot === undefined) return;
  let stop: (() => void) | undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = token?.onAbort(() => {
      resolve();
    });
  });
  await Promise.race([call.reclaimSlot(), aborted]);
  stop?.();
}
