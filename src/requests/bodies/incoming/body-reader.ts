import { Readable } from 'node:stream';
import { RuntimeError } from '../../../builtins/index.js';
import { ChunkedEncodingError, RequestException } from '../../exceptions/requests.js';
import { BodyDecoder } from './body-decoder.js';
import { headerLine, headerLines } from '../../headers/raw-headers.js';
import { type RemainingBody, remainingStream } from './remaining-body.js';
import { bodyBytes, type HTTPResponseInit } from './response-init.js';
import { WireBody } from './stream-pieces.js';
import type { WireOwner, WireQueue } from './piece-queue.js';

const EMPTY = Buffer.alloc(0);

/** The body of a response: read whole or in parts, decoded or not, by several readers in turn, and let go of exactly once. */
export class BodyReader implements WireOwner {
  /** The most bytes the decoded body may have; null for no limit. */
  maxSize: number | null;
  readonly #rawHeaders: readonly string[];
  readonly #wire: WireQueue | null;
  /** What came and was not handed out: the body itself when it is not a stream. */
  #rest: Buffer = EMPTY;
  /** The transport has undone Content-Encoding. */
  readonly #isDecoded: boolean;
  /** Made at the first read. */
  #decoder: BodyDecoder | null = null;
  #handedOut = 0;
  #started = false;
  #closed = false;
  #done = false;
  #failure: Error | null = null;
  #turn: Promise<unknown> | null = null;
  #onDone: ((error: Error | null) => void) | null;
  #mapError: ((error: unknown) => Error) | null;
  #destroy: (() => void) | null;

  constructor(init: HTTPResponseInit, rawHeaders: readonly string[]) {
    const { body = null, pushed = null, status, request_method } = init;
    this.maxSize = init.max_response_size ?? null;
    this.#rawHeaders = rawHeaders;
    this.#isDecoded = init.decoded ?? false;
    this.#onDone = init.onDone ?? null;
    this.#mapError = init.mapError ?? null;
    this.#destroy = init.destroy ?? null;
    if (body instanceof Readable) {
      this.#wire = new WireBody(body, this);
      // Nothing follows these headers; taking note of it frees the connection.
      const isEmpty = request_method === 'HEAD' || status === 204 || status === 304;
      if (isEmpty) this.#wire.collect(0, () => undefined);
    } else if (pushed !== null) {
      this.#wire = pushed;
      pushed.attach(this);
    } else {
      this.#wire = null;
      this.#rest = body === null ? EMPTY : bodyBytes(body);
      this.#finish(null);
    }
  }

  /** Whether nothing more will come: the body was read to its end, failed, or was closed. */
  get done(): boolean {
    return this.#done;
  }

  /** Whether a reader waits for the wire now. */
  get awaited(): boolean {
    return this.#wire?.awaited ?? false;
  }

  /** How many bytes have come off the wire. */
  get total(): number {
    return this.#wire?.total ?? 0;
  }

  /** `amt` bytes, fewer only at the end; Infinity for all that is left. */
  read(amt: number, decode: boolean): Promise<Buffer> {
    return this.#inTurn(() => this.#fill(amt, decode));
  }

  /**
   * At most `amt` bytes: exactly so many, except that the chunks of a chunked body are not joined; null (or less than 1):
   * as they arrive. Null at the end.
   */
  nextPart(amt: number | null, decode: boolean): Promise<Buffer | null> {
    return this.#inTurn(() => this.#part(amt === null || amt <= 0 ? null : amt, decode));
  }

