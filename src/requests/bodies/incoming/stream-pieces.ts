import type { Readable } from 'node:stream';
import { type WireOwner, WireQueue } from './piece-queue.js';

const kBody: unique symbol = Symbol('urllib3.wire-body');

/** A stream that is being read, with a way back to its reader: the listeners are shared functions, not closures. */
type Source = Readable & { [kBody]?: WireBody | undefined };

/**
 * Reads a Node stream by its 'data' events, which tell the pieces apart as they came (`stream.read()` and async iterators
 * join them), and which cost little. Nothing flows before the first piece is asked for.
 */
export class WireBody extends WireQueue {
  /** Null when it is finished: responses may be kept for long, and a stream holds on to its connection. */
  #stream: Source | null;
  readonly #owner: WireOwner;
  #flowing = false;
  #listening = false;

  constructor(stream: Readable, owner: WireOwner) {
    super();
    const source: Source = stream;
    source[kBody] = this;
    this.#stream = source;
    this.#owner = owner;
    // An unread body may fail, too, and an 'error' without a listener ends the process.
    stream.on('error', onError);
    stream.on('close', onClose);
  }

  override abandon(destroy: (() => void) | null): void {
    const stream = this.#release();
    if (stream === null) return;
    // Whoever closes a connection under a body may make it fail: that must not end the process.
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
    this.#owner.wireEnded();
    this.notify();
  }

  /** @internal */
  failed(error: unknown): void {
    const stream = this.#release();
    if (stream !== null) ignoreErrors(stream);
    this.#owner.wireFailed(error);
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

  /** Lets go of the stream and returns it; null when that has happened before. */
  #release(): Source | null {
    this.finish();
    const stream = this.#stream;
    if (stream === null) return null;
    this.#stream = null;
    stream.off('error', onError).off('close', onClose).off('data', onData).off('end', onEnd);
    stream[kBody] = undefined;
    return stream;
  }
}

function onData(this: Source, chunk: Buffer): void {
  this[kBody]?.received(chunk);
}

function onEnd(this: Source): void {
  this[kBody]?.ended();
}

function onError(this: Source, error: unknown): void {
  this[kBody]?.failed(error);
}

/** A stream that closes without having ended was cut off. */
function onClose(this: Source): void {
  this[kBody]?.failed(this.errored ?? prematureClose());
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
