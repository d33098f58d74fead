import { crc32 } from 'node:zlib';

const FHCRC = 0x02;
const FEXTRA = 0x04;
const FNAME = 0x08;
const FCOMMENT = 0x10;
const RESERVED = 0xe0;

/**
 * The length of the gzip header (RFC 1952) at the start of `data`; null when more data is needed to tell. Throws for what
 * is not one, as early as zlib does and in its words.
 */
export function gzipHeaderLength(data: Buffer): number | null {
  if (data.length < 2) return null;
  if (data[0] !== 0x1f || data[1] !== 0x8b) throw new Error('incorrect header check');
  if (data.length < 4) return null;
  if (data[2] !== 8) throw new Error('unknown compression method');
  const flags = data[3] as number;
  if ((flags & RESERVED) !== 0) throw new Error('unknown header flags set');

  let position = 10;
  if ((flags & FEXTRA) !== 0) {
    if (data.length < position + 2) return null;
    position += 2 + data.readUInt16LE(position);
  }
  for (const field of [FNAME, FCOMMENT]) {
    if ((flags & field) === 0) continue;
    const terminator = position > data.length ? -1 : data.indexOf(0, position);
    if (terminator === -1) return null;
    position = terminator + 1;
  }
  if ((flags & FHCRC) !== 0) {
    if (data.length < position + 2) return null;
    if ((crc32(data.subarray(0, position)) & 0xffff) !== data.readUInt16LE(position)) {
      throw new Error('header crc mismatch');
    }
    position += 2;
  }
  return data.length < position ? null : position;
}
