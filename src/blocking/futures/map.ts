/** `Executor.map`, on top of nothing but `submit`. */
import {
  checkMapped,
  deadlineAfter,
  MapInputs,
  parseBuffersize,
  parseTimeout,
  remaining,
  splitOptions,
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
  for (let count = 0; count < (buffersize ?? Infinity) && submit(); count += 1);
  return results(futures, deadline, buffersize === null ? null : submit);
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
