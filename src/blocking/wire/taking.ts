/** How a thread of a pool comes to the gateway of its program: it has the thread that made the pool take it. */
import type { MessagePort } from 'node:worker_threads';
import { RuntimeError, setReferences } from '../../builtins/index.js';
import { tellEnd } from './end.js';

/** Connects a caller, whose end of the channel `port` is not, with the gateway. */
export type Take = (port: MessagePort, flags: SharedArrayBuffer) => void;

let take: Take | null = null;

/** Says how this thread takes callers: the gateway serves them, other threads pass them on to theirs. */
export function onCaller(own: Take): void {
  take = own;
}

/** @internal */
export function takeCaller(port: MessagePort, flags: SharedArrayBuffer): void {
  try {
    if (take === null) throw new RuntimeError('a caller has come to a thread that takes none');
    take(port, flags);
  } catch {
    // It waits, and finds out in its own way why there is no gateway.
    port.close();
    tellEnd(flags);
  }
}

setReferences(import.meta.url, { takeCaller });
