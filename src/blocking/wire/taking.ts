/** How a pool's thread gets the gateway of its program: through the thread that created the pool. */
import type { MessagePort } from 'node:worker_threads';
import { RuntimeError, setReferences } from '../../builtins/index.js';
import { tellEnd } from './end.js';

/** Connects a caller with the gateway; `port` is the gateway's end. */
export type Take = (port: MessagePort, flags: SharedArrayBuffer) => void;

let take: Take | null = null;

/** Sets how this thread takes callers: the gateway serves them, other threads pass them on to theirs. */
export function onCaller(own: Take): void {
  take = own;
}

/** @internal */
export function takeCaller(port: MessagePort, flags: SharedArrayBuffer): void {
  try {
    if (take === null) throw new RuntimeError('a caller has come to a thread that takes none');
    take(port, flags);
  } catch {
    // It waits, and finds out by itself why there is no gateway.
    port.close();
    tellEnd(flags);
  }
}

setReferences(import.meta.url, { takeCaller });
