import { Readable } from 'node:stream';
import { types } from 'node:util';
import { asError, RuntimeError } from '../../../builtins/index.js';
import { ChunkedEncodingError, RequestException } from '../../exceptions/requests.js';
import { ProtocolError } from '../../exceptions/urllib3.js';
import { BodyDecoder, tooLarge } from './body-decoder.js';
import { isChunked, rawValue } from '../../headers/raw-headers.js';
import { type RemainingBody, remainingStream } from './remaining-body.js';
import { type BodyOwner, HeldPieces, type PieceQueue, prematureClose, StreamPieces } from './piece-queue.js';
import type { HTTPResponseInit } from './response-init.js';

const EMPTY = Buffer.alloc(0);

/**
 * Reads the body of a response: whole or in parts, decoded or not, by several readers in turn. A {@link PieceQueue} has the
 * bytes as the wire gave them, a {@link BodyDecoder} undoes Content-Encoding; the transport is notified of the end once.
 */
export class BodyReader implements BodyOwner {
  /** The most bytes the decoded body may have; null for no limit. */
  maxSize: number | null;
  readonly #rawHeaders: readonly string[];
  readonly #pieces: PieceQueue;
  readonly #expectedLength: number | null;
  /** The transport has undone Content-Encoding. */
  readonly #isDecoded: boolean;
  /** Made at the first read of a body that is encoded; null for another. */
  #decoder: BodyDecoder | null | undefined = undefined;
  #isChunked: boolean | null = null;
  #handedOut = 0;
  #started = false;
  /** Whether the end has been handed out, too. */
  #exhausted = false;
  #closed = false;
  #done = false;
  #failure: Error | null = null;
  /** The reader at work, for which others wait. */
  #current: Promise<unknown> | null = null;
  #onDone: ((error: Error | null) => void) | null;
  #mapError: ((error: unknown) => Error) | null;
  #destroy: (() => void) | null;

