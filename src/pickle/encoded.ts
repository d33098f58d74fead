import type { MessagePort, Transferable } from 'node:worker_threads';
import type { SentReferences } from './reference-table.js';
import type { Pickled } from './wire.js';

/** How a value is to be sent. */
export interface EncodeOptions {
  /**
   * Whether the sender gives the value up: then the bytes in it are moved and not copied (default false). A buffer that
   * shares its memory with others is always copied.
   */
  readonly owned?: boolean | undefined;
  /** What the value is called in messages, such as `args` or `result`. */
  readonly name?: string | undefined;
  /** What has been sent over the channel before. Default: the message stands alone. */
  readonly table?: SentReferences | undefined;
}

/** A stream within the value: its other end is in the message, and this one waits for somebody to feed it. */
export interface OutgoingStream {
  readonly source: object;
  readonly port: MessagePort;
}

/** A value that is ready to be posted. */
export interface Encoded {
  readonly message: Pickled;
  readonly transferList: readonly Transferable[];
  readonly streams: readonly OutgoingStream[];
  /** Roughly how many values there are in it: what it costs to make them again. */
  readonly size: number;
}
