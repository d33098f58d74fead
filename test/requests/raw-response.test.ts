import * as http from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuntimeError, ValueError } from '../../src/builtins/index.js';
import {
  ChunkedEncodingError,
  ConnectionError,
  JSONDecodeError,
  ResponseNotRead,
} from '../../src/requests/exceptions/requests.js';
import { DecodeError, ProtocolError, ResponseNotChunked } from '../../src/requests/exceptions/urllib3.js';
import { HTTPResponse, type HTTPResponseInit } from '../../src/requests/urllib3/response.js';
import { type Handler, startHttpServer } from '../helpers/servers/http-server.js';

/** What a transport makes of a request to `handler`. */
async function fetchRaw(
  handler: Handler,
  use: (raw: HTTPResponse, message: http.IncomingMessage, done: (Error | null)[]) => Promise<void>,
  { method = 'GET', ...init }: HTTPResponseInit & { method?: string } = {},
): Promise<void> {
  await using server = await startHttpServer(handler);
  const agent = new http.Agent({ keepAlive: true });
  try {
    const message = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.request(server.url, { method, agent }, resolve).on('error', reject).end();
    });
    const done: (Error | null)[] = [];
    const raw = new HTTPResponse({
      body: message,
      headers: message.rawHeaders,
      status: message.statusCode,
      reason: message.statusMessage,
      request_method: method,
      onDone: (error) => done.push(error),
      ...init,
    });
    await use(raw, message, done);
  } finally {
    agent.destroy();
  }
}

async function collect(pieces: AsyncIterable<Buffer>): Promise<string[]> {
  const texts: string[] = [];
  for await (const piece of pieces) texts.push(piece.toString('latin1'));
  return texts;
}

/** The names of events that have a listener of ours; Node's own agent has some, too. */
function listening(stream: Readable): (string | symbol)[] {
  return stream.eventNames().filter((name) => name !== 'end' || stream.listenerCount('end') > 1);
}

