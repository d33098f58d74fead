import type { Encoded, EncodeOptions } from './encoded.js';
import { encodeParts } from './encoder.js';
import { feed } from './stream-source.js';

/**
 * Puts `value` into a form that `postMessage()` copies faithfully: classes, functions, identities, errors and streams
 * included. Plain data is left as it is and only looked through. A stream in it is read as far as the other side asks for it.
 * @throws RuntimeError for a function that is not importable
 * @throws PicklingError for anything else that cannot cross
 */
export function encode(value: unknown, options?: EncodeOptions): Encoded {
  const encoded = encodeParts(value, options);
  for (const { source, port } of encoded.streams) feed(source, port);
  return encoded;
}
