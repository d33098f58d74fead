import * as zlib from 'node:zlib';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ContentDecodingError,
  RequestException,
  ResponseTooLarge,
} from '../../src/requests/exceptions/requests.js';
import { DecodeError, HTTPError } from '../../src/requests/exceptions/urllib3.js';
import { ZstdFrames } from '../../src/requests/bodies/incoming/decoders/zstd.js';
import { HTTPResponse } from '../../src/requests/urllib3/response.js';

const zstd = zlib as typeof zlib & {
  zstdCompressSync?: (data: Uint8Array) => Buffer;
  createZstdCompress?: unknown;
};
const compressZstd = zstd.zstdCompressSync;

const TEXT = Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(40));
const LARGE = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `${i * 7919}`).join(' '));

interface Options {
  pieces?: readonly Buffer[] | undefined;
  max_response_size?: number | undefined;
  onDone?: ((error: Error | null) => void) | undefined;
}

function encoded(coding: string, body: Buffer, { pieces, ...rest }: Options = {}): HTTPResponse {
  return new HTTPResponse({
    headers: ['Content-Encoding', coding],
    body: pieces === undefined ? Readable.from([body], { objectMode: false }) : Readable.from(pieces),
    ...rest,
  });
}

/** The ways in which a body can be read as a whole: they must agree. */
const READERS: Record<string, (raw: HTTPResponse) => Promise<Buffer>> = {
  'at once': (raw) => raw.readAll(),
  'with read()': (raw) => raw.read(null, { decode_content: true }),
  'in steps': async (raw) => {
    const parts: Buffer[] = [];
    for await (const part of raw.stream(100, { decode_content: true })) {
      expect(part.length).toBeLessThanOrEqual(100);
      parts.push(part);
    }
    return Buffer.concat(parts);
  },
  'as it arrives': async (raw) => {
    const parts: Buffer[] = [];
    for await (const part of raw.stream(null, { decode_content: true })) parts.push(part);
    return Buffer.concat(parts);
  },
};

function cut(body: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
    body.subarray(i * size, (i + 1) * size),
  );
}

/** Decodes `body` in every way and expects the same each time; also byte by byte. */
async function expectDecoded(coding: string, body: Buffer, expected: Buffer): Promise<void> {
  for (const [way, read] of Object.entries(READERS)) {
    for (const size of [1, 7, body.length]) {
      const raw = encoded(coding, body, { pieces: cut(body, Math.max(1, size)) });
      expect((await read(raw)).equals(expected), `${coding} ${way}, pieces of ${size}`).toBe(true);
      expect(raw.closed).toBe(true);
    }
  }
  const buffered = new HTTPResponse({ headers: ['content-encoding', coding], body });
  expect((await buffered.readAll()).equals(expected)).toBe(true);
}

async function expectError(coding: string, body: Buffer): Promise<void> {
  for (const [way, read] of Object.entries(READERS)) {
    const done: (Error | null)[] = [];
    const raw = encoded(coding, body, { onDone: (error) => done.push(error) });
    const error: unknown = await read(raw).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error, `${coding} ${way}`).toBeInstanceOf(way === 'at once' ? ContentDecodingError : DecodeError);
    expect((error as Error).message).toContain(
      `Received response with content-encoding: ${coding}, but failed to decode it`,
    );
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(done).toHaveLength(1);
  }
}

