import type { AbortToken } from '../builtins/index.js';
import type { Call } from '../concurrent-futures/internal.js';
import type { PauseReason, RequestContext, RequestTrace } from '../requests/internal.js';
import { reclaimSlot } from './reclaim-slot.js';

/** One request in a thread that did not submit it: its slot serves others while it waits. */
export class FarCall implements RequestContext {
  readonly token: AbortToken | null;
  readonly trace: RequestTrace | undefined;
  readonly #call: Call | null;

  constructor(call: Call | null, token: AbortToken | null, trace: RequestTrace | undefined) {
    this.#call = call;
    this.token = token;
    this.trace = trace;
  }

  async pause(reason: PauseReason, wait: (() => Promise<unknown>) | null): Promise<void> {
    if (wait === null) return;
    this.trace?.paused(reason);
    this.#call?.lendSlot?.();
    await wait();
    await reclaimSlot(this.#call, this.token);
    this.trace?.resumed();
  }
}
