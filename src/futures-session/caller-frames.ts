/**
 * Where a request was submitted, in the stack of what it failed with: under `NODE_DEBUG=requests-futures` alone, as a stack
 * costs at least 2 µs of CPU, however few its frames, and a small request 50 to 80.
 */
import { debuglog } from 'node:util';
import { addFrames, framesAbove } from '../builtins/index.js';
import type { ResponseFuture } from './response-future.js';

/** Whether the program runs under `NODE_DEBUG=requests-futures`. */
export const showsCallers = debuglog('requests-futures').enabled;

/** Adds the frames of this call to the error that the future may end with. */
export function noteCaller(future: ResponseFuture): void {
  const frames = framesAbove(noteCaller);
  future.add_done_callback(() => {
    if (!future.cancelled()) addFrames(future.exception_now(), frames);
  });
}
