/**
 * What main thread and pool thread say to each other, over two channels:
 *
 * - `calls`: calls, aborts and the end go out; small outcomes come back, and for each of the others an {@link OutcomeReady}.
 * - `outcomes`: the others. Nobody listens there: the main thread takes one at a time, when it has time for one, since to
 *   receive a message is to deserialize it.
 *
 * Each end knows by number what the other has referred to before.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Reference } from '../../builtins/index.js';
import type { Flat, Pickled } from '../../pickle/index.js';

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
export type ToThread = CallMessage | FlatCall | AbortMessage | ForgetMessage | { readonly type: 'close' };

/** One call. */
export interface CallMessage {
  readonly type: 'call';
  readonly id: number;
  /** The function, by the number that this thread knows it by. */
  readonly fn: number;
  /** Where it can be imported from; the first time only. */
  readonly reference?: Reference;
  readonly args: Pickled;
}

/** One call whose function is known, with arguments in their short form. */
export type FlatCall = readonly [id: number, fn: number, args: Flat];

/** Somebody called `abort(reason)` on the future of the call. */
export interface AbortMessage {
  readonly type: 'abort';
  readonly id: number;
  readonly reason: Pickled;
}

/** Copies are not needed any more, whose originals have these ids. */
export interface ForgetMessage {
  readonly type: 'forget';
  readonly ids: readonly string[];
}

/** From the thread: an outcome, or the signal that one can be taken from the other channel, or {@link LINGERING}. */
export type FromThread = Outcome | FlatResult | OutcomeReady | HomeCall | typeof LINGERING;

/** A call to be made in the main thread, whose result nobody waits for: a pair of the function and its arguments. */
export interface HomeCall {
  readonly home: Pickled;
}

/** A result in its short form, without effects. */
export type FlatResult = readonly [id: number, result: Flat];

/** Another outcome can be taken. What is new in it is announced here. */
export interface OutcomeReady {
  readonly announced: Pickled;
}

/** The signal that the thread closes later: streams that it returned are still being read. */
export const LINGERING = 1;

/** Outcomes up to this size come by the first channel: to make them is not worth a turn of the main loop. */
export const SMALL = 256;

/** What became of a call. */
export interface Outcome {
  readonly id: number;
  readonly failed: boolean;
  /** The result or the error; with effects a pair of it and them. */
  readonly value: Pickled;
  /** Whether there are effects: calls to be made before the future is settled, a list of `Effect`s. */
  readonly hasEffects: boolean;
}