describe('HTTPResponse', () => {
  it('1.12: status, reason, version and headers are as given', () => {
    const raw = new HTTPResponse({
      status: 404,
      reason: 'Not Found',
      version: 10,
      headers: ['Set-Cookie', 'a=1', 'X-A', '1', 'set-cookie', 'b=2'],
    });
    expect([raw.status, raw.reason, raw.version, raw.version_string]).toEqual([
      404,
      'Not Found',
      10,
      'HTTP/1.0',
    ]);
    expect(raw.headers.getlist('SET-COOKIE')).toEqual(['a=1', 'b=2']);
    expect(raw.headers['Set-Cookie']).toBe('a=1, b=2');
    expect('x-a' in raw.headers).toBe(true);
    expect(raw.getheader('x-a')).toBe('1');
    expect(raw.getheader('x-b', 'none')).toBe('none');
    expect(raw.setCookieLines()).toEqual(['a=1', 'b=2']);
    expect(new HTTPResponse({ headers: [['a', 'b']] }).headers['A']).toBe('b');
    expect(new HTTPResponse({ version: 20 }).version_string).toBe('HTTP/2');
  });

  it('an unknown option is refused by name', async () => {
    expect(() => new HTTPResponse({ preload_content: false } as HTTPResponseInit)).toThrow(
      "HTTPResponse() got an unexpected keyword argument 'preload_content'",
    );
    // @ts-expect-error there is no such option
    await expect(new HTTPResponse().read(1, { decode: true })).rejects.toThrow("'decode'");
  });

  it('get_redirect_location is the Location of a redirect, null without one, false otherwise', () => {
    const of = (status: number, headers: string[]): unknown =>
      new HTTPResponse({ status, headers }).get_redirect_location();
    expect(of(302, ['Location', '/x'])).toBe('/x');
    expect(of(302, [])).toBeNull();
    expect(of(200, ['Location', '/x'])).toBe(false);
  });

  it('1.12: read() is not decoded unless asked', async () => {
    const body = zlib.gzipSync('hello');
    const headers = ['Content-Encoding', 'gzip'];
    expect((await new HTTPResponse({ body, headers }).read()).equals(body)).toBe(true);
    const decoded = await new HTTPResponse({ body, headers }).read(null, { decode_content: true });
    expect(decoded.toString()).toBe('hello');
  });

  it('1.12: read(amt) gives exactly so much, less at the end, and nothing behind it', async () => {
    const raw = new HTTPResponse({ body: Readable.from([Buffer.from('abc'), Buffer.from('defg')]) });
    expect((await raw.read(5)).toString()).toBe('abcde');
    expect((await raw.read(0)).toString()).toBe('');
    expect(raw.closed).toBe(true);
    expect((await raw.read(5)).toString()).toBe('fg');
    expect((await raw.read(5)).toString()).toBe('');
    expect((await raw.read()).toString()).toBe('');
  });

  it('1.12: decoded and undecoded reading do not mix', async () => {
    const body = zlib.gzipSync('hello');
    const raw = new HTTPResponse({ body: Readable.from([body]), headers: ['Content-Encoding', 'gzip'] });
    expect((await raw.read(2, { decode_content: true })).toString()).toBe('he');
    await expect(raw.read(2)).rejects.toThrow(RuntimeError);
    expect((await raw.read(null, { decode_content: true })).toString()).toBe('llo');
  });

  it('1.12: the chunks of a chunked body are never joined by stream()', async () => {
    const chunk = 'x'.repeat(1000);
    let next = (): void => undefined;
    await fetchRaw(
      (_request, response) => {
        response.write(chunk);
        next = () => response.end(chunk);
      },
      async (raw) => {
        const sizes: number[] = [];
        for await (const piece of raw.stream(700)) {
          sizes.push(piece.length);
          if (sizes.length === 2) next();
        }
        expect(sizes).toEqual([700, 300, 700, 300]);
      },
    );
  });

  it('1.12: of a compressed chunked body, too, each chunk is handed out by itself', async () => {
    const gzip = zlib.createGzip();
    const pieces: Buffer[] = [];
    gzip.on('data', (piece: Buffer) => pieces.push(piece));
    for (const text of ['first'.repeat(10), 'second']) {
      gzip.write(text);
      await new Promise<void>((resolve) => {
        gzip.flush(() => {
          resolve();
        });
      });
    }
    const body = new Readable({ read: () => undefined });
    const raw = new HTTPResponse({
      body,
      headers: ['Content-Encoding', 'gzip', 'Transfer-Encoding', 'chunked'],
    });
    const stream = raw.stream(null, { decode_content: true });
    // gzip gives its header alone.
    for (const piece of pieces.slice(0, -1)) body.push(piece);
    expect((await stream.next()).value?.toString()).toBe('first'.repeat(10));
    body.push(pieces.at(-1));
    expect((await stream.next()).value?.toString()).toBe('second');
    body.push(null);
    expect((await stream.next()).done).toBe(true);
  });

  it('1.12: stream() of a body with a length gives exact sizes and the remainder', async () => {
    const pieces = ['abcd', 'e', 'fghij', 'kl'].map((text) => Buffer.from(text));
    const raw = new HTTPResponse({ body: Readable.from(pieces), headers: ['Content-Length', '12'] });
    expect(await collect(raw.stream(5))).toEqual(['abcde', 'fghij', 'kl']);
    const asTheyCome = new HTTPResponse({ body: Readable.from(pieces) });
    expect(await collect(asTheyCome.stream(null))).toEqual(['abcd', 'e', 'fghij', 'kl']);
    expect(await collect(new HTTPResponse({ body: 'abc' }).stream(0))).toEqual([]);
  });

  it('DESIGN: leaving a loop over the stream leaves the rest for the next reader', async () => {
    const raw = new HTTPResponse({ body: Readable.from([Buffer.from('abcdef'), Buffer.from('ghi')]) });
    for await (const piece of raw.stream(2)) {
      expect(piece.toString()).toBe('ab');
      break;
    }
    expect(await collect(raw.stream(3))).toEqual(['cde', 'fgh', 'i']);
  });

  it('readers at the same time get different parts, in the order in which they asked', async () => {
    const raw = new HTTPResponse({ body: Readable.from([Buffer.from('abc'), Buffer.from('def')]) });
    const parts = await Promise.all([raw.read(2), raw.read(2), raw.read()]);
    expect(parts.map(String)).toEqual(['ab', 'cd', 'ef']);
  });

  it('1.12: it can be piped, decoded', async () => {
    const body = zlib.gzipSync('abc\ndef');
    const raw = new HTTPResponse({ body: Readable.from([body]), headers: ['Content-Encoding', 'gzip'] });
    const sink = new PassThrough();
    await pipeline(raw, sink);
    expect(await text(sink)).toBe('abc\ndef');
  });

  it('1.12: iterating gives the lines with their ends, decoded', async () => {
    expect(await collect(new HTTPResponse({ body: 'a\n\nbc\rd\ne' }))).toEqual(['a\n', '\n', 'bc\rd\n', 'e']);
    expect(await collect(new HTTPResponse({ body: 'a\n' }))).toEqual(['a\n']);
    expect(await collect(new HTTPResponse())).toEqual([]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n') })), async (pieces) => {
        const body = Readable.from(pieces.map((piece) => Buffer.from(piece)));
        expect(await collect(new HTTPResponse({ body }))).toEqual(pieces.join('').match(/.*\n|.+$/g) ?? []);
      }),
      { seed: 11 },
    );
    const body = zlib.gzipSync('a\nbc\n');
    expect(await collect(new HTTPResponse({ body, headers: ['Content-Encoding', 'gzip'] }))).toEqual([
      'a\n',
      'bc\n',
    ]);
  });

  it('1.12: tell() is how many bytes of the wire were read', async () => {
    for (const body of ['0123456789', Readable.from([Buffer.from('0123'), Buffer.from('456789')])]) {
      const raw = new HTTPResponse({ body });
      expect(raw.tell()).toBe(0);
      await raw.read(3);
      expect(raw.tell()).toBe(3);
      await raw.read();
      expect(raw.tell()).toBe(10);
    }
    const body = zlib.gzipSync('a'.repeat(1000));
    const raw = new HTTPResponse({ body, headers: ['Content-Encoding', 'gzip'] });
    expect((await raw.readAll()).length).toBe(1000);
    expect(raw.tell()).toBe(body.length);
    const whole = new HTTPResponse({ body: 'abc' });
    expect(String(whole.readAllSync())).toBe('abc');
    expect(whole.tell()).toBe(3);
  });

  it('1.12: decode_content is what reading does unless told otherwise', async () => {
    const body = zlib.gzipSync('hello');
    const raw = new HTTPResponse({ body, headers: ['Content-Encoding', 'gzip'] });
    expect(raw.decode_content).toBe(false);
    raw.decode_content = true;
    expect(String(await raw.read())).toBe('hello');
    const other = new HTTPResponse({ body, headers: ['Content-Encoding', 'gzip'], decode_content: true });
    expect((await other.read(null, { decode_content: false })).equals(body)).toBe(true);
  });

  it('1.12: read1() gives what is here, and waits only for the first of it', async () => {
    const body = new Readable({ read: () => undefined });
    const raw = new HTTPResponse({ body });
    body.push('abc');
    expect(String(await raw.read1())).toBe('abc');
    const next = raw.read1(2);
    body.push('defg');
    body.push(null);
    expect(String(await next)).toBe('de');
    expect(String(await raw.read1(10))).toBe('fg');
    expect([String(await raw.read1()), String(await raw.read1(0))]).toEqual(['', '']);
  });

  it('1.12: read_chunked() is for bodies in chunks', async () => {
    const headers = ['Transfer-Encoding', 'chunked'];
    const body = (): Readable => Readable.from([Buffer.from('abc'), Buffer.from('de')]);
    expect(await collect(new HTTPResponse({ body: body(), headers }).read_chunked())).toEqual(['abc', 'de']);
    expect(await collect(new HTTPResponse({ body: body(), headers }).read_chunked(2))).toEqual([
      'ab',
      'c',
      'de',
    ]);
    await expect(new HTTPResponse({ body: body() }).read_chunked().next()).rejects.toThrow(
      ResponseNotChunked,
    );
  });

  it('1.12: data is the body that is here, and json() its value', async () => {
    const raw = new HTTPResponse({ body: '{"a": 1}' });
    expect([String(raw.data), raw.json(), String(raw.data)]).toEqual(['{"a": 1}', { a: 1 }, '{"a": 1}']);
    expect(String(await raw.read())).toBe('');
    const gzipped = zlib.gzipSync('[]');
    const headers = ['Content-Encoding', 'gzip'];
    expect(new HTTPResponse({ body: gzipped, headers }).data.equals(gzipped)).toBe(true);
    expect(new HTTPResponse({ body: gzipped, headers, decode_content: true }).json()).toEqual([]);
    expect(() => new HTTPResponse({ body: '{"a": ' }).json()).toThrow(JSONDecodeError);
    expect(() => new HTTPResponse({ body: Buffer.from([0x22, 0xe9, 0x22]) }).json()).toThrow(ValueError);
    const unread = new HTTPResponse({ body: Readable.from([Buffer.from('abc')]) });
    expect(() => unread.data).toThrow(ResponseNotRead);
    await unread.read();
    expect(unread.data.length, 'what was read is not kept').toBe(0);
  });

  it("1.12: the errors of reading are urllib3's", async () => {
    for (const read of [
      (raw: HTTPResponse) => raw.read(),
      (raw: HTTPResponse) => raw.read(1),
      (raw: HTTPResponse) => raw.read1(),
      (raw: HTTPResponse) => raw.stream().next(),
      (raw: HTTPResponse) => raw[Symbol.asyncIterator]().next(),
    ]) {
      const body = new Readable({ read: () => undefined });
      const reading = read(new HTTPResponse({ body }));
      body.destroy();
      await expect(reading).rejects.toThrow(ProtocolError);
    }
    const encoded = new HTTPResponse({ body: 'abc', headers: ['Content-Encoding', 'gzip'] });
    const error: unknown = await encoded
      .read(null, { decode_content: true })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DecodeError);
    expect(String(error)).toMatch(
      /^DecodeError: \('Received response with content-encoding: gzip, but failed to decode it\.', /,
    );
    expect(() => encoded.data).toThrow('failed to decode');
    await expect(new HTTPResponse({ body: 'a' }).read(NaN)).rejects.toThrow(TypeError);
    await expect(new HTTPResponse({ body: 'a' }).stream(NaN).next()).rejects.toThrow(TypeError);
    expect(() => new HTTPResponse({ max_response_size: NaN })).toThrow(TypeError);
  });

  it('a body of text, bytes or nothing needs no stream and has ended from the beginning', async () => {
    for (const [body, text] of [
      ['héllo', 'héllo'],
      [new Uint8Array([0x61, 0x62]), 'ab'],
      [null, ''],
    ] as const) {
      const done: unknown[] = [];
      const raw = new HTTPResponse({ body, onDone: (error) => done.push(error) });
      expect(raw.closed).toBe(true);
      expect(done).toEqual([null]);
      expect((await raw.readAll()).toString()).toBe(text);
      expect((await raw.readAll()).toString()).toBe('');
      raw.close();
      expect(done).toEqual([null]);
    }
  });

  it('a body of one piece is not copied', async () => {
    const piece = Buffer.from('one piece');
    expect(await new HTTPResponse({ body: Readable.from([piece]) }).readAll()).toBe(piece);
  });

  it('drain_conn() reads to the end and forgets errors', async () => {
    const done: unknown[] = [];
    const raw = new HTTPResponse({
      body: Readable.from([Buffer.from('abc')]),
      onDone: (error) => done.push(error),
    });
    await raw.drain_conn();
    expect([raw.closed, done]).toEqual([true, [null]]);
    const broken = new HTTPResponse({ body: 'abc', headers: ['Content-Encoding', 'gzip'] });
    await broken.read(null, { decode_content: true }).catch(() => undefined);
    await broken.drain_conn();
  });

  it('drain_conn() does not decode, even where decoding has begun', async () => {
    const bomb = zlib.gzipSync(Buffer.alloc(1 << 20));
    const done: unknown[] = [];
    const raw = new HTTPResponse({
      body: Readable.from([bomb.subarray(0, 20), bomb.subarray(20)]),
      headers: ['Content-Encoding', 'gzip'],
      max_response_size: 1000,
      onDone: (error) => done.push(error),
    });
    expect(await raw.read(10, { decode_content: true })).toHaveLength(10);
    await raw.drain_conn();
    expect(done, 'read to the end, not refused as too large').toEqual([null]);
    expect(await raw.read(10, { decode_content: true })).toHaveLength(0);
  });

  it('any body comes out whole, however it is cut and read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (pieces, sizes, chunked) => {
          const body = Readable.from(pieces.map((piece) => Buffer.from(piece)));
          const raw = new HTTPResponse({ body, headers: chunked ? ['Transfer-Encoding', 'Chunked'] : [] });
          const parts: Buffer[] = [];
          for (let i = 0; ; i++) {
            const amt = sizes[i % sizes.length] as number;
            const part = i % 2 === 0 ? await raw.read(amt) : await raw.nextPart(amt, true);
            if (part === null || part.length === 0) break;
            expect(part.length).toBeLessThanOrEqual(amt);
            parts.push(part);
          }
          expect(Buffer.concat(parts).equals(Buffer.concat(pieces))).toBe(true);
        },
      ),
      { seed: 7 },
    );
  });
});

