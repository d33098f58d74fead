/** `Executor.map`, on top of nothing but `submit`. */
import { checkOptions, isPlainObject, ValueError } from '../../builtins/index.js';
import type { MapOptions } from '../../concurrent-futures/index.js';
import {
  checkMapped,
  deadlineAfter,
  MapInputs,
  parseTimeout,
  remaining,
} from '../../concurrent-futures/internal.js';
import type { Future } from './future.js';

/** What `map` needs of an executor. */
interface Submits {
  submit(fn: (...args: unknown[]) => unknown, ...args: unknown[]): Future;
}

/** Submits the calls, and iterates over their results in the order of the inputs. */
export function mapOnto(
  executor: Submits,
  fn: (...args: never[]) => unknown,
  rest: readonly unknown[],
): IterableIterator<unknown> {
  checkMapped(fn);
  const { iterables, options } = splitOptions(rest);
  checkOptions('map()', options, ['timeout', 'chunksize', 'buffersize']);
  const deadline = deadlineAfter(parseTimeout(options.timeout));
  const buffersize = parseBuffersize(options.buffersize);
  const inputs = new MapInputs(iterables);
  if (inputs.isAsync) {
    throw new TypeError(
      'map() cannot read async iterables, as this thread would have to run while it waits; pass a list or a generator',
    );
  }
  const futures: Future[] = [];
  const submit = (): boolean => {
    const row = inputs.pull();
    if (row !== null) futures.push(executor.submit(fn as (...args: unknown[]) => unknown, ...row));
    return row !== null;
  };
  // At the call, not at the first result.
  for (let count = 0; count < buffersize && submit(); count += 1);
  return results(futures, deadline, buffersize === Infinity ? null : submit);
}

function* results(
  futures: Future[],
  deadline: number | null,
  submit: (() => boolean) | null,
): Generator<unknown, void, undefined> {
  let next = 0;
  try {
    while (next < futures.length) {
      const future = futures[next] as Future;
      const result = future.result(remaining(deadline));
      // Do not keep results that have been yielded.
      futures[next] = undefined as never;
      next += 1;
      submit?.();
      yield result;
    }
  } finally {
    for (; next < futures.length; next += 1) futures[next]?.cancel();
  }
}

function splitOptions(rest: readonly unknown[]): { iterables: readonly unknown[]; options: MapOptions } {
  const last = rest.at(-1);
  const isNone = rest.length > 0 && (last === undefined || last === null);
  if (!isNone && (!isPlainObject(last) || Symbol.iterator in last)) return { iterables: rest, options: {} };
  return { iterables: rest.slice(0, -1), options: (last as MapOptions | null | undefined) ?? {} };
}

function parseBuffersize(buffersize: unknown): number {
  if (buffersize === undefined || buffersize === null) return Infinity;
  if (typeof buffersize !== 'number' || !Number.isInteger(buffersize)) {
    throw new TypeError('buffersize must be an integer or None');
  }
  if (buffersize < 1) throw new ValueError('buffersize must be None or > 0');
  return buffersize;
}
