import { createBrotliDecompress } from 'node:zlib';
import type { ContentDecoder } from './content-decoder.js';
import { EMPTY } from './content-decoder.js';
import { ZlibEngine } from './zlib-engine.js';

/** Brotli. What follows its end is ignored, and data that breaks off is taken as far as it goes. */
export class BrotliDecoder implements ContentDecoder {
  readonly #engine = new ZlibEngine(createBrotliDecompress());

  get hasUnconsumedTail(): boolean {
    return this.#engine.busy;
  }

  decompress(data: Buffer, maxLength: number): Promise<Buffer> {
    if (this.#engine.ended) return Promise.resolve(EMPTY);
    if (data.length > 0) this.#engine.write(data);
    return this.#engine.pull(maxLength);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {
    this.#engine.destroy();
  }
}
