import type { Readable } from 'node:stream';

/** How much is taken off the wire ahead of the reader: two pieces of a fast connection, which then need not stop at each. */
const READ_AHEAD = 128 * 1024;

/** Called when the body ends; `error` is the transport's. */
export interface BodyOwner {
  bodyEnded(): void;
  bodyFailed(error: unknown): void;
}

/**
 * The pieces of a body between transport and reader: each transport has a subclass that starts and stops its flow.
 */
export abstract class PieceQueue {
  readonly #queue: Buffer[] = [];
  #queued = 0;
  #total = 0;
  #taken = 0;
  #limit = READ_AHEAD;
  /** How many bytes must be here before the reader is woken. */
  #wanted = 1;
  #finished = false;
  #wake: (() => void) | null = null;
  #onWaiting: ((isWaiting: boolean) => void) | null = null;

  /** Calls `listener` whenever a reader starts or stops waiting. Returns true at the end, when no reader will wait. */
  watchWaiting(listener: (isWaiting: boolean) => void): void {
    if (this.#finished) return;
    this.#onWaiting = listener;
    listener(this.#wake !== null);
  }

  /** Whether the body has ended, failed or was closed; pieces may still be in the queue. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Whether a reader is waiting. */
  get awaited(): boolean {
    return this.#wake !== null;
  }

  /** How many bytes have come. */
  get total(): number {
    return this.#total;
  }

  /** How many bytes have been handed out. */
  get taken(): number {
    return this.#taken;
  }

  /** Up to `amt` bytes of the next piece that is here; null for none: at the end, if {@link arrival} was waited for. */
  next(amt: number | null): Buffer | null {
    const piece = this.#queue[0];
    if (piece === undefined) return null;
    const part = amt === null || amt >= piece.length ? piece : piece.subarray(0, amt);
    if (part === piece) this.#queue.shift();
    else this.#queue[0] = piece.subarray(part.length);
    this.#queued -= part.length;
    this.#taken += part.length;
    return part;
  }

  /** Up to `amt` bytes of all pieces that are here; null for none, as {@link next}. */
  gather(amt: number): Buffer | null {
    const first = this.next(amt);
    if (first === null || first.length === amt || this.#queued === 0) return first;
    const parts = [first];
    let size = first.length;
    while (size < amt && this.#queued > 0) {
      const part = this.next(amt - size) as Buffer;
      parts.push(part);
      size += part.length;
    }
    return Buffer.concat(parts, size);
  }

  /** Resolves once so many bytes are here, or nothing more will come; null if there is nothing to wait for. */
  arrival(bytes: number): Promise<void> | null {
    if (!this.#lacks(bytes)) return null;
    this.#limit = Math.max(this.#limit, READ_AHEAD, bytes);
    this.#wanted = bytes;
    this.flow();
    // The body may have been over before it was read, and a transport may have pieces at hand.
    if (!this.#lacks(bytes)) return null;
    return new Promise((resolve) => {
      this.#wait(resolve);
    });
  }

  /** Calls `done` once the body is finished, or more than `limit` bytes have come; {@link take} then gives them. */
  collect(limit: number, done: () => void): void {
    this.#limit = limit + 1;
    if (this.#finished || this.#queued > limit) {
      done();
      return;
    }
    this.#wait(done);
    this.#wanted = Infinity;
    this.flow();
  }

  /** Everything that is queued, in one piece; a single one is not copied. */
  peek(): Buffer {
    return this.#queue.length === 1 ? (this.#queue[0] as Buffer) : Buffer.concat(this.#queue, this.#queued);
  }

  /** As {@link peek}, and the queue is empty afterwards. */
  take(): Buffer {
    const whole = this.peek();
    this.#taken += this.#queued;
    this.discard();
    return whole;
  }

  /** Drops what is queued. */
  discard(): void {
    this.#queue.length = 0;
    this.#queued = 0;
  }

  /** Stops reading and wakes the reader. `destroy`, where there is one, closes what is under the body. */
  abstract abandon(destroy: (() => void) | null): void;

  /** Starts the flow of pieces, unless they are flowing. */
  protected abstract flow(): void;

  /** Stops the flow of pieces until {@link flow}. */
  protected abstract stop(): void;

  /** Takes a piece that came. */
  protected add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#queue.push(piece);
    this.#queued += piece.length;
    this.#total += piece.length;
    if (this.#queued >= this.#limit) this.stop();
    else if (this.#queued < this.#wanted) return;
    this.notify();
  }

  /** Sets how much is taken ahead of the reader, until it collects the whole body. */
  protected readAhead(bytes: number): void {
    this.#limit = bytes;
  }

  /** Nothing more will come. */
  protected finish(): void {
    this.#finished = true;
    const onWaiting = this.#onWaiting;
    this.#onWaiting = null;
    onWaiting?.(true);
  }

  protected notify(): void {
    const wake = this.#wake;
    if (wake === null) return;
    this.#wake = null;
    this.#onWaiting?.(false);
    wake();
  }

  #wait(wake: () => void): void {
    this.#wake = wake;
    this.#onWaiting?.(true);
  }

  #lacks(bytes: number): boolean {
    return this.#queued < bytes && !this.#finished;
  }
}

/** A body that was bytes from the beginning. */
export class HeldPieces extends PieceQueue {
  constructor(bytes: Uint8Array | string) {
    super();
    this.add(asBuffer(bytes));
    this.finish();
  }

  override abandon(): void {
    // It has ended already.
  }

  protected override flow(): void {
    // All of it is here.
  }

  protected override stop(): void {
    // As above.
  }
}

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
  received(chunk: Uint8Array | string): void {
    this.add(asBuffer(chunk));
  }

  /** @internal */
  ended(): void {
    this.#release();
    this.#owner.bodyEnded();
    this.notify();
  }

  /** What has come is handed out before the error. @internal */
  failed(error: unknown): void {
    const stream = this.#release();
    if (stream !== null) {
      ignoreErrors(stream);
      for (let rest = readRest(stream); rest !== null; rest = readRest(stream)) this.received(rest);
    }
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

  /** Releases the stream and returns it; null if it was released before. */
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

function asBuffer(chunk: Uint8Array | string): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
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

/** What a stream still has, also one that was destroyed. */
function readRest(stream: Readable): Buffer | null {
  return stream.read() as Buffer | null;
}

/** The error of a body that was cut off without one. */
export function prematureClose(): Error {
  return Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}
