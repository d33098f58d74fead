/** As much of the zip format as it takes to find one member of an archive and unpack it. */
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { NotImplementedError } from '../../builtins/index.js';

const END_SIGNATURE = 0x06054b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;
const UTF8_NAME = 0x800;
const STORED = 0;
const DEFLATED = 8;

interface ZipEntry {
  readonly method: number;
  readonly compressedSize: number;
  readonly localOffset: number;
}

/**
 * The content of `member` in the archive at `path`; null when the file is no zip archive or has no such member. Throws
 * NotImplementedError for a compression other than deflate, and what reading the file throws.
 */
export function readZipMember(path: string, member: string): Buffer | null {
  const archive = readFileSync(path);
  const entry = findEntry(archive, member);
  if (entry === null) return null;
  // The local header repeats the name and has an extra field of its own length.
  const { localOffset } = entry;
  const start =
    localOffset +
    LOCAL_SIZE +
    archive.readUInt16LE(localOffset + 26) +
    archive.readUInt16LE(localOffset + 28);
  const content = archive.subarray(start, start + entry.compressedSize);
  if (entry.method === STORED) return content;
  if (entry.method === DEFLATED) return inflateRawSync(content);
  throw new NotImplementedError(`compression method ${entry.method} of a zip archive is not supported`);
}

/** Walks the central directory, whose place the record at the end of the archive tells. */
function findEntry(archive: Buffer, member: string): ZipEntry | null {
  const end = findEnd(archive);
  if (end === -1) return null;
  let offset = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (offset + ENTRY_SIZE > archive.length || archive.readUInt32LE(offset) !== ENTRY_SIGNATURE) return null;
    const nameLength = archive.readUInt16LE(offset + 28);
    const nameEnd = offset + ENTRY_SIZE + nameLength;
    const encoding = (archive.readUInt16LE(offset + 8) & UTF8_NAME) !== 0 ? 'utf8' : 'latin1';
    if (archive.toString(encoding, offset + ENTRY_SIZE, nameEnd) === member) {
      return {
        method: archive.readUInt16LE(offset + 10),
        compressedSize: archive.readUInt32LE(offset + 20),
        localOffset: archive.readUInt32LE(offset + 42),
      };
    }
    offset = nameEnd + archive.readUInt16LE(offset + 30) + archive.readUInt16LE(offset + 32);
  }
  return null;
}

/** The end record is last but for a comment of any length. */
function findEnd(archive: Buffer): number {
  const lowest = Math.max(0, archive.length - END_SIZE - LONGEST_COMMENT);
  for (let offset = archive.length - END_SIZE; offset >= lowest; offset--) {
    if (archive.readUInt32LE(offset) === END_SIGNATURE) return offset;
  }
  return -1;
}
