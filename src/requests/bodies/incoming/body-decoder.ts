import { isError } from '../../../builtins/index.js';
import { types } from 'node:util';
import { ContentDecodingError, RequestException, ResponseTooLarge } from '../../exceptions/requests.js';
import { DecodeError } from '../../exceptions/urllib3.js';
import type { ContentDecoder } from './decoders/content-decoder.js';
import { contentCodings, createDecoder } from './decoders/content-encoding.js';
import { decodeSmall, decodeWhole, TOO_LARGE } from './decoders/decode-whole.js';

/** How much larger than the limit a compressed body may be before reading stops. */
const WIRE_SLACK = 64 * 1024;

/** Undoes a response's Content-Encoding, whole or step by step. Its errors are those of requests. */
export class BodyDecoder {
  readonly #contentEncoding: string;
  readonly #codings: readonly string[];
  readonly #limit: number;
  #steps: ContentDecoder | null = null;

  private constructor(contentEncoding: string, codings: readonly string[], limit: number) {
    this.#contentEncoding = contentEncoding;
    this.#codings = codings;
    this.#limit = limit;
  }

  /** Null where there is nothing to undo. `limit`: the most bytes the decoded body may have; Infinity for no limit. */
  static for(contentEncoding: string, limit: number): BodyDecoder | null {
    const codings = contentCodings(contentEncoding);
    return codings.length === 0 ? null : new BodyDecoder(contentEncoding, codings, limit);
  }

  /** More undecoded bytes than this are sure to exceed the limit. */
  get wireLimit(): number {
    return this.#limit * 2 + WIRE_SLACK;
  }

  /** Whether {@link step} has been used. */
  get hasDecoded(): boolean {
    return this.#steps !== null;
  }

  /** Whether {@link step} can give more without new data. */
  get hasUnconsumedTail(): boolean {
    return this.#steps?.hasUnconsumedTail === true;
  }

  /** The whole body; at once when it is small. Throws, or rejects with, an exception of requests. */
  whole(data: Buffer): Buffer | Promise<Buffer> {
    if (data.length > this.wireLimit) throw tooLarge(this.#limit);
    try {
      const whole = decodeWhole(this.#codings, data, this.#limit);
      if (!types.isPromise(whole)) return this.#checked(whole);
      return whole.then(
        (decoded) => this.#checked(decoded),
        (error: unknown) => {
          throw this.#error(error);
        },
      );
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** The same without waiting; null when only {@link whole} can do it. */
  wholeSync(data: Buffer): Buffer | null {
    if (data.length > this.wireLimit) throw tooLarge(this.#limit);
    if (data.length === 0) return data;
    const whole = decodeSmall(this.#codings, data, this.#limit);
    return whole === null ? null : this.#checked(whole);
  }

  /** Takes `data` and returns at most `maxLength` decoded bytes (negative: no limit). */
  async step(data: Buffer, maxLength: number): Promise<Buffer> {
    try {
      this.#steps ??= createDecoder(this.#codings);
      return await this.#steps.decompress(data, maxLength);
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** The data has ended. */
  async end(): Promise<void> {
    try {
      await this.#steps?.flush();
    } catch (error) {
      throw this.#error(error);
    }
  }

  /** Lets go of what {@link step} holds. */
  destroy(): void {
    this.#steps?.destroy();
  }

  #checked(whole: Buffer | typeof TOO_LARGE): Buffer {
    if (whole === TOO_LARGE) throw tooLarge(this.#limit);
    return whole;
  }

  #error(error: unknown): Error {
    if (error instanceof RequestException) return error;
    const failed = `Received response with content-encoding: ${this.#contentEncoding}, but failed to decode it`;
    const detail = isError(error) ? `: ${error.message}` : '';
    return new ContentDecodingError(`${failed}${detail}`, {
      cause: new DecodeError([`${failed}.`, error], { cause: error }),
    });
  }
}

/** The error for a body of more than `limit` bytes. */
export function tooLarge(limit: number): ResponseTooLarge {
  return new ResponseTooLarge(`the body is larger than max_response_size, ${limit} bytes`);
}
