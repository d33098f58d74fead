import { createInflate, createInflateRaw } from 'node:zlib';
import { type ContentDecoder, EMPTY } from './content-decoder.js';
import { ZlibEngine } from './zlib-engine.js';

/** `deflate`, which some servers send in its zlib format, as the RFC says, and some without (RFC 1951): both are read. */
export class DeflateDecoder implements ContentDecoder {
  #engine = new ZlibEngine(createInflate());
  /** Everything so far, as long as it may have to be read again as raw deflate; null once that is decided. */
  #tried: Buffer[] | null = [];

  get hasUnconsumedTail(): boolean {
    return this.#engine.busy;
  }

  async decompress(data: Buffer, maxLength: number): Promise<Buffer> {
    if (this.#engine.ended) return EMPTY;
    if (data.length > 0) {
      this.#tried?.push(data);
      this.#engine.write(data);
    }
    try {
      const out = await this.#engine.pull(maxLength);
      if (out.length > 0) this.#tried = null;
      return out;
    } catch (error) {
      const tried = this.#tried;
      if (tried === null) throw error;
      this.#tried = null;
      this.#engine.destroy();
      this.#engine = new ZlibEngine(createInflateRaw());
      this.#engine.write(Buffer.concat(tried));
      return this.#engine.pull(maxLength);
    }
  }

  /** Data that breaks off is taken as far as it goes, as by Python. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {
    this.#engine.destroy();
  }
}
