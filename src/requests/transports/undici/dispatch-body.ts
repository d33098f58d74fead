import { isBlob, type PreparedBody } from '../../bodies/outgoing/body.js';
import { wireBody } from '../../bodies/outgoing/wire-form.js';

/**
 * A body as undici takes it. Bytes in a list are sent in chunks, which is undici's way with what can be iterated over and
 * has no length.
 */
export function dispatchBody(body: PreparedBody, isChunked: boolean): unknown {
  const wire = wireBody(body);
  if (wire === null) return null;
  const bytes = typeof wire === 'string' ? Buffer.from(wire) : wire;
  if (!isChunked) return bytes;
  if (bytes instanceof Uint8Array) return [bytes];
  return isBlob(bytes) ? bytes.stream() : bytes;
}
