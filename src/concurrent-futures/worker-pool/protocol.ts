/**
 * The messages between main thread and pool thread, over two channels:
 *
 * - `calls`: calls, aborts and the end go out; small outcomes come back, and an {@link OutcomeReady} for each of the others.
 * - `outcomes`: the others. Receiving a message means deserializing it, so the main thread does not listen here but takes one
 *   at a time, when it has time.
 *
 * Each end refers by number to what was sent before.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Reference } from '../../builtins/index.js';
import type { Message, Pickled } from '../../pickle/index.js';

/** The first message, through piscina: the thread's setup. Answered with an {@link Opened}. */
export interface Opening {
  readonly calls: MessagePort;
  readonly outcomes: MessagePort;
  readonly workerName: string;
  /** The program's main module, which must not submit its calls again when a thread imports it. */
  readonly mainModule: string | null;
  readonly initializer: Reference | null;
  readonly initargs: Pickled;
}

/** The initializer's error, if there was one. */
export interface Opened {
  readonly failure: Pickled | null;
}

/** To the thread. */
export type ToThread =
  | CallMessage
  | AbortMessage
  | ForgetMessage
  | SlotReturnedMessage
  | { readonly type: 'close' };

/** One call. A tuple, as calls are by far the most frequent messages and structured clone then copies no names. */
export type CallMessage = readonly [
  id: number,
  /** The number of the function in this thread. */
  fn: number,
  args: Message,
  /** Where the function can be imported from; the first time only. */
  reference?: Reference,
];

/** `abort(reason)` was called on the future of the call. */
export interface AbortMessage {
  readonly type: 'abort';
  readonly id: number;
  readonly reason: Pickled;
}

/** The call has a slot again. */
export interface SlotReturnedMessage {
  readonly type: 'slot';
  readonly id: number;
}

/** The copies of the originals with these ids are not needed any more. */
export interface ForgetMessage {
  readonly type: 'forget';
  readonly ids: readonly string[];
}

/** From the thread: an outcome, or the signal that one can be taken from the other channel, or {@link LINGERING}. */
export type FromThread = Outcome | OutcomeReady | HomeCallMessage | SlotMessage | typeof LINGERING;

/** A call to make in the main thread at once, without an answer. */
export interface HomeCallMessage {
  /** A `HomeCall`. */
  readonly home: Pickled;
}

/** The call with this id only waits and lends its slot out, or wants one again. */
export interface SlotMessage {
  readonly slot: 'lent' | 'wanted';
  readonly id: number;
}

/** Another outcome can be taken. What is new in it is announced here. */
export interface OutcomeReady {
  readonly announced: Pickled;
}

/** The signal that the thread closes later, as streams that it returned are still being read. */
export const LINGERING = 1;

/** Outcomes up to this size use the first channel: they are too cheap to be worth a turn of the main loop. */
export const SMALL = 256;

/** The outcome of a call. Trailing `false` values are left out. */
export type Outcome = readonly [
  id: number,
  /** The result or the error; with home calls, a pair of both. */
  value: Message,
  failed?: boolean,
  /** Whether `HomeCall`s come with it, to make before the future settles. */
  hasHomeCalls?: boolean,
];
