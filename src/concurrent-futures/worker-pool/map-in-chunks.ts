import { numberOrType } from '../../builtins/index.js';
import { atLeastOne, splitOptions } from '../arguments.js';
import type { Executor } from '../executor.js';
import { MapIterator, mapOnto } from '../executor-map.js';
import { MapInputs } from '../map-inputs.js';
import { runChunk } from './run-chunk.js';

/** `Executor.map` with a `chunksize`: that many elements are one call. `buffersize` counts such calls. */
export function mapInChunks(
  executor: Executor,
  fn: (...args: never[]) => unknown,
  rest: readonly unknown[],
): MapIterator<unknown> {
  const { iterables, options } = splitOptions(rest);
  const chunksize = parseChunksize(options.chunksize);
  if (chunksize === 1) return mapOnto(executor, fn, rest);
  const inputs = new MapInputs(iterables);
  const chunks = inputs.isAsync ? chunksOfAsync(inputs, chunksize) : chunksOf(inputs, chunksize);
  return mapOnto(executor, runChunk, [chunks, repeat(fn), options], ChunkedMapIterator);
}

function parseChunksize(chunksize: unknown): number {
  if (chunksize === undefined || chunksize === null) return 1;
  const notInteger = `chunksize must be an integer, got ${numberOrType(chunksize)}`;
  return atLeastOne(chunksize, notInteger, 'chunksize must be >= 1.');
}

function* repeat<T>(value: T): Generator<T> {
  for (;;) yield value;
}

function* chunksOf(inputs: MapInputs, size: number): Generator<unknown[][]> {
  let chunk: unknown[][] = [];
  for (let row = inputs.pull(); row !== null; row = inputs.pull()) {
    if (chunk.push(row) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

async function* chunksOfAsync(inputs: MapInputs, size: number): AsyncGenerator<unknown[][]> {
  let chunk: unknown[][] = [];
  for (let row = await inputs.pullAsync(); row !== null; row = await inputs.pullAsync()) {
    if (chunk.push(row) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Yields the results of each chunk one by one. */
class ChunkedMapIterator<T> extends MapIterator<T> {
  /** In reverse, so that the next one is popped. */
  #results: T[] = [];

  protected override async step(): Promise<IteratorResult<T, undefined>> {
    while (this.#results.length === 0) {
      const { value, done } = await super.step();
      if (done === true) return { value: undefined, done };
      // The calls are `runChunk`, which returns the results of a whole chunk.
      this.#results = (value as T[]).reverse();
    }
    return { value: this.#results.pop() as T, done: false };
  }

  protected override close(): void {
    this.#results = [];
    super.close();
  }
}
