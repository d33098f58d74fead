import { expect, test } from 'vitest';
import { type AbortListener, AbortToken } from '../../src/builtins/abort-token.js';
import type { Call } from '../../src/concurrent-futures/call-context.js';
import { reclaimSlot } from '../../src/futures-session/reclaim-slot.js';

/** Has its listeners counted. */
class CountedToken extends AbortToken {
  readonly listeners = new Set<AbortListener>();

  override add(listener: AbortListener): void {
    this.listeners.add(listener);
    super.add(listener);
  }

  override remove(listener: AbortListener): void {
    this.listeners.delete(listener);
    super.remove(listener);
  }
}

function callThat(reclaimSlot: () => Promise<void>): Call {
  return { executor: {}, workerName: null, token: null, set_abort_handler: () => undefined, reclaimSlot };
}

test('a request that pauses a hundred times leaves no listener on its token', async () => {
  const token = new CountedToken();
  let slots = 0;
  const call = callThat(() => {
    slots += 1;
    expect(token.listeners.size).toBe(1);
    return Promise.resolve();
  });
  for (let i = 0; i < 100; i += 1) await reclaimSlot(call, token);
  expect(slots).toBe(100);
  expect(token.listeners.size).toBe(0);
});

test('an aborted request does not wait for a slot', async () => {
  const token = new CountedToken();
  const never = callThat(() => new Promise(() => undefined));
  const reclaimed = reclaimSlot(never, token);
  token.abort();
  await expect(reclaimed).resolves.toBeUndefined();
});
