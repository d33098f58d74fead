import type { Readable } from 'node:stream';

/** How much is taken off the wire ahead of the reader. */
const READ_AHEAD = 64 * 1024;

const kBody: unique symbol = Symbol('urllib3.wire-body');

/** A stream that is being read, with a way back to its reader: the listeners are shared functions, not closures. */
type Source = Readable & { [kBody]?: WireBody | undefined };

/** Who is told how the body ended; `error` is the transport's. */
export interface WireOwner {
  wireEnded(): void;
  wireFailed(error: unknown): void;
}

/**
 * Reads a Node stream by its 'data' events, which tell the pieces apart as they came (`stream.read()` and async iterators
 * join them), and which cost little. Nothing flows before the first piece is asked for.
 */
export class WireBody {
  /** Null when it is finished: responses may be kept for long, and a stream holds on to its connection. */
  #stream: Source | null;
  readonly #owner: WireOwner;
  readonly #queue: Buffer[] = [];
  #queued = 0;
  #total = 0;
  #limit = READ_AHEAD;
  #flowing = false;
  #listening = false;
  #collecting = false;
  #finished = false;
  #wake: (() => void) | null = null;

  constructor(stream: Readable, owner: WireOwner) {
    const source: Source = stream;
    source[kBody] = this;
    this.#stream = source;
    this.#owner = owner;
    // An unread body may fail, too, and an 'error' without a listener ends the process.
    stream.on('error', onError);
    stream.on('close', onClose);
  }

  /** Whether the stream has ended, failed or was closed; pieces may still be in the queue. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Whether somebody waits for the stream now. */
  get awaited(): boolean {
    return this.#wake !== null;
  }

  /** How many bytes have come. */
  get total(): number {
    return this.#total;
  }

  /** How many bytes are in the queue. */
  get queued(): number {
    return this.#queued;
  }

  /** The next piece as it came; null when there is none: look at what the owner was told. */
  async next(): Promise<Buffer | null> {
    while (this.#queue.length === 0 && !this.#finished) {
      this.#flow();
      // A stream that was over before it was read has said so by now.
      if (this.#isFinished()) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const piece = this.#queue.shift();
    if (piece === undefined) return null;
    this.#queued -= piece.length;
    return piece;
  }

  /**
   * Calls `done` once the stream is finished, or more than `limit` bytes have come; {@link take} then gives them.
   */
  collect(limit: number, done: () => void): void {
    this.#limit = limit + 1;
    if (this.#finished || this.#queued > limit) {
      done();
      return;
    }
    this.#wake = done;
    this.#collecting = true;
    this.#flow();
  }

  /** Everything that is queued, in one piece; a single one is not copied. */
  take(): Buffer {
    const whole =
      this.#queue.length === 1 ? (this.#queue[0] as Buffer) : Buffer.concat(this.#queue, this.#queued);
    this.#queue.length = 0;
    this.#queued = 0;
    return whole;
  }

  /** Stops reading; who waits is woken. Closing what is under the body is left to `destroy`, where there is one. */
  abandon(destroy: (() => void) | null): void {
    const stream = this.#finish();
    if (stream === null) return;
    // Whoever closes a connection under a body may make it fail: that must not end the process.
    ignoreErrors(stream);
    stream.pause();
    this.#queue.length = 0;
    this.#queued = 0;
    this.#notify();
    if (destroy === null) stream.destroy();
    else destroy();
  }

  /** @internal */
  received(chunk: Buffer | Uint8Array | string): void {
    const piece = Buffer.isBuffer(chunk)
      ? chunk
      : typeof chunk === 'string'
        ? Buffer.from(chunk)
        : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (piece.length === 0) return;
    this.#queue.push(piece);
    this.#queued += piece.length;
    this.#total += piece.length;
    if (this.#queued >= this.#limit) {
      this.#flowing = false;
      this.#stream?.pause();
    } else if (this.#collecting) {
      return;
    }
    this.#notify();
  }

  /** @internal */
  ended(): void {
    this.#finish();
    this.#owner.wireEnded();
    this.#notify();
  }

  /** @internal */
  failed(error: unknown): void {
    const stream = this.#finish();
    if (stream !== null) ignoreErrors(stream);
    this.#owner.wireFailed(error);
    this.#notify();
  }

  #isFinished(): boolean {
    return this.#finished;
  }

  #flow(): void {
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
  #finish(): Source | null {
    this.#finished = true;
    const stream = this.#stream;
    if (stream === null) return null;
    this.#stream = null;
    stream.off('error', onError).off('close', onClose).off('data', onData).off('end', onEnd);
    stream[kBody] = undefined;
    return stream;
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
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
