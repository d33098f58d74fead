const MAGIC_LENGTH = 4;
const BLOCK_HEADER_LENGTH = 3;
const ZSTD_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const RLE = 1;

/**
 * Follows the frames of a zstd stream (RFC 8878) by their headers, without decoding: Node's decompressor does not say
 * whether the data may end where it does, nor where a frame ends.
 *
 * ```
 * frame:           magic │ descriptor … │ block header · block │ … │ last block │ checksum?
 * skippable frame: magic │ length │ content
 * ```
 */
export class ZstdFrames {
  /** Frames that are complete. */
  count = 0;
  #field: 'magic' | 'length' | 'descriptor' | 'block' | 'end' = 'magic';
  /** Bytes to pass over before the next field. */
  #skip = 0;
  /** The bytes of the current field that have come. */
  #seen: number[] = [];
  #hasChecksum = false;
  /** What has come is not zstd. */
  #lost = false;

  /** Whether everything so far is whole frames. */
  get complete(): boolean {
    return !this.#lost && this.#field === 'magic' && this.#seen.length === 0;
  }

  push(data: Buffer): void {
    let position = 0;
    while (!this.#lost) {
      const passed = Math.min(this.#skip, data.length - position);
      position += passed;
      this.#skip -= passed;
      if (this.#skip > 0) return;
      if (this.#field === 'end') {
        this.count += 1;
        this.#field = 'magic';
      }
      if (position === data.length) return;
      this.#take(data[position++] as number);
    }
  }

  #take(byte: number): void {
    this.#seen.push(byte);
    const seen = this.#seen;
    switch (this.#field) {
      case 'magic': {
        if (seen.length < MAGIC_LENGTH) return;
        const magic = littleEndian(seen);
        if (magic === ZSTD_MAGIC) this.#next('descriptor');
        else if (magic - (magic % 16) === SKIPPABLE_MAGIC) this.#next('length');
        else this.#lost = true;
        return;
      }
      case 'length':
        if (seen.length === 4) this.#next('end', littleEndian(seen));
        return;
      case 'descriptor': {
        const singleSegment = (byte & 0x20) !== 0;
        const dictionaryId = [0, 1, 2, 4][byte & 3] as number;
        const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][byte >> 6] as number;
        this.#hasChecksum = (byte & 4) !== 0;
        this.#next('block', (singleSegment ? 0 : 1) + dictionaryId + contentSize);
        return;
      }
      default: {
        if (seen.length < BLOCK_HEADER_LENGTH) return;
        const header = littleEndian(seen);
        const length = ((header >> 1) & 3) === RLE ? 1 : header >> 3;
        if ((header & 1) === 0) this.#next('block', length);
        else this.#next('end', length + (this.#hasChecksum ? 4 : 0));
      }
    }
  }

  #next(field: 'length' | 'descriptor' | 'block' | 'end', skip = 0): void {
    this.#field = field;
    this.#skip = skip;
    this.#seen = [];
  }
}

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
