import type { HomeCall } from '../../builtins/index.js';
import { decodeLoading, type Pickled } from '../../pickle/index.js';

/** Makes a call that a thread asks for, at once and without an answer. */
export async function makeHomeCall(call: Pickled): Promise<void> {
  const [fn, args] = (await decodeLoading(call)) as HomeCall;
  fn(...(args as never[]));
}
