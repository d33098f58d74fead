import type { Transferable } from 'node:worker_threads';
import type { OutgoingStream } from './encoded.js';
import { assign, type Container, Op, type Step } from './message.js';

/** A message in the making. It can be rolled back to an earlier point, as its parts only grow. */
export class Draft {
  /** Containers with holes, and bytes that had to be copied, by the originals. */
  readonly copies = new Map<object, object>();
  readonly parts = new Map<object, number>();
  /** The objects whose constructing arguments are being collected. */
  readonly open = new Set<number>();
  readonly steps: Step[] = [];
  /** Where in the value the encoder is. */
  readonly path: (string | number)[];
  #nextPart = 0;

  constructor(
    name: string,
    readonly transfers: Set<Transferable>,
    readonly streams: OutgoingStream[],
  ) {
    this.path = [name];
  }

  /** Adds a part that stands for `value`; returns its number. */
  begin(value: object): number {
    const part = this.#nextPart++;
    this.parts.set(value, part);
    return part;
  }

  /** Leaves a hole and adds the step that fills it. */
  fill(container: Container, key: string | number, part: number): void {
    assign(container, key, null);
    this.steps.push([Op.fill, container, key, part]);
  }

  /** The point that {@link rollBack} goes back to. */
  mark(): readonly number[] {
    return [
      ...this.#collections().map(({ size }) => size),
      this.steps.length,
      this.streams.length,
      this.path.length,
    ];
  }

  rollBack(mark: readonly number[]): void {
    const collections = this.#collections();
    collections.forEach((collection, index) => {
      for (const key of [...collection.keys()].slice(mark[index])) collection.delete(key);
    });
    const [steps = 0, streams = 0, path = 0] = mark.slice(collections.length);
    this.steps.length = steps;
    this.streams.length = streams;
    this.path.length = path;
  }

  #collections(): readonly (Map<unknown, unknown> | Set<unknown>)[] {
    return [this.copies, this.parts, this.open, this.transfers];
  }
}