describe('Content-Encoding', () => {
  it('1.12: gzip, x-gzip, deflate, br are decoded, however the body is cut', async () => {
    await expectDecoded('gzip', zlib.gzipSync(TEXT), TEXT);
    await expectDecoded('X-GZip', zlib.gzipSync(TEXT), TEXT);
    await expectDecoded('deflate', zlib.deflateSync(TEXT), TEXT);
    await expectDecoded('br', zlib.brotliCompressSync(TEXT), TEXT);
  });

  it('1.12: raw deflate is understood as well as the zlib format', async () => {
    await expectDecoded('deflate', zlib.deflateRawSync(TEXT), TEXT);
  });

  it('1.12: gzip of several members is one body', async () => {
    const members = Buffer.concat([zlib.gzipSync('one '), zlib.gzipSync(''), zlib.gzipSync(TEXT)]);
    await expectDecoded('gzip', members, Buffer.concat([Buffer.from('one '), TEXT]));
  });

  it('1.12: what follows a gzip member and is not another is ignored', async () => {
    for (const garbage of ['\0\0\0', 'garbage', '\n', '\x1f\x8b\x07', '\x1f\x8b\x08\xff00000']) {
      const body = Buffer.concat([zlib.gzipSync(TEXT), Buffer.from(garbage, 'latin1')]);
      await expectDecoded('gzip', body, TEXT);
    }
  });

  it('1.12: a gzip header with every optional field is passed over', async () => {
    const plain = zlib.gzipSync(TEXT);
    const head = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 5, 0]),
      Buffer.from('extraname\0comment\0'),
    ]);
    const checksum = Buffer.alloc(2);
    checksum.writeUInt16LE(zlib.crc32(head) & 0xffff);
    const body = Buffer.concat([head, checksum, plain.subarray(10)]);
    await expectDecoded('gzip', body, TEXT);
    // Followed by garbage, it is read by our own decoder whatever the way.
    await expectDecoded('gzip', Buffer.concat([body, Buffer.from('garbage')]), TEXT);
    checksum.writeUInt16LE((zlib.crc32(head) + 1) & 0xffff);
    await expectError('gzip', Buffer.concat([head, checksum, plain.subarray(10)]));
  });

  it('1.12: stacked codings are undone from the last to the first, identity does not count', async () => {
    const twice = zlib.gzipSync(zlib.deflateSync(TEXT));
    await expectDecoded('deflate, gzip', twice, TEXT);
    await expectDecoded('identity,deflate,identity , gzip', twice, TEXT);
    await expectDecoded(
      'br, gzip, deflate',
      zlib.deflateSync(zlib.gzipSync(zlib.brotliCompressSync(TEXT))),
      TEXT,
    );
  });

  it('1.12: more than five codings are refused', async () => {
    let body = TEXT;
    for (let i = 0; i < 5; i++) body = zlib.gzipSync(body);
    await expectDecoded('gzip, gzip, gzip, gzip, gzip', body, TEXT);
    await expectError('gzip, gzip, gzip, gzip, gzip, gzip', zlib.gzipSync(body));
  });

  it('1.12: an unknown coding is passed through, but not beside one that is known', async () => {
    await expectDecoded('foo', TEXT, TEXT);
    await expectDecoded('foo, bar', TEXT, TEXT);
    await expectDecoded('identity', TEXT, TEXT);
    await expectDecoded('', TEXT, TEXT);
    await expectDecoded('constructor', TEXT, TEXT);
    await expectError('foo, gzip', zlib.gzipSync(TEXT));
  });

  it('1.12: an empty body is empty in every coding', async () => {
    for (const coding of ['gzip', 'deflate', 'br', 'gzip, br', 'zstd']) {
      await expectDecoded(coding, Buffer.alloc(0), Buffer.alloc(0));
    }
  });

  it('1.13: a body that is not what it claims to be is a ContentDecodingError', async () => {
    for (const coding of ['gzip', 'deflate', 'br', 'gzip, deflate']) {
      await expectError(coding, Buffer.from('this is not compressed at all, but it is long enough'));
    }
    const damaged = zlib.gzipSync(LARGE);
    damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 0xff;
    await expectError('gzip', damaged);
    const wrongSum = zlib.gzipSync(TEXT);
    wrongSum.writeUInt32LE(1, wrongSum.length - 8);
    await expectError('gzip', wrongSum);
  });

  it('1.12: a compressed body that breaks off is taken as far as it goes, as by Python', async () => {
    for (const [coding, body] of [
      ['gzip', zlib.gzipSync(LARGE)],
      ['deflate', zlib.deflateSync(LARGE)],
      ['deflate', zlib.deflateRawSync(LARGE)],
    ] as const) {
      const half = body.subarray(0, body.length >> 1);
      for (const [way, read] of Object.entries(READERS)) {
        const text = await read(encoded(coding, half));
        expect(text.length, `${coding} ${way}`).toBeGreaterThan(LARGE.length / 4);
        expect(LARGE.subarray(0, text.length).equals(text)).toBe(true);
      }
    }
    // All but the checksum.
    await expectDecoded('gzip', zlib.gzipSync(TEXT).subarray(0, -8), TEXT);
  });

  it('1.12: large bodies come out whole', async () => {
    for (const [coding, body] of [
      ['gzip', zlib.gzipSync(LARGE)],
      ['deflate', zlib.deflateSync(LARGE)],
      ['deflate', zlib.deflateRawSync(LARGE)],
      ['br', zlib.brotliCompressSync(LARGE, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ] as const) {
      for (const [way, read] of Object.entries(READERS)) {
        expect((await read(encoded(coding, body))).equals(LARGE), `${coding} ${way}`).toBe(true);
      }
    }
  });
});

