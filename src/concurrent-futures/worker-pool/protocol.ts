/**
 * The messages between main thread and pool thread, over two channels:
 *
 * - `calls`: calls, aborts and the end go out; small outcomes come back, and for each of the others an {@link OutcomeReady}.
 * - `outcomes`: the others. There the main thread does not listen but takes one at a time, when it has time for one, as to receive
 *   a message is to deserialize it.
 *
 * Each end knows by number what the other has referred to before.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Reference } from '../../builtins/index.js';
import type { Message, Pickled } from '../../pickle/index.js';

/** The first message, by way of piscina: how the thread is set up. Answered with an {@link Opened}. */
export interface Opening {
  readonly calls: MessagePort;
  readonly outcomes: MessagePort;
  readonly workerName: string;
  /** The program's own module, which must not start its calls once more when a thread imports it. */
  readonly mainModule: string | null;
  readonly initializer: Reference | null;
  readonly initargs: Pickled;
}

/** The initializer's error, if there was one. */
export interface Opened {
  readonly failure: Pickled | null;
}

/** To the thread. */
export type ToThread = CallMessage | AbortMessage | ForgetMessage | { readonly type: 'close' };

/** One call. A tuple, as these are by far the most frequent messages and structured clone copies no names for it. */
export type CallMessage = readonly [
  id: number,
  /** The function, by the number that this thread knows it by. */
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

/** The copies of the originals with these ids are not needed any more. */
export interface ForgetMessage {
  readonly type: 'forget';
  readonly ids: readonly string[];
}

/** From the thread: an outcome, or the signal that one can be taken from the other channel, or {@link LINGERING}. */
export type FromThread = Outcome | OutcomeReady | HomeCallMessage | typeof LINGERING;

/** A call to be made in the main thread at once, without an answer. */
export interface HomeCallMessage {
  /** A `HomeCall`. */
  readonly home: Pickled;
}

/** Another outcome can be taken. What is new in it is announced here. */
export interface OutcomeReady {
  readonly announced: Pickled;
}

/** The signal that the thread closes later: streams that it returned are still being read. */
export const LINGERING = 1;

/** Outcomes up to this size come by the first channel: they are too cheap to be worth a turn of the main loop. */
export const SMALL = 256;

/** The outcome of a call. What is false at the end is left out. */
export type Outcome = readonly [
  id: number,
  /** The result or the error; with home calls a pair of it and them. */
  value: Message,
  failed?: boolean,
  /** Whether `HomeCall`s come with it, to be made before the future settles. */
  hasHomeCalls?: boolean,
];