describe('the end of a body', () => {
  const hello: Handler = (_request, response) => response.end('hello');

  it('is told once, and leaves no listener behind', async () => {
    await fetchRaw(hello, async (raw, message, done) => {
      expect(raw.closed).toBe(false);
      expect((await raw.readAll()).toString()).toBe('hello');
      expect(done).toEqual([null]);
      expect(raw.closed).toBe(true);
      expect(listening(message)).toEqual([]);
      raw.close();
      raw.release_conn();
      expect(done).toEqual([null]);
    });
  });

  it('comes by itself where there is no body: HEAD, 204, 304', async () => {
    for (const [method, status] of [
      ['HEAD', 200],
      ['GET', 204],
      ['GET', 304],
    ] as const) {
      let ended = (): void => undefined;
      const end = new Promise<void>((resolve) => (ended = resolve));
      await fetchRaw(
        (_request, response) => response.writeHead(status, { 'X-A': '1' }).end(),
        async (raw) => {
          await end;
          expect(raw.closed).toBe(true);
          expect((await raw.readAll()).length).toBe(0);
        },
        { method, onDone: ended },
      );
    }
  });

  it('an unread body waits on the wire, and a failure in it is kept for who reads it', async () => {
    let cut = (): void => undefined;
    let failed = (): void => undefined;
    const failure = new Promise<void>((resolve) => (failed = resolve));
    await fetchRaw(
      (_request, response) => {
        response.writeHead(200, { 'Content-Length': 10 }).write('abc');
        cut = () => response.socket?.destroy();
      },
      async (raw) => {
        cut();
        await failure;
        expect(raw.closed).toBe(true);
        await expect(raw.readAll()).rejects.toThrow(ChunkedEncodingError);
      },
      { onDone: failed },
    );
  });

  it('1.13: a body that breaks off fails as the transport says, for every reader and each time', async () => {
    const body = new Readable({ read: () => undefined });
    const done: (Error | null)[] = [];
    const reset = new Error('ECONNRESET');
    const raw = new HTTPResponse({
      body,
      onDone: (error) => done.push(error),
      mapError: (error) => new ConnectionError('mapped', { cause: error }),
    });
    body.push('abc');
    expect((await raw.read(2)).toString()).toBe('ab');
    const reading = raw.readAll();
    body.destroy(reset);
    const error: unknown = await reading.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).cause).toBe(reset);
    await expect(raw.readAll()).rejects.toBe(error);
    await expect(raw.read()).rejects.toBe(error);
    await expect(raw.stream().next()).rejects.toBe(error);
    expect(() => raw.readAllSync()).toThrow('mapped');
    expect(done).toEqual([error]);
    expect(body.eventNames()).toEqual([]);
  });

  it('1.13: what came before a body broke off can be read in steps', async () => {
    const body = new Readable({ read: () => undefined });
    const raw = new HTTPResponse({ body });
    body.push('abc');
    const first = raw.read(1);
    expect((await first).toString()).toBe('a');
    body.destroy(new Error('gone'));
    expect((await raw.read(2)).toString()).toBe('bc');
    await expect(raw.read(1)).rejects.toThrow('Connection broken: gone');
  });

  it('1.13: a stream that closes without an end was cut off', async () => {
    for (const [read, error] of [
      [(raw: HTTPResponse) => raw.readAll(), ChunkedEncodingError],
      [(raw: HTTPResponse) => raw.read(), ProtocolError],
    ] as const) {
      const body = new Readable({ read: () => undefined });
      const raw = new HTTPResponse({ body });
      const reading = read(raw);
      body.destroy();
      await expect(reading).rejects.toThrow(error);
      // And so was one that did before anybody looked.
      const early = new Readable({ read: () => undefined });
      early.destroy();
      await new Promise((resolve) => early.once('close', resolve));
      await expect(read(new HTTPResponse({ body: early }))).rejects.toThrow('Premature close');
    }
  });

  it('a stream that had ended before is an empty body', async () => {
    const body = Readable.from([Buffer.from('x')]);
    body.resume();
    await new Promise((resolve) => body.once('end', resolve));
    expect((await new HTTPResponse({ body }).readAll()).length).toBe(0);
  });
});

