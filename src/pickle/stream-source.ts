import { asError, isError, tagOf } from '../builtins/index.js';
import type { Readable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { decodeLoading } from './decode.js';
import { encodeParts } from './encoder.js';
import type { Pickled } from './message.js';
import { type ToReader, type ToSource, weightOf } from './stream-messages.js';

/** A source that can be read step by step and given up at any time, even during a step. */
interface Source {
  next(): Promise<IteratorResult<unknown>>;
  cancel(reason: unknown): unknown;
}

/**
 * Sends what `source` (a Node stream, a web stream, an iterable) yields through `port`, as far as the other end has
 * granted credit. Reading begins with the first credit. The port does not keep the process alive.
 */
export function feed(source: object, port: MessagePort): void {
  new Feed(source, port);
}

const live = new Set<Feed>();
const waiters: (() => void)[] = [];

/** Resolves when every stream sent by this thread was read to its end or given up; undefined when all were already. */
export function streamsEnd(): Promise<void> | undefined {
  if (live.size === 0) return undefined;
  return new Promise((resolve) => {
    waiters.push(resolve);
  });
}

class Feed {
  readonly #make: () => Source;
  readonly #port: MessagePort;
  #source: Source | undefined;
  #credit = 0;
  #reading = false;
  #ended = false;

  constructor(source: object, port: MessagePort) {
    this.#make = () => openSource(source);
    this.#port = port;
    port.on('message', (message: ToSource) => {
      if (typeof message === 'number') {
        this.#credit += message;
        if (!this.#reading) void this.#read();
      } else void this.#cancelBy(message.cancel);
    });
    port.on('close', () => {
      this.#cancel(undefined);
    });
    port.unref();
    live.add(this);
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      this.#source ??= this.#make();
      while (this.#credit > 0 && !this.#ended) {
        const { value, done } = (await this.#source.next()) as IteratorResult<unknown, unknown>;
        if (done === true) this.#end({ end: true });
        else this.#send(value);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#reading = false;
  }

  #send(chunk: unknown): void {
    if (this.#ended) return;
    this.#credit -= weightOf(chunk);
    const { message, transferList } = encodeParts(chunk, { name: 'chunk' });
    this.#port.postMessage({ chunk: message } satisfies ToReader, transferList);
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    const source = this.#source;
    this.#end({ error: encodeParts(asError(error)).message });
    // After a chunk that cannot cross, the source is not at its end.
    if (source !== undefined) void giveUp(source, error);
  }

  #end(last: ToReader): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#port.postMessage(last);
    this.#port.close();
    this.#leave();
  }

  async #cancelBy(reason: Pickled): Promise<void> {
    this.#cancel(await decodeLoading(reason));
  }

  #cancel(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#port.close();
    this.#leave();
    void giveUp((this.#source ??= this.#make()), reason);
  }

  #leave(): void {
    live.delete(this);
    if (live.size > 0) return;
    for (const resolve of waiters.splice(0)) resolve();
  }
}

/** Drops the error of a failing clean-up: there is no reader any more. */
async function giveUp(source: Source, reason: unknown): Promise<void> {
  try {
    await source.cancel(reason);
  } catch {
    return;
  }
}

function openSource(source: object): Source {
  if (tagOf(source) === 'ReadableStream') {
    const reader = (source as ReadableStream).getReader();
    return {
      next: () => reader.read() as Promise<IteratorResult<unknown>>,
      cancel: (reason) => reader.cancel(reason),
    };
  }
  if (!(Symbol.asyncIterator in source)) {
    const iterator = (source as Iterable<unknown>)[Symbol.iterator]();
    return {
      next: () => Promise.resolve(iterator.next()),
      cancel: () => iterator.return?.(),
    };
  }
  const iterator = (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  if ('destroy' in source) {
    // The iterator's return() would wait for the current step, which may never end.
    return {
      next: () => iterator.next(),
      cancel: (reason) => (source as Readable).destroy(isError(reason) ? reason : undefined),
    };
  }
  return { next: () => iterator.next(), cancel: () => iterator.return?.() };
}
