import type { MessagePort, Transferable } from 'node:worker_threads';
import type { Reduced } from '../builtins/index.js';
import type { SentReferences } from './reference-table.js';
import type { Message, Pickled } from './message.js';

/** How to send a value. */
export interface EncodeOptions {
  /**
   * Whether the sender gives up the value, so that its bytes are moved instead of copied (default false). A buffer on
   * shared memory is always copied.
   */
  readonly owned?: boolean | undefined;
  /** Whether the message will be serialized to bytes, and so must not hold what only `postMessage()` can carry (default false). */
  readonly asBytes?: boolean | undefined;
  /** The value's name in error messages, such as `args` or `result`. */
  readonly name?: string | undefined;
  /**
   * Python's `persistent_id`: how the channel itself sends a function or an object; undefined leaves it to the reducers. Default:
   * none.
   */
  readonly persistent?: ((value: object) => Reduced | undefined) | undefined;
  /** What was sent over the channel before. Default: a standalone message. */
  readonly table?: SentReferences | undefined;
}

/** A stream in the value: its other end is in the message, and `feed()` runs this end. */
export interface OutgoingStream {
  readonly source: object;
  readonly port: MessagePort;
}

/** A value ready to post. */
export interface Encoded<M extends Message = Pickled> {
  readonly message: M;
  readonly transferList: readonly Transferable[];
  readonly streams: readonly OutgoingStream[];
  /** Roughly how many values it holds: the cost of decoding. */
  readonly size: number;
}