describe('close()', () => {
  const endless: Handler = (_request, response) => {
    response.write('abc');
  };

  it('1.12: closes the connection under an unread body; reading then gives nothing', async () => {
    await fetchRaw(endless, async (raw, message, done) => {
      const closed = new Promise((resolve) => message.once('close', resolve));
      expect((await raw.read(2)).toString()).toBe('ab');
      raw.close();
      expect([raw.closed, done]).toEqual([true, [null]]);
      await closed;
      expect(message.socket.destroyed).toBe(true);
      expect((await raw.read()).length).toBe(0);
      expect((await raw.readAll()).length).toBe(0);
      expect(await collect(raw.stream())).toEqual([]);
      expect(done).toEqual([null]);
      expect(listening(message)).toEqual([]);
    });
  });

  it('goes through the transport when that says how', async () => {
    let destroyed = 0;
    const body = new Readable({ read: () => undefined });
    const raw = new HTTPResponse({
      body,
      destroy: () => {
        destroyed += 1;
        // What a transport does may well make the body fail.
        body.destroy(new Error('closed by us'));
      },
    });
    raw.close();
    raw.close();
    raw.release_conn();
    expect(destroyed).toBe(1);
    await new Promise((resolve) => body.once('close', resolve));
    expect(body.eventNames()).toEqual([]);
  });

  it('release_conn() closes as well when the body is unread, and does nothing when it is read', async () => {
    await fetchRaw(endless, async (raw) => {
      await raw.read(1);
      raw.release_conn();
      expect(raw.closed).toBe(true);
    });
    let destroyed = false;
    const raw = new HTTPResponse({
      body: Readable.from([Buffer.from('x')]),
      destroy: () => (destroyed = true),
    });
    await raw.readAll();
    raw.release_conn();
    expect(destroyed).toBe(false);
  });

  it('wakes who waits for the body', async () => {
    await fetchRaw(endless, async (raw) => {
      const readers = [raw.read(10), raw.read(10)];
      raw.close();
      expect((await Promise.all(readers)).map((part) => part.length)).toEqual([0, 0]);
    });
    await fetchRaw(endless, async (raw) => {
      const reader = raw.readAll();
      raw.close();
      expect((await reader).length).toBe(0);
    });
  });
});

describe('HTTPHeaderDict', () => {
  it('keeps lines apart and joins them, in any case', () => {
    const { headers } = new HTTPResponse({ headers: ['A', '1', 'b', '2', 'a', '3'] });
    expect(headers.items()).toEqual([
      ['A', '1'],
      ['A', '3'],
      ['b', '2'],
    ]);
    expect(headers.itermerged()).toEqual([
      ['A', '1, 3'],
      ['b', '2'],
    ]);
    expect(headers.getlist('c')).toEqual([]);
    expect(headers.get_all('a')).toEqual(['1', '3']);
    expect(headers.getheaders('B')).toEqual(['2']);
    expect(headers.length).toBe(2);
  });

  it('a value that is set takes the place of all lines', () => {
    const { headers } = new HTTPResponse({ headers: ['A', '1', 'a', '3'] });
    headers['a'] = '4';
    expect(headers.getlist('A')).toEqual(['4']);
    headers.add('A', '5');
    expect(headers.getlist('A')).toEqual(['4', '5']);
    delete headers['a'];
    expect(headers.getlist('A')).toEqual([]);
    headers.add('A', '6');
    expect(headers.getlist('A')).toEqual(['6']);
  });
});
