import { Readable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { RuntimeError } from '../builtins/index.js';
import { type ToReader, type ToSource, weightOf, WINDOW } from './stream-messages.js';
import type { Pickled, StreamKind } from './message.js';

/** Decodes a message; a promise when a module has to be loaded for it. */
export type Open = (message: Pickled) => unknown;

/** The reading end of a stream in another thread, as the same kind of object as there. */
export function readStream(port: MessagePort, kind: StreamKind, open: Open): object {
  const reader = new Reader(port, open);
  switch (kind.type) {
    case 'iterable':
      return { [Symbol.asyncIterator]: () => reader };
    case 'web-stream':
      return toWebStream(reader);
    case 'node-stream':
      return toNodeStream(reader, kind);
  }
}

/** Received chunks. The port's listeners hold this, not the reader, which may become unreachable while the port is open. */
class Arrivals {
  readonly messages: ToReader[] = [];
  /** Whether the port is closed. */
  lost = false;
  wake: (() => void) | undefined;

  constructor(port: MessagePort) {
    port.on('message', (message: ToReader) => {
      this.messages.push(message);
      this.wake?.();
    });
    port.on('close', () => {
      this.lost = true;
      this.wake?.();
    });
  }
}

/** A collected reader releases the source, and with it the thread that waits for its end. */
const dropped = new FinalizationRegistry<MessagePort>((port) => {
  port.close();
});

/** The port keeps the process alive only while the next chunk is awaited. */
class Reader implements AsyncIterator<unknown, undefined> {
  readonly #port: MessagePort;
  readonly #open: Open;
  readonly #arrivals: Arrivals;
  #begun = false;
  #ended = false;
  #spent = 0;

  constructor(port: MessagePort, open: Open) {
    this.#port = port;
    this.#open = open;
    this.#arrivals = new Arrivals(port);
    port.unref();
    dropped.register(this, port);
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    if (!this.#begun) {
      this.#begun = true;
      this.#tell(WINDOW);
    }
    const arrivals = this.#arrivals;
    while (arrivals.messages.length === 0 && !this.#ended) {
      if (arrivals.lost) {
        this.#ended = true;
        throw new RuntimeError('the thread that sent the stream has ended before the stream did');
      }
      await this.#nextArrival();
    }
    const message = this.#ended ? undefined : arrivals.messages.shift();
    if (message === undefined || 'end' in message) {
      this.#ended = true;
      return { value: undefined, done: true };
    }
    if ('error' in message) {
      this.#ended = true;
      throw await this.#open(message.error);
    }
    const value = await this.#open(message.chunk);
    this.#repay(weightOf(value));
    return { value, done: false };
  }

  /** Cancels: the other end gives up its source. */
  cancel(reason: Pickled): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#arrivals.messages.length = 0;
    this.#tell({ cancel: reason });
    this.#port.close();
    this.#arrivals.wake?.();
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    this.cancel({ box: [undefined] });
    return Promise.resolve({ value: undefined, done: true });
  }

  async #nextArrival(): Promise<void> {
    this.#port.ref();
    await new Promise<void>((resolve) => {
      this.#arrivals.wake = resolve;
    });
    this.#arrivals.wake = undefined;
    this.#port.unref();
  }

  #repay(weight: number): void {
    this.#spent += weight;
    if (this.#spent < WINDOW / 2) return;
    this.#tell(this.#spent);
    this.#spent = 0;
  }

  #tell(message: ToSource): void {
    if (!this.#arrivals.lost) this.#port.postMessage(message);
  }
}

function toWebStream(reader: Reader): ReadableStream<unknown> {
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        const { value, done } = await reader.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel(reason) {
        reader.cancel({ box: [String(reason)] });
      },
    },
    { highWaterMark: 0 },
  );
}

function toNodeStream(
  reader: Reader,
  { objectMode, encoding }: Extract<StreamKind, { type: 'node-stream' }>,
): Readable {
  return new Readable({
    objectMode,
    ...(encoding !== null && { encoding }),
    read() {
      reader.next().then(
        ({ value, done }) => {
          this.push(done === true ? null : value);
        },
        (error: unknown) => {
          this.destroy(error as Error);
        },
      );
    },
    destroy(error, callback) {
      reader.cancel({ box: [undefined] });
      callback(error);
    },
  });
}
