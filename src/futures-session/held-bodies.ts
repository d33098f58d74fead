/** The bodies of queued and running requests: those of a request that is not sent are closed, unless another one has them, too. */
import { ValueError } from '../builtins/index.js';
import type { Files } from '../requests/index.js';
import { bodiesOf, closeBody, endsWhenClosed, mustBeClosed } from '../requests/internal.js';

/** How many unfinished requests have a body. */
const holders = new WeakMap<object, number>();

/** What was closed here, and would be sent as empty. */
const closed = new WeakSet<object>();

/**
 * What a request sends that must be closed; null for nothing.
 * @throws ValueError for a body that was closed with an earlier request
 */
export function bodiesToHold(data: unknown, files: unknown): readonly object[] | null {
  const bodies = bodiesOf(data, files as Files | null | undefined).filter(mustBeClosed);
  if (bodies.some((body) => closed.has(body))) {
    throw new ValueError(
      'the body was closed with an earlier request that was cancelled or failed; make one for each request',
    );
  }
  return bodies.length === 0 ? null : bodies;
}

/** Notes that a request has these bodies. */
export function hold(bodies: readonly object[]): void {
  for (const body of bodies) holders.set(body, (holders.get(body) ?? 0) + 1);
}

/** The request is done. Closes its bodies if it was not sent, or failed. */
export function letGo(bodies: readonly object[], isSent: boolean): void {
  for (const body of bodies) {
    const others = (holders.get(body) ?? 1) - 1;
    holders.set(body, others);
    if (isSent || others > 0) continue;
    closeBody(body);
    if (endsWhenClosed(body)) closed.add(body);
  }
}
