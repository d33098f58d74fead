import type { AbortToken } from '../builtins/index.js';
import type { Call } from '../concurrent-futures/internal.js';

/** Resolves when `call` has a slot again, or does not need one any more, as it is aborted. */
export function reclaimSlot(call: Call | null, token: AbortToken | null): Promise<void> {
  if (call?.reclaimSlot === undefined) return Promise.resolve();
  return Promise.race([
    call.reclaimSlot(),
    new Promise<void>((resolve) =>
      token?.onAbort(() => {
        resolve();
      }),
    ),
  ]);
}
