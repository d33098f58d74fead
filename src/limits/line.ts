import { type QueueEntry, WorkQueue } from '../builtins/work-queue.js';
import type { Gate } from './gate.js';
import type { Timed } from './time-heap.js';

/** Those that wait for the same keys, in the order in which they came. */
export class Line implements QueueEntry, Timed {
  /** In the order in which they are looked at; the one that is for all comes first. */
  readonly gates: readonly Gate[];
  /** By what a line of several keys is found again; null for a line of one. */
  readonly name: string | null;
  readonly waiting = new WorkQueue<Turn>();
  queue: WorkQueue<this> | null = null;
  previous: this | null = null;
  next: this | null = null;
  heapIndex = -1;

  constructor(gates: readonly Gate[], name: string | null) {
    this.gates = gates;
    this.name = name;
  }
}

export const OUTSIDE = 0;
/** In its line. */
export const WAITING = 1;
/** Started; its token is reserved. */
export const STARTED = 2;
/** Started, and when is known. */
export const WRITTEN = 3;

/**
 * Something that a {@link Limiter} lets start in its turn. The limiter calls the two methods, which must not throw; they may
 * be called before `enter()` has returned.
 */
export abstract class Turn implements QueueEntry {
  queue: WorkQueue<this> | null = null;
  previous: this | null = null;
  next: this | null = null;
  /** @internal */
  line: Line | null = null;
  /** @internal */
  phase: number = OUTSIDE;
  /** @internal In microseconds of the limiter's clock. */
  enteredAt = 0;
  /** @internal In microseconds of the limiter's clock. */
  startedAt = 0;

  /** It may start now. Its token is reserved until `limiter.written()`, its places are held until `limiter.leave()`. */
  abstract begin(): void;

  /** It will not start: `max_delay` is shorter than the wait, which is `seconds` at the least. */
  abstract refuse(seconds: number): void;
}
