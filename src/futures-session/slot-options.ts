import type { RequestTrace, TraceIdentity } from '../requests/diagnostics/trace.js';
import { kOnPrepared } from '../requests/sessions/session.js';
import { kAbortToken, kTrace } from '../requests/types.js';
import type { PendingCall } from './in-slot.js';
import { setField, snapshot } from './snapshot.js';

/** Carries the {@link PendingCall} among a call's options; it does not cross a thread. */
export const kCall: unique symbol = Symbol('requests-futures.call');

/** Options on their way into the slot. `_traced` stands for a trace where that cannot come along. */
export type SlotOptions<O> = O & {
  [kCall]?: PendingCall;
  [kTrace]?: RequestTrace | null | undefined;
  _traced?: TraceIdentity;
};

/** What the future sees to and the slot does not know. */
type SeenTo = 'background_callback' | 'signal';

/**
 * The options of `call` as they are now, and what its slot needs beside them.
 * @param isFar whether the slot is in another thread
 */
export function slotOptions<O extends object>(
  options: O,
  call: PendingCall,
  isFar: boolean,
): SlotOptions<Omit<O, SeenTo>> {
  const { trace } = call;
  // What is written later has its place from the beginning: a million of these may be waiting.
  const slot: Record<string | symbol, unknown> = {
    [kCall]: call,
    [kTrace]: isFar ? undefined : trace,
    [kAbortToken]: undefined,
    [kOnPrepared]: undefined,
  };
  if (isFar && trace !== null) slot['_traced'] = trace.identity();
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'signal' && name !== 'background_callback') setField(slot, name, snapshot(value));
  }
  return slot as SlotOptions<Omit<O, SeenTo>>;
}
