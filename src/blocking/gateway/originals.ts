import type { Step } from '../wire/session-parts.js';
import type { CallersThread } from './callers-thread.js';

/** The caller's session behind a twin. */
export interface Original {
  readonly caller: CallersThread;
  readonly id: string;
  /** The steps that its class overrides. */
  own: ReadonlySet<Step>;
}

/** Kept apart from the sessions, whose fields all cross to other threads. */
const originals = new WeakMap<object, Original>();

/** Sets the original of `twin`. */
export function setOriginal(twin: object, original: Original): void {
  originals.set(twin, original);
}

/** The original of `twin`. */
export function originalOf(twin: object): Original | undefined {
  return originals.get(twin);
}
