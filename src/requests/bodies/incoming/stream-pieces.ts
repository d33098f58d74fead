import type { Readable } from 'node:stream';
import { type BodyOwner, PieceQueue } from './piece-queue.js';

const kPieces: unique symbol = Symbol('requests.stream-pieces');

/** A stream with a way back to its pieces: the listeners are shared functions, not closures. */
type Source = Readable & { [kPieces]?: StreamPieces | undefined };

/**
 * The pieces of a Node stream, from its 'data' events: they are cheap and keep the pieces apart, which `stream.read()` and async
 * iterators join. Nothing flows before the first read.
 */
export class StreamPieces extends PieceQueue {
  /** Null once finished: a stream holds on to its connection, and responses may be kept for long. */
  #stream: Source | null;
  readonly #owner: BodyOwner;
  #flowing = false;
  #listening = false;

  constructor(stream: Readable, owner: BodyOwner) {
    super();
    const source: Source = stream;
    source[kPieces] = this;
    this.#stream = source;
    this.#owner = owner;
    // An 'error' without a listener ends the process, also for a body that is never read.
    stream.on('error', onError);
    stream.on('close', onClose);
  }

  override abandon(destroy: (() => void) | null): void {
    const stream = this.#release();
    if (stream === null) return;
    // Closing the connection may make the stream fail: that must not end the process.
    ignoreErrors(stream);
    stream.pause();
    this.discard();
    this.notify();
    if (destroy === null) stream.destroy();
    else destroy();
  }

  /** @internal */
  received(chunk: Buffer | Uint8Array | string): void {
    if (Buffer.isBuffer(chunk)) this.add(chunk);
    else if (typeof chunk === 'string') this.add(Buffer.from(chunk));
    else this.add(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }

  /** @internal */
  ended(): void {
    this.#release();
    this.#owner.bodyEnded();
    this.notify();
  }

  /** @internal */
  failed(error: unknown): void {
    const stream = this.#release();
    if (stream !== null) ignoreErrors(stream);
    this.#owner.bodyFailed(error);
    this.notify();
  }

  protected override stop(): void {
    this.#flowing = false;
    this.#stream?.pause();
  }

  protected override flow(): void {
    const stream = this.#stream;
    if (this.#flowing || stream === null) return;
    if (stream.readableEnded) {
      this.ended();
    } else if (stream.destroyed) {
      this.failed(stream.errored ?? prematureClose());
    } else {
      this.#flowing = true;
      if (!this.#listening) {
        this.#listening = true;
        stream.on('data', onData).on('end', onEnd);
      }
      stream.resume();
    }
  }

  /** Lets go of the stream and returns it; null if it was let go of before. */
  #release(): Source | null {
    this.finish();
    const stream = this.#stream;
    if (stream === null) return null;
    this.#stream = null;
    stream.off('error', onError).off('close', onClose).off('data', onData).off('end', onEnd);
    stream[kPieces] = undefined;
    return stream;
  }
}

function onData(this: Source, chunk: Buffer): void {
  this[kPieces]?.received(chunk);
}

function onEnd(this: Source): void {
  this[kPieces]?.ended();
}

function onError(this: Source, error: unknown): void {
  this[kPieces]?.failed(error);
}

/** A stream that closes without having ended was cut off. */
function onClose(this: Source): void {
  this[kPieces]?.failed(this.errored ?? prematureClose());
}

function ignoreErrors(stream: Source): void {
  if (!stream.closed) stream.on('error', ignore).once('close', stopIgnoring);
}

function ignore(): void {
  // The reader is gone.
}

function stopIgnoring(this: Readable): void {
  this.off('error', ignore);
}

function prematureClose(): Error {
  return Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}