describe('max_response_size', () => {
  const BOMB = zlib.gzipSync(Buffer.alloc(20_000_000));

  it('is exact: a body of that size is read, one byte more is ResponseTooLarge', async () => {
    for (const body of [TEXT, LARGE]) {
      for (const [coding, bytes] of [
        ['identity', body],
        ['gzip', zlib.gzipSync(body)],
        ['gzip', Buffer.concat([zlib.gzipSync(body), Buffer.from('garbage')])],
        ['deflate', zlib.deflateRawSync(body)],
        ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(body))],
      ] as const) {
        for (const [way, read] of Object.entries(READERS)) {
          const enough = encoded(coding, bytes, { max_response_size: body.length });
          expect((await read(enough)).equals(body), `${coding} ${way}`).toBe(true);
          const done: (Error | null)[] = [];
          const scarce = encoded(coding, bytes, {
            max_response_size: body.length - 1,
            onDone: (error) => done.push(error),
          });
          await expect(read(scarce), `${coding} ${way}`).rejects.toThrow(ResponseTooLarge);
          expect(done).toHaveLength(1);
          expect(scarce.closed).toBe(true);
        }
      }
    }
  });

  it('a limit of nothing allows an empty body only', async () => {
    for (const read of Object.values(READERS)) {
      const limits = { max_response_size: 0 };
      expect((await read(encoded('identity', Buffer.alloc(0), limits))).length).toBe(0);
      expect((await read(encoded('gzip', zlib.gzipSync(''), limits))).length).toBe(0);
      await expect(read(encoded('identity', Buffer.from('x'), limits))).rejects.toThrow(ResponseTooLarge);
      await expect(read(encoded('gzip', zlib.gzipSync('x'), limits))).rejects.toThrow(ResponseTooLarge);
    }
  });

  it('a bomb is not unpacked beyond the limit', async () => {
    for (const [coding, body] of [
      ['gzip', BOMB],
      ['gzip, gzip', zlib.gzipSync(BOMB)],
    ] as const) {
      for (const [way, read] of Object.entries(READERS)) {
        const raw = encoded(coding, body, { max_response_size: 10_000 });
        const before = process.memoryUsage().arrayBuffers;
        await expect(read(raw), `${coding} ${way}`).rejects.toThrow(
          'the body is larger than max_response_size, 10000 bytes',
        );
        expect(process.memoryUsage().arrayBuffers - before, `${coding} ${way}`).toBeLessThan(10_000_000);
      }
    }
  });

  it('stops an endless body that is not compressed', async () => {
    let sent = 0;
    const endless = new Readable({
      read() {
        sent += 1000;
        this.push(Buffer.alloc(1000));
      },
    });
    const raw = new HTTPResponse({ body: endless, max_response_size: 50_000 });
    await expect(raw.readAll()).rejects.toThrow(ResponseTooLarge);
    expect(endless.destroyed).toBe(true);
    expect(sent).toBeLessThan(200_000);
  });

  it('without one, reading in steps does not unpack ahead of the reader', async () => {
    const raw = encoded('gzip', BOMB);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 10; i++) {
      expect((await raw.read(1000, { decode_content: true })).length).toBe(1000);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
    raw.close();
  });
});

