import { setReferences } from '../../builtins/index.js';
import { currentCall, swapCall } from '../call-context.js';

/** In the thread: calls `fn` with one row after the other. As in Python, the chunk fails as a whole. */
export async function runChunk(
  rows: readonly unknown[][],
  fn: (...args: unknown[]) => unknown,
): Promise<unknown[]> {
  const call = currentCall();
  const results: unknown[] = [];
  for (const row of rows) {
    // Each element can get the abort signal, as if submitted by itself.
    const previous = swapCall(call);
    let result: unknown;
    try {
      result = fn(...row);
    } finally {
      swapCall(previous);
    }
    results.push(await result);
  }
  return results;
}

setReferences(import.meta.url, { runChunk });
