import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { KeyError, RuntimeError } from '../../src/builtins/index.js';
import { decodeLoading, type Pickled, PicklingError } from '../../src/pickle/index.js';
import { roundTrip } from '../helpers/round-trip.js';
import { collect } from '../helpers/async.js';

describe('streams', () => {
  test('a Node stream arrives as one, with its bytes, and ends', async () => {
    const chunks = Array.from({ length: 50 }, (_, index) => Buffer.alloc(40_000, index));
    const got = roundTrip({ body: Readable.from(chunks, { objectMode: false }) }).body;
    expect(got).toBeInstanceOf(Readable);
    expect(Buffer.concat((await collect(got)) as Buffer[]).equals(Buffer.concat(chunks))).toBe(true);
  });

  test('object mode and encoding are kept', async () => {
    const objects = roundTrip(Readable.from([{ error: new KeyError('k') }, 'text']));
    const [first, second] = (await collect(objects)) as [{ error: unknown }, string];
    expect(first.error).toBeInstanceOf(KeyError);
    expect(second).toBe('text');
    const text = Readable.from([Buffer.from('€')], { objectMode: false });
    text.setEncoding('utf8');
    expect(await collect(roundTrip(text))).toEqual(['€']);
  });

  test('a web stream and an async iterable arrive as such', async () => {
    async function* letters(): AsyncGenerator<string> {
      yield 'a';
      await Promise.resolve();
      yield 'b';
    }
    const web = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array([1]));
        controller.close();
      },
    });
    const got = roundTrip({ web, letters: letters(), object: { [Symbol.asyncIterator]: letters } });
    expect(got.web).toBeInstanceOf(ReadableStream);
    const reader = got.web.getReader();
    expect(await reader.read()).toEqual({ value: new Uint8Array([1]), done: false });
    expect((await reader.read()).done).toBe(true);
    expect(await collect(got.letters)).toEqual(['a', 'b']);
    expect(await collect(got.object)).toEqual(['a', 'b']);
  });

  test('a source is not touched before somebody reads, and never read further than a window ahead', async () => {
    let made = 0;
    async function* chunks(): AsyncGenerator<Buffer> {
      for (;;) {
        made += 1;
        yield await Promise.resolve(Buffer.alloc(64 * 1024));
      }
    }
    const iterator = roundTrip(chunks())[Symbol.asyncIterator]();
    await turns(20);
    expect(made).toBe(0);
    await iterator.next();
    await turns(50);
    expect(made).toBe(4);
    for (let index = 0; index < 20; index += 1) await iterator.next();
    await turns(50);
    expect(made).toBeLessThanOrEqual(21 + 4);
    await iterator.return(undefined);
  });

  test('giving up gives the source up, even in the middle of a step', async () => {
    const node = new PassThrough();
    const gotNode = roundTrip({ node }).node;
    gotNode.once('data', () => undefined);
    gotNode.destroy();
    await once(node, 'close');

    let cleaned = (): void => undefined;
    const cleanedUp = new Promise<void>((resolve) => (cleaned = resolve));
    async function* numbers(): AsyncGenerator<number> {
      try {
        for (let index = 0; ; index += 1) yield await Promise.resolve(index);
      } finally {
        cleaned();
      }
    }
    for await (const number of roundTrip(numbers())) if (number === 3) break;
    await cleanedUp;

    let reason: unknown;
    const cancelled = new Promise<void>((resolve) => {
      const web = new ReadableStream({
        cancel(why) {
          reason = why;
          resolve();
        },
      });
      void roundTrip({ web }).web.cancel('enough');
    });
    await cancelled;
    expect(reason).toBe('enough');
  });

  test("the source's error reaches the reader as what it was, after the chunks before it", async () => {
    async function* failing(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      throw new KeyError('k');
    }
    const seen: unknown[] = [];
    const got = roundTrip(failing());
    await expect(
      (async () => {
        for await (const chunk of got) seen.push(chunk);
      })(),
    ).rejects.toBeInstanceOf(KeyError);
    expect(seen).toEqual([1]);
    await expect(collect(roundTrip(Readable.from([() => 1])))).rejects.toThrow(/Cannot pickle function/);
    await expect(collect(roundTrip(Readable.from([new WeakMap()])))).rejects.toBeInstanceOf(PicklingError);
  });

  test('a thread that dies in the middle of a stream fails the reader instead of leaving it waiting', async () => {
    const worker = new Worker(new URL('../fixtures/pickle-stream.mjs', import.meta.url), {
      workerData: new URL('../../build/src/pickle/index.js', import.meta.url).href,
    });
    const [message] = (await once(worker, 'message')) as [Pickled];
    const iterator = (decodeLoading(message) as AsyncIterable<number>)[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ value: 1, done: false });
    const next = expect(iterator.next()).rejects.toThrow(
      new RuntimeError('the thread that sent the stream has ended before the stream did'),
    );
    await worker.terminate();
    await next;
  });
});

async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await new Promise(setImmediate);
}