describe.skipIf(compressZstd === undefined)('zstd', () => {
  const compress = compressZstd as (data: Uint8Array) => Buffer;

  it('1.12: zstd is decoded, of several frames, too', async () => {
    await expectDecoded('zstd', compress(TEXT), TEXT);
    await expectDecoded('zstd', Buffer.concat([compress(TEXT), compress(TEXT)]), Buffer.concat([TEXT, TEXT]));
    const frames = Buffer.concat([compress(LARGE), compress(LARGE)]);
    for (const read of Object.values(READERS)) {
      expect((await read(encoded('zstd', frames))).equals(Buffer.concat([LARGE, LARGE]))).toBe(true);
    }
    await expectDecoded('gzip, zstd', compress(zlib.gzipSync(TEXT)), TEXT);
  });

  it('1.13: a frame that breaks off and what is no frame are errors, as in Python', async () => {
    const whole = compress(LARGE);
    await expectError('zstd', whole.subarray(0, whole.length >> 1));
    await expectError('zstd', whole.subarray(0, -1));
    await expectError('zstd', Buffer.from('this is not compressed at all'));
    await expectError('zstd', Buffer.concat([compress(TEXT), Buffer.from('garbage')]));
  });

  it('max_response_size is exact', async () => {
    for (const read of Object.values(READERS)) {
      const limit = { max_response_size: LARGE.length };
      expect((await read(encoded('zstd', compress(LARGE), limit))).equals(LARGE)).toBe(true);
      const scarce = { max_response_size: LARGE.length - 1 };
      await expect(read(encoded('zstd', compress(LARGE), scarce))).rejects.toThrow(ResponseTooLarge);
    }
  });
});

describe('ZstdFrames', () => {
  /** Made with the zstd tool: one with a checksum, one with two blocks, one that can be skipped. */
  const FRAME = Buffer.from('28b52ffd0405290000', 'hex');
  const HELLO = Buffer.concat([Buffer.from('28b52ffd2005290000', 'hex'), Buffer.from('hello')]);
  const SKIPPED = Buffer.from('532a4d1803000000616263', 'hex');

  it('tells at each byte whether the data may end there', () => {
    const data = Buffer.concat([HELLO, SKIPPED, HELLO]);
    const ends = [0, HELLO.length, HELLO.length + SKIPPED.length, data.length];
    const frames = new ZstdFrames();
    for (let i = 0; i <= data.length; i++) {
      expect(frames.complete, `after ${i} bytes`).toBe(ends.includes(i));
      frames.push(data.subarray(i, i + 1));
    }
    expect(frames.count).toBe(3);
    const whole = new ZstdFrames();
    whole.push(data);
    expect([whole.count, whole.complete]).toEqual([3, true]);
  });

  it('what is not zstd is never complete', () => {
    const frames = new ZstdFrames();
    frames.push(Buffer.concat([HELLO, Buffer.from('garbage')]));
    frames.push(HELLO);
    expect([frames.count, frames.complete]).toEqual([1, false]);
    const incomplete = new ZstdFrames();
    incomplete.push(FRAME);
    expect(incomplete.complete).toBe(false);
  });
});

describe('any bytes at all', () => {
  const codings = ['gzip', 'deflate', 'br', 'gzip, deflate', 'br, gzip', ...(compressZstd ? ['zstd'] : [])];

  it('1.13: end as data or as an exception of requests, never as a hang or anything else', async () => {
    const mangled = fc
      .tuple(fc.uint8Array({ maxLength: 60 }), fc.nat(), fc.boolean())
      .map(([bytes, at, prefix]) => {
        const good = zlib.gzipSync(TEXT.subarray(0, 200));
        const start = prefix ? good.subarray(0, at % good.length) : Buffer.alloc(0);
        return Buffer.concat([start, bytes]);
      });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...codings),
        mangled,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(...Object.values(READERS)),
        async (coding, body, size, read) => {
          const done: (Error | null)[] = [];
          const raw = encoded(coding, body, { pieces: cut(body, size), onDone: (error) => done.push(error) });
          const outcome: unknown = await read(raw).catch((error: unknown) => error);
          const kind = read === READERS['at once'] ? RequestException : HTTPError;
          if (!Buffer.isBuffer(outcome)) expect(outcome).toBeInstanceOf(kind);
          expect(done).toHaveLength(1);
        },
      ),
      { seed: 5, numRuns: 400 },
    );
  });

  it('1.12: compressed and cut anywhere, they come out as they went in', async () => {
    const compressors: Record<string, (data: Uint8Array) => Buffer> = {
      gzip: zlib.gzipSync,
      deflate: zlib.deflateSync,
      br: zlib.brotliCompressSync,
      ...(compressZstd ? { zstd: compressZstd } : {}),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.entries(compressors)),
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(...Object.values(READERS)),
        async ([coding, compress], data, size, read) => {
          const body = compress(data);
          const decoded = await read(encoded(coding, body, { pieces: cut(body, size) }));
          expect(decoded.equals(data)).toBe(true);
        },
      ),
      { seed: 6, numRuns: 300 },
    );
  });
});
