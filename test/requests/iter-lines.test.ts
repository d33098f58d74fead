import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IterLinesOptions } from '../../src/requests/bodies/text/iter-body.js';
import { Response } from '../../src/requests/models/response.js';
import { HTTPResponse } from '../../src/requests/urllib3/response.js';
import { buffered, streamed } from '../helpers/responses.js';

function inChunks(pieces: readonly (Uint8Array | string)[], encoding: string | null = null): Response {
  return streamed(pieces, encoding, { headers: ['Transfer-Encoding', 'chunked'] });
}

/** A stream that arrives in these pieces; chunked, so that they are not joined. */
async function lines(response: Response, options: IterLinesOptions = {}): Promise<string[]> {
  const all: string[] = [];
  for await (const line of response.iter_lines(options)) {
    expect(typeof line === 'string').toBe(options.decode_unicode === true && response.encoding !== null);
    all.push(line.toString());
  }
  return all;
}

/** Python's bytes.splitlines. */
function splitBytes(text: string): string[] {
  const all = text.split(/\r\n|\n|\r/);
  if (all.at(-1) === '') all.pop();
  return all;
}

/** Python's str.splitlines. */
function splitText(text: string): string[] {
  const all = text.split(/\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]/);
  if (all.at(-1) === '') all.pop();
  return all;
}

describe('iter_lines', () => {
  it('1.12: bytes are split at \\n, \\r and \\r\\n only, and no empty line follows the last end', async () => {
    const body = 'a\nb\rc\r\nd\ve\ff\x1cg\n\nh\n';
    expect(await lines(inChunks([body]))).toEqual(['a', 'b', 'c', 'd\ve\ff\x1cg', '', 'h']);
    expect([...buffered(body).iter_lines()].map(String)).toEqual(['a', 'b', 'c', 'd\ve\ff\x1cg', '', 'h']);
  });

  it('1.12: text is split at everything that str.splitlines knows', async () => {
    const body = 'a\vb\fc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\x1fj\r\nk';
    const expected = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i\x1fj', 'k'];
    expect(await lines(inChunks([body], 'utf-8'), { decode_unicode: true })).toEqual(expected);
  });

  it('1.12: with decode_unicode and no encoding lines are bytes', async () => {
    expect(await lines(inChunks(['a\nb']), { decode_unicode: true })).toEqual(['a', 'b']);
  });

  it('1.12, declared difference: a \\r\\n that falls between two chunks is one line end', async () => {
    expect(await lines(inChunks(['a\r', '\nb\r', '\n', 'c']))).toEqual(['a', 'b', 'c']);
    const options = { decode_unicode: true };
    expect(await lines(inChunks(['a\r', '\nb\r', '\n', 'c'], 'utf-8'), options)).toEqual(['a', 'b', 'c']);
    expect(await lines(buffered('a\r\nb'), { chunk_size: 2 })).toEqual(['a', 'b']);
    expect(await lines(inChunks(['a\r', '\r\n', '\n']))).toEqual(['a', '', '']);
  });

  it('a line is given as soon as its end has come', async () => {
    const body = new Readable({ read: () => undefined });
    const response = new Response();
    response.raw = new HTTPResponse({ body, headers: ['Transfer-Encoding', 'chunked'] });
    const iterator = response.iter_lines();
    body.push('one\r');
    expect((await iterator.next()).value?.toString()).toBe('one');
    body.push('\ntwo');
    body.push('\nthree');
    expect((await iterator.next()).value?.toString()).toBe('two');
    body.push(null);
    expect((await iterator.next()).value?.toString()).toBe('three');
    expect((await iterator.next()).done).toBe(true);
  });

  it('1.12: with a delimiter it is a plain split: one at the end gives an empty item', async () => {
    const options = { delimiter: Buffer.from('||') };
    expect(await lines(inChunks(['a||b||c']), options)).toEqual(['a', 'b', 'c']);
    expect(await lines(inChunks(['a||b||']), options)).toEqual(['a', 'b', '']);
    expect(await lines(inChunks(['||']), options)).toEqual(['', '']);
    expect(await lines(inChunks([]), options)).toEqual([]);
    expect(await lines(inChunks(['a\nb']), options)).toEqual(['a\nb']);
    const text = { delimiter: '€', decode_unicode: true };
    expect(await lines(inChunks(['a€b€'], 'utf-8'), text)).toEqual(['a', 'b', '']);
  });

  it('declared difference: a chunk that ends in the delimiter gives no item more', async () => {
    expect(await lines(inChunks(['a|', 'b|', 'c']), { delimiter: Buffer.from('|') })).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(await lines(inChunks(['a|', '|b']), { delimiter: Buffer.from('||') })).toEqual(['a', 'b']);
  });

  it('1.12: an empty delimiter is none', async () => {
    expect(await lines(inChunks(['a\nb']), { delimiter: Buffer.alloc(0) })).toEqual(['a', 'b']);
    expect(await lines(inChunks(['a\nb']), { delimiter: '' })).toEqual(['a', 'b']);
    expect(await lines(inChunks(['a\nb']), { delimiter: null })).toEqual(['a', 'b']);
  });

  it('1.12: a delimiter of the wrong kind is a TypeError', async () => {
    await expect(lines(inChunks(['a|b']), { delimiter: '|' })).rejects.toThrow(
      new TypeError('the delimiter must be bytes as the body is, not string'),
    );
    const text = { delimiter: Buffer.from('|'), decode_unicode: true };
    await expect(lines(inChunks(['a|b'], 'utf-8'), text)).rejects.toThrow(
      new TypeError('the delimiter must be text as the body is, not Buffer'),
    );
  });

  it('chunk_size may be the first argument, and is checked as that of iter_content', async () => {
    const collected: string[] = [];
    for await (const line of inChunks(['a\nb'], 'utf-8').iter_lines(1, { decode_unicode: true })) {
      collected.push(String(line));
    }
    expect(collected).toEqual(['a', 'b']);
    expect(() => buffered('a').iter_lines('x' as unknown as number)).toThrow(TypeError);
  });

  it('a very long line without an end costs each byte once', async () => {
    const pieces = Array.from({ length: 20_000 }, () => 'x'.repeat(100));
    expect((await lines(inChunks(pieces)))[0]?.length).toBe(2_000_000);
    expect((await lines(inChunks(pieces), { delimiter: Buffer.from('||') }))[0]?.length).toBe(2_000_000);
  });

  it('gives the lines of the whole, however it is cut: bytes and text, by line ends and by delimiters', async () => {
    const piece = fc
      .array(
        fc.constantFrom('a', 'b', '\n', '\r', '\r\n', '\v', '\x1c', '\x1f', '\x85', '\u2028', 'é', '|', '||'),
        {
          maxLength: 6,
        },
      )
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 6 }),
        fc.option(fc.integer({ min: 1, max: 9 })),
        fc.constantFrom('|', '||', 'a|', '\r\n'),
        async (pieces, chunk_size, mark) => {
          const body = pieces.join('');
          const make = [() => inChunks(pieces, 'utf-8'), () => buffered(body, 'utf-8')];
          const split = body === '' ? [] : body.split(mark);
          for (const response of make) {
            expect(await lines(response(), { chunk_size })).toEqual(splitBytes(body));
            const decoded = { chunk_size, decode_unicode: true };
            expect(await lines(response(), decoded)).toEqual(splitText(body));
            expect(await lines(response(), { chunk_size, delimiter: Buffer.from(mark) })).toEqual(split);
            expect(await lines(response(), { ...decoded, delimiter: mark })).toEqual(split);
          }
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});
