/** One coding of Content-Encoding, undone piece by piece. */
export interface ContentDecoder {
  /**
   * Takes `data` in and gives what can be decoded of it, but no more than `maxLength` bytes (negative: no limit). The
   * rest is given by further calls, with no data, as long as {@link hasUnconsumedTail}.
   */
  decompress(data: Buffer, maxLength: number): Promise<Buffer>;
  /** Whether there is more to give without new data. */
  readonly hasUnconsumedTail: boolean;
  /** The data has ended. Throws when the coding cannot end here. */
  flush(): Promise<void>;
  /** Lets go of what the decoder holds; needed wherever decoding may have stopped early. */
  destroy(): void;
}

export const EMPTY: Buffer = Buffer.alloc(0);
