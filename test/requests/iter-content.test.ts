import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LookupError, RuntimeError } from '../../src/builtins/index.js';
import { Response } from '../../src/requests/models/response.js';
import { collect } from '../helpers/async.js';
import { buffered, streamed } from '../helpers/responses.js';

async function texts(pieces: AsyncIterable<Buffer | string>): Promise<string[]> {
  return (await collect(pieces)).map(String);
}

describe('iter_content', () => {
  it('1.12: gives one byte at a time by default', async () => {
    expect(await texts(streamed(['abc']).iter_content())).toEqual(['a', 'b', 'c']);
    expect(await texts(buffered('abc').iter_content())).toEqual(['a', 'b', 'c']);
  });

  it('1.12: a chunk_size that is no integer is a TypeError at the call', () => {
    for (const [size, type] of [
      ['1024', 'str'],
      [1.5, 'float'],
      [Number.NaN, 'float'],
      [true, 'bool'],
      [[1], 'list'],
    ] as const) {
      expect(() => buffered('abc').iter_content(size as unknown as number)).toThrow(
        new TypeError(`chunk_size must be an int, it is instead a <class '${type}'>.`),
      );
    }
  });

  it('its arguments may all be options, and an unknown one is refused by name', async () => {
    const response = buffered('é!', 'utf-8');
    expect(await texts(response.iter_content({ chunk_size: 1, decode_unicode: true }))).toEqual(['é', '!']);
    expect(await texts(response.iter_content(1, { decode_unicode: true }))).toEqual(['é', '!']);
    // @ts-expect-error there is no such option
    expect(() => response.iter_content(1, { decode: true })).toThrow(
      "iter_content() got an unexpected keyword argument 'decode'",
    );
    // @ts-expect-error there is no such option
    expect(() => response.iter_content({ size: 1 })).toThrow("'size'");
    // @ts-expect-error there is no such option
    expect(() => response.iter_lines({ lines: 1 })).toThrow("'lines'");
  });

  it('1.12: null gives pieces as they arrive, of a buffered body one', async () => {
    expect(await texts(streamed(['abc', 'd', 'ef']).iter_content(null))).toEqual(['abc', 'd', 'ef']);
    expect(await texts(buffered('abcdef').iter_content(null))).toEqual(['abcdef']);
  });

  it('1.12: less than 1 gives a buffered body in one piece, and a stream as it arrives', async () => {
    for (const size of [0, -1]) {
      expect(await texts(buffered('abcdef').iter_content(size))).toEqual(['abcdef']);
      expect(await texts(streamed(['abc', 'd']).iter_content(size))).toEqual(['abc', 'd']);
    }
  });

  it('1.12: a stream gives exact sizes and then the remainder, a chunked one does not join chunks', async () => {
    const pieces = ['x'.repeat(1000), 'y'.repeat(1000)];
    const sizes = async (response: Response): Promise<number[]> =>
      (await collect(response.iter_content(700))).map((piece) => piece.length);
    expect(await sizes(streamed(pieces))).toEqual([700, 700, 600]);
    const chunked = { headers: ['Transfer-Encoding', 'chunked'] };
    expect(await sizes(streamed(pieces, null, chunked))).toEqual([700, 300, 700, 300]);
  });

  it('1.12: is decompressed', async () => {
    const body = zlib.gzipSync('hello world');
    const response = streamed([body.subarray(0, 5), body.subarray(5)], null, {
      headers: ['Content-Encoding', 'gzip'],
    });
    expect(await texts(response.iter_content(4))).toEqual(['hell', 'o wo', 'rld']);
  });

  it('1.12: a buffered body can be iterated over again and again, slices share its memory', async () => {
    const response = buffered('abcd');
    for (let i = 0; i < 2; i++) expect(await texts(response.iter_content(3))).toEqual(['abc', 'd']);
    const [first] = [...response.iter_content(2)];
    expect(first?.buffer).toBe(response.content.buffer);
  });

  it('3.9: a buffered body can be iterated over synchronously, a stream cannot and says what to do', () => {
    const pieces: string[] = [];
    for (const piece of buffered('abcd').iter_content(3)) pieces.push(piece.toString());
    expect(pieces).toEqual(['abc', 'd']);
    expect(() => [...streamed(['abc']).iter_content(1)]).toThrow(RuntimeError);
    expect(() => [...streamed(['abc']).iter_content(1)]).toThrow(
      '`for await`, or `await response.read()` first',
    );
  });

  it('1.12: iterating over the response itself gives pieces of 128', async () => {
    const sizes: number[] = [];
    for await (const piece of streamed(['x'.repeat(300)])) sizes.push(piece.length);
    expect(sizes).toEqual([128, 128, 44]);
  });

  it('DESIGN: a second iteration goes on where the first stopped, in whatever pieces', async () => {
    const response = streamed(['abcdef', 'ghij']);
    for await (const piece of response.iter_content(2)) {
      expect(piece.toString()).toBe('ab');
      break;
    }
    const second = response.iter_content(3);
    expect((await second.next()).value?.toString()).toBe('cde');
    await second.return();
    expect(await second.next()).toEqual({ done: true, value: undefined });
    expect(await texts(response.iter_content(4))).toEqual(['fghi', 'j']);
    expect(response._content_consumed).toBe(true);
  });

  it('pieces asked for at the same time come in order', async () => {
    const iterator = streamed(['ab', 'cd']).iter_content(1);
    const steps = await Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    expect(steps.map((step) => String(step.value))).toEqual(['a', 'b', 'c']);
  });

  it('1.12: an empty body has no pieces', async () => {
    expect(await collect(streamed([]).iter_content(10))).toEqual([]);
    expect(await collect(buffered('').iter_content(10))).toEqual([]);
    expect(await collect(new Response().iter_content(10))).toEqual([]);
  });

  it('any body reassembles, in pieces that are full but for the last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        async (parts, size) => {
          const body = Buffer.concat(parts);
          for (const response of [streamed(parts), buffered(body)]) {
            const pieces = await collect(response.iter_content(size));
            expect(Buffer.concat(pieces).equals(body)).toBe(true);
            expect(pieces.slice(0, -1).every((piece) => piece.length === size)).toBe(true);
          }
        },
      ),
      { seed: 1 },
    );
  });
});

