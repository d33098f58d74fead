/** Issue: a decompression bomb is stopped by `max_response_size`, and `verify: false` stays with its request. */
import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { FuturesSession } from '../../src/futures-session/index.js';
import { type Response, ResponseTooLarge, Session, SSLError } from '../../src/requests/index.js';
import { ADAPTERS } from '../helpers/adapters.js';
import { startHttpServer } from '../helpers/servers/http-server.js';
import { startTlsServer } from '../helpers/servers/tls-server.js';

const MIB = 1 << 20;
/** What a bomb is in memory if nobody stops it. */
const SIZE = 256 * MIB;

function zeros(size: number): Readable {
  const piece = Buffer.alloc(MIB);
  return Readable.from(Array.from({ length: size / MIB }, () => piece));
}

async function compress(stream: NodeJS.ReadWriteStream): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of zeros(SIZE).pipe(stream)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const ENCODERS: Record<string, () => NodeJS.ReadWriteStream> = {
  gzip: () => zlib.createGzip(),
  deflate: () => zlib.createDeflate(),
  br: () => zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }),
};

const readers: Record<string, (response: Response) => Promise<unknown>> = {
  'read()': (response) => response.read(),
  'iter_content()': async (response) => {
    for await (const piece of response.iter_content(65_536)) expect(piece.length).toBeLessThanOrEqual(65_536);
  },
  'iter_content(null)': async (response) => {
    for await (const piece of response.iter_content(null)) expect(piece.length).toBeLessThanOrEqual(2 * MIB);
  },
  'iter_lines()': async (response) => {
    for await (const line of response.iter_lines()) expect(line).toBeInstanceOf(Buffer);
  },
  'raw.read()': async (response) => response.raw?.read(null, { decode_content: true }),
};

const CASES = ADAPTERS.flatMap(([name, Adapter]) =>
  Object.keys(ENCODERS).map((encoding) => [encoding, name, Adapter] as const),
);

describe.each(CASES)('1.12: a decompression bomb of %s for %s', (encoding, _name, Adapter) => {
  const bomb = compress((ENCODERS[encoding] as () => NodeJS.ReadWriteStream)());

  test.each(['with a length', 'in chunks'])(
    '%s is stopped by max_response_size, however it is read',
    async (framing) => {
      const body = await bomb;
      await using server = await startHttpServer((_request, response) => {
        const length = framing === 'in chunks' ? {} : { 'Content-Length': body.length };
        response.writeHead(200, { 'Content-Encoding': encoding, ...length });
        for (let at = 0; at < body.length; at += 16_384) response.write(body.subarray(at, at + 16_384));
        response.end();
      });
      const before = process.memoryUsage.rss();
      await using session = new Session();
      await using futures = new FuturesSession();
      for (const one of [session, futures]) one.mount('http://', new Adapter());
      const limit = { max_response_size: MIB };
      await expect(session.get(server.url, limit)).rejects.toThrow(ResponseTooLarge);
      await expect(futures.get(server.url, limit)).rejects.toThrow(ResponseTooLarge);
      futures.max_response_size = MIB;
      await expect(futures.get(server.url)).rejects.toThrow(ResponseTooLarge);
      for (const read of Object.values(readers)) {
        const response = await session.get(server.url, { ...limit, stream: true });
        await expect(read(response)).rejects.toThrow(ResponseTooLarge);
      }
      // The bomb was never whole in memory, not even once; eight readers had it before them.
      expect(process.memoryUsage.rss() - before).toBeLessThan(SIZE / 2);
      await Promise.all([session.close(), futures.close()]);
      await server.waitForOpenConnections(0);
    },
  );
});

test('1.12: without the option there is no limit, as in Python', async () => {
  const body = zlib.gzipSync(Buffer.alloc(8 * MIB));
  await using server = await startHttpServer((_request, response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(body);
  });
  await using session = new Session();
  expect((await session.get(server.url)).content.length).toBe(8 * MIB);
  expect((await session.get(server.url, { max_response_size: 8 * MIB })).content.length).toBe(8 * MIB);
});

describe('1.15: verify=false', () => {
  test.each(['Session', 'FuturesSession'])(
    'stays with its request in a %s that sends many at once',
    async (kind) => {
      vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      await using server = await startTlsServer();
      await using session = kind === 'Session' ? new Session() : new FuturesSession();
      for (let round = 0; round < 3; round++) {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 20 }, (_, i) => session.get(server.url, { verify: i % 3 !== 0 })),
        );
        const expected = Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? 'fulfilled' : 'rejected'));
        expect(outcomes.map(({ status }) => status)).toEqual(expected);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(SSLError);
        }
      }
    },
  );

  test('does not reach the next request over a streamed response that still has its connection', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    await using server = await startTlsServer((_request, response) => response.end('x'.repeat(100_000)));
    await using session = new Session();
    const open = await session.get(server.url, { verify: false, stream: true });
    await expect(session.get(server.url)).rejects.toThrow(SSLError);
    await open.read();
    await expect(session.get(server.url)).rejects.toThrow(SSLError);
    session.verify = false;
    expect((await session.get(server.url)).ok).toBe(true);
    session.verify = true;
    await expect(session.get(server.url)).rejects.toThrow(SSLError);
  });
});