  constructor(init: HTTPResponseInit, rawHeaders: readonly string[]) {
    this.maxSize = init.max_response_size ?? null;
    this.#rawHeaders = rawHeaders;
    this.#expectedLength = init.expected_length ?? null;
    this.#isDecoded = init.decoded ?? false;
    this.#onDone = init.onDone ?? null;
    this.#mapError = init.mapError ?? null;
    this.#destroy = init.destroy ?? null;
    this.#pieces = piecesOf(init, this);
    if (this.#pieces instanceof HeldPieces) this.#finish(null);
  }

  /** Whether nothing more will come: the body was read to its end, failed, or was closed. */
  get done(): boolean {
    return this.#done;
  }

  /** Whether the body came, or comes, in chunks. */
  get isChunked(): boolean {
    return (this.#isChunked ??= isChunked(this.#rawHeaders));
  }

  /** Whether a reader waits for the wire now. */
  get awaited(): boolean {
    return this.#pieces.awaited;
  }

  /** Has `listener` called whenever a reader begins to wait for the wire and no longer waits; true at the end of the body. */
  watchWaiting(listener: (isWaiting: boolean) => void): void {
    this.#pieces.watchWaiting(listener);
  }

  /** How many bytes have come off the wire. */
  get received(): number {
    return this.#pieces instanceof HeldPieces ? 0 : this.#pieces.total;
  }

  /** How many undecoded bytes have been read. */
  get taken(): number {
    return this.#pieces.taken;
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
    if (this.#started || this.#current !== null) return this.read(Infinity, true);
    this.#started = true;
    const decoder = this.#openDecoder();
    const whole = new Promise<Buffer>((resolve, reject) => {
      this.#pieces.collect(decoder?.wireLimit ?? this.#limit(), () => {
        this.#current = null;
        try {
          resolve(this.#whole(decoder));
        } catch (error) {
          reject(this.#fail(error));
        }
      });
    });
    if (!this.#pieces.finished) this.#current = whole;
    return whole;
  }

  /** Up to `amt` bytes, of what is here if there is anything; empty only at the end. */
  async read1(amt: number, decode: boolean): Promise<Buffer> {
    return (await this.#inTurn(() => this.#next(Number.isFinite(amt) ? amt : null, decode))) ?? EMPTY;
  }

  /** The body of a response that was made of bytes; null when it takes waiting. */
  readAllSync(decode = true): Buffer | null {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed || this.#exhausted) return EMPTY;
    if (!(this.#pieces instanceof HeldPieces) || this.#decoder?.hasDecoded === true) return null;
    try {
      const bytes = this.#pieces.peek();
      const decoder = decode ? this.#openDecoder() : null;
      const whole = decoder !== null ? decoder.wholeSync(bytes) : decode ? this.#checked(bytes) : bytes;
      if (whole === null) return null;
      this.#started = true;
      this.#pieces.take();
      return whole;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Reads the rest and drops it without decoding; errors are ignored. Further reads give nothing. */
  async drain(): Promise<void> {
    await this.#inTurn(async () => {
      do await this.#pieces.arrival(1);
      while (this.#pieces.next(null) !== null);
    });
    if (this.#failure === null) this.close();
  }

  /** Closes, together with the connection if the body was not read to its end. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#letGo(null);
  }

  /** The response is gone, and with it all who could read on; one who reads now is not disturbed. */
  dropped(): void {
    if (this.#done) return;
    void this.#inTurn(() => {
      this.close();
      return Promise.resolve();
    });
  }

  /** What is left of the body, to be read in another thread, and no longer here. */
  remaining(): RemainingBody {
    const decoded = this.#isDecoded || this.#decoder?.hasDecoded === true;
    if (this.#closed || this.#failure !== null) return { body: null, decoded };
    const pieces = this.#pieces;
    if (!pieces.finished || (!(pieces instanceof HeldPieces) && decoded !== this.#isDecoded)) {
      return { body: remainingStream(this, decoded && !this.#isDecoded), decoded };
    }
    const rest = pieces.take();
    return { body: rest.length === 0 ? null : rest, decoded };
  }

  /** Ends the body with `error`, which its readers get. */
  abort(error: Error): void {
    if (!this.#done) this.#fail(error);
  }

  /** Calls `listener` when nothing more will come; not at all if the body is over already. */
  whenDone(listener: () => void): void {
    const onDone = this.#onDone;
    this.#onDone = (error) => {
      onDone?.(error);
      listener();
    };
  }

  bodyEnded(): void {
    // A partial body is an error, however the transport reports the end of the connection.
    if (this.#expectedLength !== null && this.received < this.#expectedLength)
      this.bodyFailed(prematureClose());
    else this.#finish(null);
  }

  bodyFailed(error: unknown): void {
    this.#failure ??= this.#mapError === null ? brokenConnection(error) : this.#mapError(error);
    this.#finish(this.#failure);
  }

  /** Runs `read` when all readers before it have finished, so that each gets a part of its own. */
  #inTurn<T>(read: () => Promise<T>): Promise<T> {
    // That reader gets the error; this one meets it again in its own step.
    if (this.#current !== null) return this.#current.catch(() => undefined).then(() => this.#inTurn(read));
    const reading = read();
    this.#current = reading;
    const end = (): void => void (this.#current = null);
    reading.then(end, end);
    return reading;
  }

  #whole(decoder: BodyDecoder | null): Buffer | Promise<Buffer> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#closed) return EMPTY;
    const bytes = this.#pieces.take();
    const whole = decoder === null ? this.#checked(bytes) : decoder.whole(bytes);
    if (!types.isPromise(whole)) return whole;
    return whole.catch((error: unknown) => {
      throw this.#fail(error);
    });
  }

  /** Up to `amt` bytes, joined over chunks. */
  async #fill(amt: number, decode: boolean): Promise<Buffer> {
    const isPlain = !decode || this.#openDecoder() === null;
    if (isPlain && amt !== Infinity) return (await this.#next(amt, decode, true)) ?? EMPTY;
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

  #part(amt: number | null, decode: boolean): Promise<Buffer | null> {
    if (amt === null || this.isChunked) return this.#next(amt, decode);
    if (!decode || this.#decoder === null) return this.#next(amt, decode, true);
    return this.#fill(amt, decode).then((part) => (part.length === 0 ? null : part));
  }

  /** Up to `amt` bytes, waiting only when none are here, or `joined` until all are. Null at the end. */
  async #next(amt: number | null, decode: boolean, joined = false): Promise<Buffer | null> {
    this.#started = true;
    const decoder = this.#openDecoder();
    if (!decode && decoder?.hasDecoded) {
      throw new RuntimeError(
        'Calling read(decode_content=False) is not supported after read(decode_content=True) was called.',
      );
    }
    try {
      while (!this.#closed) {
        const part =
          decode && decoder !== null ? await this.#decoded(decoder, amt) : await this.#undecoded(amt, joined);
        if (part === null) {
          this.#exhausted = true;
          return null;
        }
        this.#handedOut += part.length;
        if (this.#handedOut > this.#limit()) throw tooLarge(this.#limit());
        if (part.length > 0) return part;
      }
      return null;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async #undecoded(amt: number | null, joined: boolean): Promise<Buffer | null> {
    // One byte over the limit is enough here, too.
    const all = joined && amt !== null ? Math.max(1, Math.min(amt, this.#limit() + 1 - this.#handedOut)) : 0;
    const arrival = this.#pieces.arrival(all || 1);
    if (arrival !== null) await arrival;
    const part = all > 0 ? this.#pieces.gather(all) : this.#pieces.next(amt);
    if (this.#failure !== null && (part === null || part.length < all)) throw this.#failure;
    return part;
  }

  async #decoded(decoder: BodyDecoder, amt: number | null): Promise<Buffer | null> {
    const data = decoder.hasUnconsumedTail ? EMPTY : await this.#undecoded(null, false);
    if (data === null) {
      await decoder.end();
      return null;
    }
    // One byte over the limit is enough: a bomb is not unpacked further.
    const most = Math.min(amt ?? Infinity, this.#limit() + 1 - this.#handedOut);
    return decoder.step(data, Number.isFinite(most) ? most : -1);
  }

  /** What undoes Content-Encoding; null where there is nothing to undo. */
  #openDecoder(): BodyDecoder | null {
    if (this.#decoder !== undefined) return this.#decoder;
    const header = this.#isDecoded ? null : rawValue(this.#rawHeaders, 'content-encoding');
    return (this.#decoder = header === null ? null : BodyDecoder.for(header, this.#limit()));
  }

  #checked(bytes: Buffer): Buffer {
    if (bytes.length > this.#limit()) throw tooLarge(this.#limit());
    return bytes;
  }

  #limit(): number {
    return this.maxSize ?? Infinity;
  }

  /** The body is lost, and so is the connection; every further read fails in the same way. */
  #fail(reason: unknown): Error {
    const error = reason as Error;
    this.#failure = error;
    this.#letGo(error);
    return error;
  }

  #letGo(error: Error | null): void {
    this.#decoder?.destroy();
    this.#pieces.discard();
    if (!this.#pieces.finished) this.#pieces.abandon(this.#destroy);
    this.#finish(error);
  }

  #finish(error: Error | null): void {
    if (this.#done) return;
    this.#done = true;
    const onDone = this.#onDone;
    // These hold on to the transport, and responses may be kept for long.
    this.#onDone = null;
    this.#mapError = null;
    this.#destroy = null;
    onDone?.(error);
  }
}

function piecesOf(init: HTTPResponseInit, owner: BodyOwner): PieceQueue {
  const { body, pushed = null, status, request_method } = init;
  if (pushed !== null) return pushed.attach(owner);
  if (!(body instanceof Readable)) return new HeldPieces(body ?? EMPTY);
  const pieces = new StreamPieces(body, owner);
  // No body follows such a head: reading on to the end frees the connection.
  if (request_method === 'HEAD' || status === 204 || status === 304) pieces.collect(0, () => undefined);
  return pieces;
}

function brokenConnection(error: unknown): Error {
  if (error instanceof RequestException) return error;
  const message = `Connection broken: ${asError(error).message}`;
  return new ChunkedEncodingError(message, { cause: new ProtocolError(message, { cause: error }) });
}
