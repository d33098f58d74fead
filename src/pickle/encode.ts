import type { Encoded, EncodeOptions } from './encoded.js';
import { encodeParts } from './encoder.js';
import type { Message } from './message.js';
import type { SentReferences } from './reference-table.js';
import { toShort } from './short-form.js';
import { feed } from './stream-source.js';

/**
 * Puts `value` into a form that `postMessage()` copies faithfully: classes, functions, identities, errors and streams
 * included. Plain data is only scanned. A stream in it is read as far as the other side requests.
 * @throws RuntimeError for a function that is not importable
 * @throws PicklingError for anything else that cannot cross
 */
export function encode(value: unknown, options?: EncodeOptions): Encoded {
  const encoded = encodeParts(value, options);
  for (const { source, port } of encoded.streams) feed(source, port);
  return encoded;
}

/** How a value is sent over a channel. */
export interface ChannelOptions extends EncodeOptions {
  readonly table: SentReferences;
  /** The function or class prototype whose short form is tried first; null for none. */
  readonly form: object | null;
}

const NOTHING: readonly never[] = [];

/** As {@link encode}, for a channel: in the short form where that is possible. */
export function encodeForChannel(value: unknown, options: ChannelOptions): Encoded<Message> {
  const { form, table } = options;
  const short = form === null ? null : toShort(form, value as object, table);
  if (short === null) return encode(value, options);
  if ('message' in short) {
    table.begin();
    const { message, transferList } = short;
    return { message, transferList, streams: NOTHING, size: 0 };
  }
  try {
    return encodeParts(short.introduction, { owned: true, table });
  } catch {
    // Encoding the value step by step gives an error that locates the part that cannot cross.
    return encode(value, options);
  }
}
