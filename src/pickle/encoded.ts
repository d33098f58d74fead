import type { MessagePort, Transferable } from 'node:worker_threads';
import type { Reduced } from '../builtins/index.js';
import type { SentReferences } from './reference-table.js';
import type { Message, Pickled } from './message.js';

/** How a value is to be sent. */
export interface EncodeOptions {
  /**
   * Whether the sender gives the value up, so that the bytes in it are moved instead of copied (default false). A buffer that
   * shares its memory with others is always copied.
   */
  readonly owned?: boolean | undefined;
  /** Whether the message becomes bytes, where it may hold nothing that `postMessage()` alone can copy or move (default false). */
  readonly asBytes?: boolean | undefined;
  /** The value's name in error messages, such as `args` or `result`. */
  readonly name?: string | undefined;
  /**
   * Python's `persistent_id`: how a function or an object crosses that the channel has its own way for; undefined leaves it to the
   * reducers. Default: none.
   */
  readonly persistent?: ((value: object) => Reduced | undefined) | undefined;
  /** What was sent over the channel before. Default: the message stands alone. */
  readonly table?: SentReferences | undefined;
}

/** A stream within the value: its other end is in the message, and `feed()` serves this one. */
export interface OutgoingStream {
  readonly source: object;
  readonly port: MessagePort;
}

/** A value that is ready to be posted. */
export interface Encoded<M extends Message = Pickled> {
  readonly message: M;
  readonly transferList: readonly Transferable[];
  readonly streams: readonly OutgoingStream[];
  /** Roughly how many values there are in it, which is what decoding costs. */
  readonly size: number;
}
