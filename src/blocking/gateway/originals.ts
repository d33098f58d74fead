import type { Step } from '../wire/session-parts.js';
import type { CallersThread } from './callers-thread.js';

/** The caller's session that a twin stands for. */
export interface Original {
  readonly caller: CallersThread;
  readonly id: string;
  /** The steps that its class takes in its own way. */
  own: ReadonlySet<Step>;
}

/** Beside the sessions, which are sent on to other threads with all their fields. */
const originals = new WeakMap<object, Original>();

/** Says for whom `twin` stands. */
export function setOriginal(twin: object, original: Original): void {
  originals.set(twin, original);
}

/** For whom `twin` stands. */
export function originalOf(twin: object): Original | undefined {
  return originals.get(twin);
}
