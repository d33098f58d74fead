import { toBuffer } from '../../urls/python-text.js';
import type { Bytes } from '../../inputs.js';

/**
 * The slices of `slice_length` characters of text or bytes, the last one shorter; one slice when the length is null, 0 or
 * less. Slices of bytes share their memory.
 */
export function iter_slices(string: string, slice_length: number | null): Generator<string, void, undefined>;
export function iter_slices(string: Bytes, slice_length: number | null): Generator<Buffer, void, undefined>;
export function* iter_slices(
  string: string | Bytes,
  slice_length: number | null,
): Generator<string | Buffer, void, undefined> {
  const whole = typeof string === 'string' ? string : toBuffer(string);
  const step = slice_length === null || slice_length <= 0 ? whole.length : slice_length;
  for (let position = 0; position < whole.length; position += step) {
    const end = position + step;
    yield typeof whole === 'string' ? whole.slice(position, end) : whole.subarray(position, end);
  }
}