  /** The decoded body, or what is left of it. */
  readAll(): Promise<Buffer> {
    const wire = this.#wire;
    if (this.#started || this.#turn !== null) return this.read(Infinity, true);
    this.#started = true;
    const decoder = this.#openDecoder();
    const whole = new Promise<Buffer>((resolve, reject) => {
      const decode = (): void => {
        this.#turn = null;
        try {
          resolve(this.#whole(decoder));
        } catch (error) {
          reject(this.#fail(error));
        }
      };
      if (wire === null) decode();
      else wire.collect(decoder.wireLimit, decode);
    });
    if (wire !== null && !wire.finished) this.#turn = whole;
    return whole;
  }

  /** The decoded body of a response that was made of bytes; null when it takes waiting. */
  readAllSync(): Buffer | null {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed) return EMPTY;
    if (this.#wire !== null || this.#started) return null;
    try {
      const whole = this.#openDecoder().wholeSync(this.#rest);
      if (whole === null) return null;
      this.#started = true;
      this.#rest = EMPTY;
      return whole;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Reads the rest and throws it away; errors are ignored. */
  async drain(): Promise<void> {
    try {
      while ((await this.nextPart(null, this.#decoder?.hasDecoded === true)) !== null);
    } catch {
      // Nobody wants the body, so nobody wants to know.
    }
  }

  /** Closes, and the connection under a body that was not read to its end with it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rest = EMPTY;
    this.#decoder?.destroy();
    this.#cutOff();
    this.#finish(null);
  }

  /** What is left of the body, to be read in another thread, and no longer here. */
  remaining(): RemainingBody {
    const decoded = this.#isDecoded || this.#decoder?.hasDecoded === true;
    const wire = this.#wire;
    if (this.#closed || this.#failure !== null) return { body: null, decoded };
    if (wire !== null && (!wire.finished || decoded !== this.#isDecoded)) {
      return { body: remainingStream(this, decoded && !this.#isDecoded), decoded };
    }
    const rest = wire === null ? this.#rest : Buffer.concat([this.#rest, wire.take()]);
    return { body: rest.length === 0 ? null : rest, decoded };
  }

  /** Ends the body with `error`, which whoever reads it gets. */
  abort(error: Error): void {
    if (!this.#done) this.#fail(error);
  }

  /** Calls `listener` when nothing more will come; never, when that is so already. */
  whenDone(listener: () => void): void {
    const onDone = this.#onDone;
    this.#onDone = (error) => {
      onDone?.(error);
      listener();
    };
  }

  wireEnded(): void {
    this.#finish(null);
  }

  wireFailed(error: unknown): void {
    const mapped = this.#mapError === null ? brokenConnection(error) : this.#mapError(error);
    this.#failure ??= mapped;
    this.#finish(this.#failure);
  }

  /** Readers take turns, so that concurrent ones get different parts. */
  async #inTurn<T>(read: () => Promise<T>): Promise<T> {
    while (this.#turn !== null) {
      // The failure is told to the one whose turn it was, and comes again in the next step.
      await this.#turn.catch(() => undefined);
    }
    let release = (): void => undefined;
    this.#turn = new Promise<void>((resolve) => {
      release = resolve;
    });
    try {
      return await read();
    } finally {
      this.#turn = null;
      release();
    }
  }

  #whole(decoder: BodyDecoder): Buffer | Promise<Buffer> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed) return EMPTY;
    const data = this.#wire === null ? this.#rest : this.#wire.take();
    this.#rest = EMPTY;
    const whole = decoder.whole(data);
    if (!(whole instanceof Promise)) return whole;
    return whole.catch((error: unknown) => {
      throw this.#fail(error);
    });
  }

  /** Up to `amt` bytes, joined over chunks. */
  async #fill(amt: number, decode: boolean): Promise<Buffer> {
    const parts: Buffer[] = [];
    let size = 0;
    while (size < amt) {
      const part = await this.#next(Number.isFinite(amt) ? amt - size : null, decode);
      if (part === null) break;
      parts.push(part);
      size += part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, size);
  }

  async #part(amt: number | null, decode: boolean): Promise<Buffer | null> {
    if (amt === null || headerLines(this.#rawHeaders, 'transfer-encoding').some(isChunked)) {
      return this.#next(amt, decode);
    }
    const part = await this.#fill(amt, decode);
    return part.length === 0 ? null : part;
  }

  /** What is at hand, up to `amt` bytes of it; waits only when there is nothing. Null at the end. */
  async #next(amt: number | null, decode: boolean): Promise<Buffer | null> {
    this.#started = true;
    const decoder = this.#openDecoder();
    if (!decode && decoder.hasDecoded) {
      throw new RuntimeError(
        'Calling read(decode_content=False) is not supported after read(decode_content=True) was called.',
      );
    }
    try {
      while (!this.#closed) {
        const part =
          decode && !decoder.isIdentity ? await this.#decoded(decoder, amt) : await this.#undecoded(amt);
        if (part === null) return null;
        this.#handedOut += part.length;
        if (this.#handedOut > this.#limit()) throw decoder.tooLarge();
        if (part.length > 0) return part;
      }
      return null;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async #undecoded(amt: number | null): Promise<Buffer | null> {
    const data = this.#rest.length > 0 || this.#wire === null ? this.#rest : await this.#wire.next();
    if (data === null || data.length === 0) {
      if (this.#failure !== null) throw this.#failure;
      return null;
    }
    const part = amt === null ? data : data.subarray(0, amt);
    this.#rest = data.subarray(part.length);
    return part;
  }

  async #decoded(decoder: BodyDecoder, amt: number | null): Promise<Buffer | null> {
    const data = decoder.hasUnconsumedTail ? EMPTY : await this.#undecoded(null);
    if (data === null) {
      await decoder.end();
      return null;
    }
    // One byte beyond the limit is enough to know, and a bomb is not unpacked further.
    const most = Math.min(amt ?? Infinity, this.#limit() + 1 - this.#handedOut);
    return decoder.step(data, Number.isFinite(most) ? most : -1);
  }

  #openDecoder(): BodyDecoder {
    return (this.#decoder ??= new BodyDecoder(
      this.#isDecoded ? null : headerLine(this.#rawHeaders, 'content-encoding'),
      this.#limit(),
    ));
  }

  #limit(): number {
    return this.maxSize ?? Infinity;
  }

  /** The body is lost: so is the connection, and every further read fails as this one. */
  #fail(reason: unknown): Error {
    const error = reason as Error;
    this.#failure = error;
    this.#rest = EMPTY;
    this.#decoder?.destroy();
    this.#cutOff();
    this.#finish(error);
    return error;
  }

  #cutOff(): void {
    const wire = this.#wire;
    if (wire === null || wire.finished) return;
    wire.abandon(this.#destroy);
  }

  #finish(error: Error | null): void {
    if (this.#done) return;
    this.#done = true;
    const onDone = this.#onDone;
    // Responses may be kept for long, and these hold on to the transport.
    this.#onDone = null;
    this.#mapError = null;
    this.#destroy = null;
    onDone?.(error);
  }
}

function brokenConnection(error: unknown): Error {
  if (error instanceof RequestException) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ChunkedEncodingError(`Connection broken: ${detail}`, { cause: error });
}

function isChunked(transferEncoding: string): boolean {
  return transferEncoding
    .toLowerCase()
    .split(',')
    .some((coding) => coding.trim() === 'chunked');
}