describe('decode_unicode', () => {
  it('1.12: does not split characters, and replaces what is incomplete at the end', async () => {
    const options = { decode_unicode: true };
    expect(await texts(streamed(['a', '\u20ac'], 'utf-8').iter_content(1, options))).toEqual(['a', '€']);
    const cut = streamed([Buffer.from([0x61, 0xe2, 0x82])], 'utf-8');
    expect(await texts(cut.iter_content(1, options))).toEqual(['a', '\ufffd']);
    expect(await texts(buffered(Buffer.from([0xe2]), 'utf-8').iter_content(1, options))).toEqual(['\ufffd']);
  });

  it('1.12: without an encoding the pieces are bytes', async () => {
    const [piece] = await collect(buffered('é').iter_content(null, { decode_unicode: true }));
    expect(piece).toBeInstanceOf(Buffer);
    const [text] = await collect(buffered('é', 'utf-8').iter_content(null, { decode_unicode: true }));
    expect(text).toBe('é');
  });

  it('1.12: an unknown codec is a LookupError, while iterating', async () => {
    for (const response of [streamed(['abc'], 'nonsense'), buffered('abc', 'nonsense')]) {
      const pieces = response.iter_content(1, { decode_unicode: true });
      await expect(pieces.next()).rejects.toThrow(new LookupError('unknown encoding: nonsense'));
    }
  });

  it('gives the text of the whole, however the body is cut', async () => {
    const charsets = [
      'utf-8',
      'utf-8-sig',
      'utf-16',
      'utf-16-le',
      'utf-16-be',
      'utf-32',
      'utf-32-be',
      'ascii',
      'latin-1',
      'cp1252',
      'koi8-r',
      'shift_jis',
      'euc-jp',
      'gbk',
      'gb18030',
      'big5',
      'euc-kr',
      'iso-2022-jp',
      'utf-7',
    ];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 24 }),
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => Buffer.from(text)),
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => Buffer.from(`\ufeff${text}`, 'utf16le')),
      fc
        .array(fc.constantFrom(0x1b, 0x24, 0x42, 0x28, 0x81, 0x30, 0x8f, 0xe3, 0x41, 0x2b, 0x2d, 0xff))
        .map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...charsets),
        bytes,
        fc.integer({ min: 1, max: 5 }),
        async (charset, body, size) => {
          const whole = buffered(body, charset).text;
          for (const response of [streamed([body], charset), buffered(body, charset)]) {
            const pieces = await texts(response.iter_content(size, { decode_unicode: true }));
            expect(pieces.join('')).toBe(whole);
          }
        },
      ),
      { seed: 2, numRuns: 2000 },
    );
  });
});
