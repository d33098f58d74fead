import type { ContentDecoder } from './content-decoder.js';

/** Several codings on top of each other, in the order in which they are undone: the last one applied comes first. */
export class MultiDecoder implements ContentDecoder {
  readonly #decoders: readonly ContentDecoder[];

  constructor(decoders: readonly ContentDecoder[]) {
    this.#decoders = decoders;
  }

  get hasUnconsumedTail(): boolean {
    return this.#decoders.some((decoder) => decoder.hasUnconsumedTail);
  }

  async decompress(data: Buffer, maxLength: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let size = 0;
    let input = data;
    for (;;) {
      let progress = false;
      for (const decoder of this.#decoders) {
        // Each may give as much as the last: a stage between that expands far is then read bit by bit.
        input = await decoder.decompress(input, maxLength < 0 ? -1 : maxLength - size);
        if (input.length > 0) progress = true;
      }
      parts.push(input);
      size += input.length;
      if (!progress || (maxLength >= 0 && size >= maxLength)) break;
      input = input.subarray(0, 0);
    }
    return Buffer.concat(parts, size);
  }

  async flush(): Promise<void> {
    for (const decoder of this.#decoders) await decoder.flush();
  }

  destroy(): void {
    for (const decoder of this.#decoders) decoder.destroy();
  }
}
