import { inspect } from 'node:util';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { OSError, RuntimeError, timedelta, ValueError } from '../../src/builtins/index.js';
import {
  ChunkedEncodingError,
  ContentDecodingError,
  HTTPError,
  JSONDecodeError,
  RequestException,
  ResponseNotRead,
  ResponseTooLarge,
  StreamConsumedError,
} from '../../src/requests/exceptions/requests.js';
import { PreparedRequest } from '../../src/requests/models/prepared-request.js';
import { buildResponse, Response } from '../../src/requests/models/response.js';
import { CaseInsensitiveDict } from '../../src/requests/structures/index.js';
import { HTTPResponse, type HTTPResponseInit } from '../../src/requests/urllib3/response.js';

/** The response that an adapter makes of these. */
function respond(init: HTTPResponseInit = {}): Response {
  const request = new PreparedRequest();
  request.prepare({ method: 'GET', url: 'http://example.com/path?q=1' });
  return buildResponse(request, new HTTPResponse(init), null);
}

/** One as with `stream: true`: a body that is still to come. */
function streamed(text: string, init: HTTPResponseInit = {}): Response {
  return respond({ body: Readable.from([Buffer.from(text)]), ...init });
}

function withStatus(status: number, reason: string | Uint8Array = 'OK'): Response {
  const response = new Response();
  response.status_code = status;
  response.reason = reason;
  response.url = 'http://example.com/';
  return response;
}

describe('Response', () => {
  it('1.12: is shown as in Python', () => {
    expect(String(withStatus(200))).toBe('<Response [200]>');
    expect(inspect(withStatus(404))).toBe('<Response [404]>');
    expect(String(new Response())).toBe('<Response [None]>');
  });

  it('1.12: has everything from the transport', () => {
    const response = respond({
      status: 201,
      reason: 'Created',
      headers: [
        'Content-Type',
        'text/plain',
        'X-A',
        '1',
        'x-a',
        '2',
        'Set-Cookie',
        'a=b',
        'Set-Cookie',
        'c=d',
      ],
      body: 'body',
    });
    expect(response.status_code).toBe(201);
    expect(response.reason).toBe('Created');
    expect(response.url).toBe('http://example.com/path?q=1');
    expect(response.request.method).toBe('GET');
    expect(response.raw?.status).toBe(201);
    expect(response.connection).toBeNull();
    expect(response.history).toEqual([]);
    expect(response.next).toBeNull();
    expect(response.headers.items()).toEqual([
      ['Content-Type', 'text/plain'],
      ['X-A', '1, 2'],
      ['Set-Cookie', 'a=b, c=d'],
    ]);
    expect(response.headers['x-A']).toBe('1, 2');
    expect(response.cookies.get_dict()).toEqual({ a: 'b', c: 'd' });
    expect(response.cookies).toBe(response.cookies);
    expect(response.headers).toBe(response.headers);
    expect(response.elapsed).toEqual(new timedelta());
  });

  it('3.28: takes attributes that hooks set', () => {
    const response = Object.assign(withStatus(200), { data: { a: 1 } });
    expect(response.data).toEqual({ a: 1 });
  });

  it('1.12: made by hand, it has nothing until it is set', () => {
    const response = new Response();
    expect(response.content).toBeNull();
    expect(response.text).toBe('');
    expect(response.encoding).toBeNull();
    expect(response.raw).toBeNull();
    expect(response.headers.length).toBe(0);
    expect(response.cookies.length).toBe(0);
    expect(() => response.ok).toThrow(TypeError);
    expect(() => response.json()).toThrow('Expecting value: line 1 column 1 (char 0)');
  });

  it('1.12: headers, encoding, cookies and _content may be set', () => {
    const response = new Response();
    response.headers = { 'Content-Type': 'x' };
    expect(response.headers.get('content-type')).toBe('x');
    const dict = new CaseInsensitiveDict({ A: 'b' });
    response.headers = dict;
    expect(response.headers).toBe(dict);
    response._content = Buffer.from('caf\xe9', 'latin1');
    response.encoding = 'latin-1';
    expect(response.text).toBe('café');
    response._content = new Uint8Array([0x68, 0x69]) as Buffer;
    expect(response.content.toString()).toBe('hi');
    const { cookies } = respond({ headers: ['Set-Cookie', 'a=b'] });
    response.cookies = cookies;
    expect(response.cookies.get('a')).toBe('b');
  });

  it('3.17: elapsed is a timedelta, and takes a number of seconds', () => {
    const response = new Response();
    expect(response.elapsed.total_seconds()).toBe(0);
    response.elapsed = 1.5;
    expect(response.elapsed).toBeInstanceOf(timedelta);
    expect(response.elapsed.total_seconds()).toBe(1.5);
    expect(String(response.elapsed)).toBe('0:00:01.500000');
    response.elapsed = new timedelta({ minutes: 1 });
    expect(response.elapsed.total_seconds()).toBe(60);
  });

  it('1.12: ok is true below 400 and from 600 on', () => {
    for (const [status, ok] of [
      [0, true],
      [200, true],
      [399, true],
      [400, false],
      [499, false],
      [599, false],
      [600, true],
    ] as const) {
      expect(withStatus(status).ok, String(status)).toBe(ok);
    }
  });

  it('1.12: raise_for_status says client or server, status, reason and URL', () => {
    const errorOf = (response: Response): HTTPError => {
      try {
        response.raise_for_status();
      } catch (error) {
        return error as HTTPError;
      }
      throw new Error('did not throw');
    };
    withStatus(399).raise_for_status();
    withStatus(600).raise_for_status();
    const response = respond({ status: 404, reason: 'NOT FOUND' });
    const error = errorOf(response);
    expect(error).toBeInstanceOf(HTTPError);
    expect(error).toBeInstanceOf(OSError);
    expect(error.message).toBe('404 Client Error: NOT FOUND for url: http://example.com/path?q=1');
    expect(error.response).toBe(response);
    expect(error.request).toBe(response.request);
    expect(errorOf(withStatus(500, 'Oops')).message).toBe(
      '500 Server Error: Oops for url: http://example.com/',
    );
    expect(errorOf(withStatus(500, Buffer.from('Komponenttia ei löydy'))).message).toContain('ei löydy for');
    expect(errorOf(withStatus(500, Buffer.from('ei l\xf6ydy', 'latin1'))).message).toContain('ei löydy for');
    expect(() => {
      new Response().raise_for_status();
    }).toThrow(TypeError);
  });

  it('1.12: is_redirect needs one of five statuses and a Location', () => {
    for (const [status, redirect, permanent] of [
      [300, false, false],
      [301, true, true],
      [302, true, false],
      [303, true, false],
      [304, false, false],
      [305, false, false],
      [307, true, false],
      [308, true, true],
      [200, false, false],
    ] as const) {
      const response = respond({ status, headers: ['location', '/x'] });
      expect([response.is_redirect, response.is_permanent_redirect], String(status)).toEqual([
        redirect,
        permanent,
      ]);
      const without = respond({ status });
      expect([without.is_redirect, without.is_permanent_redirect]).toEqual([false, false]);
    }
  });

  it('1.12: links are keyed by rel, or by URL; the last one wins', () => {
    const response = respond({
      headers: ['Link', '<http://a/?a,b>; rel=next; type="x", <http://b>', 'link', '<http://c>; rel="next"'],
    });
    expect({ ...response.links }).toEqual({
      next: { url: 'http://c', rel: 'next' },
      'http://b': { url: 'http://b' },
    });
    expect(respond().links).toEqual({});
    const hostile = respond({ headers: ['Link', '<x>; rel=__proto__; __proto__=y'] });
    expect(Object.keys(hostile.links)).toEqual(['__proto__']);
  });

  it('next gives what was put there', () => {
    const response = respond();
    response._next = response.request;
    expect(response.next).toBe(response.request);
  });
});

describe('encoding', () => {
  it('1.12: comes from Content-Type', () => {
    for (const [contentType, encoding] of [
      ['text/html; charset=UTF-8', 'UTF-8'],
      ['text/html', 'ISO-8859-1'],
      ['TEXT/HTML', null],
      ['application/json', 'utf-8'],
      ['application/json; charset="latin-1"', 'latin-1'],
      ['image/png', null],
      ['text/plain; charset=', ''],
      ['', null],
    ] as const) {
      expect(respond({ headers: ['content-type', contentType] }).encoding, contentType).toBe(encoding);
    }
    expect(respond().encoding).toBeNull();
  });

  it('1.12: may be set before text is asked for, again and again', () => {
    const response = respond({ body: 'é', headers: ['content-type', 'text/html'] });
    expect(response.text).toBe('Ã©');
    response.encoding = 'utf-8';
    expect(response.text).toBe('é');
    response.encoding = null;
    expect(response.text).toBe('é');
  });

  it('1.12: changing the headers later does not change it', () => {
    const response = respond({ headers: ['content-type', 'text/html'] });
    response.headers['content-type'] = 'application/json';
    expect(response.encoding).toBe('ISO-8859-1');
  });
});

describe('content of a buffered response', () => {
  it('3.8: is there after read(), as often as one likes', async () => {
    const response = streamed('{"a": 1}', { headers: ['Content-Type', 'application/json'] });
    const content = await response.read();
    expect(content.toString()).toBe('{"a": 1}');
    expect(response.content).toBe(content);
    expect(response.text).toBe('{"a": 1}');
    expect(response.json()).toEqual({ a: 1 });
    expect(await response.read()).toBe(content);
    expect(response._content_consumed).toBe(true);
  });

  it('read() at the same time reads once', async () => {
    const response = streamed('abc');
    const [first, second] = await Promise.all([response.read(), response.read()]);
    expect(first).toBe(second);
    expect(first.toString()).toBe('abc');
  });

  it('a response that was made of bytes needs no read()', () => {
    expect(respond({ body: 'abc' }).text).toBe('abc');
    expect(respond({ body: null }).text).toBe('');
  });

  it('1.12: status 0 has no content', async () => {
    const response = respond({ body: 'abc', status: 0 });
    expect(response.content).toBeNull();
    expect((await response.read()).length).toBe(0);
  });
});

describe('content of a stream', () => {
  it('DESIGN, 3.8: content, text, json() and the rest name `await response.read()`', async () => {
    const response = streamed('abc');
    for (const use of [
      () => response.content,
      () => response.text,
      () => response.json(),
      () => response.apparent_encoding,
    ]) {
      expect(use).toThrow(ResponseNotRead);
      expect(use).toThrow(RuntimeError);
      expect(use).toThrow('await response.read()');
    }
    await response.read();
    expect(response.text).toBe('abc');
  });

  it('1.12: after iterating to the end it is gone', async () => {
    const response = streamed('abc');
    const iterator = response.iter_content(2);
    while ((await iterator.next()).done !== true);
    expect(() => response.content).toThrow('The content for this response was already consumed');
    expect(() => response.content).toThrow(RuntimeError);
    await expect(response.read()).rejects.toThrow(RuntimeError);
    let error: unknown;
    try {
      response.iter_content();
    } catch (reason) {
      error = reason;
    }
    expect(error).toBeInstanceOf(StreamConsumedError);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toBeInstanceOf(RequestException);
    // 3.27: on every exception.
    expect((error as StreamConsumedError).request).toBe(response.request);
  });

  it('1.12: after iterating over a part, read() gives and keeps the rest', async () => {
    const response = streamed('abcdef');
    for await (const piece of response.iter_content(2)) {
      expect(piece.toString()).toBe('ab');
      break;
    }
    expect((await response.read()).toString()).toBe('cdef');
    expect(response.text).toBe('cdef');
    expect([...response.iter_content(3)].map(String)).toEqual(['cde', 'f']);
  });

  it('1.12: after close() it is empty', async () => {
    const unread = streamed('abc');
    unread.close();
    expect(unread.content.length).toBe(0);
    const other = streamed('abc');
    other.close();
    expect((await other.read()).length).toBe(0);
    const read = streamed('abc');
    await read.read();
    read.close();
    expect(read.text).toBe('abc');
  });

  it('3.22: `using` closes it', async () => {
    let closed = 0;
    const body = (): Readable => new Readable({ read: () => undefined });
    {
      using response = respond({ body: body(), destroy: () => (closed += 1) });
      expect(response.ok).toBe(true);
    }
    expect(closed).toBe(1);
    {
      await using response = respond({ body: body(), destroy: () => (closed += 1) });
      expect(response.ok).toBe(true);
    }
    expect(closed).toBe(2);
  });

  it('closing a response without a transport is allowed', () => {
    expect(() => {
      new Response().close();
    }).not.toThrow();
  });
});

describe('errors of the body', () => {
  it('1.13, 3.27: carry the request, in read() and in iterating', async () => {
    const body = (): Readable => Readable.from([Buffer.from('not gzip, and too long')]);
    const reset = (): Readable => {
      const stream = new Readable({ read: () => stream.destroy(new Error('reset')) });
      return stream;
    };
    const broken: [typeof RequestException, () => HTTPResponseInit][] = [
      [ContentDecodingError, () => ({ body: body(), headers: ['Content-Encoding', 'gzip'] })],
      [ResponseTooLarge, () => ({ body: body(), max_response_size: 3 })],
      [ChunkedEncodingError, () => ({ body: reset() })],
    ];
    const readers: ((response: Response) => Promise<unknown>)[] = [
      (response) => response.read(),
      (response) => response.iter_content(null).next(),
      (response) => response.iter_lines().next(),
    ];
    for (const [expected, make] of broken) {
      for (const read of readers) {
        const response = respond(make());
        const error: unknown = await read(response).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(expected);
        expect((error as RequestException).request).toBe(response.request);
        // It stays an error, rather than to become an empty body.
        await expect(response.read()).rejects.toBe(error);
        expect(() => response.content).toThrow((error as Error).message);
      }
    }
  });
});

describe('json()', () => {
  const json = (body: Uint8Array | string, contentType?: string): Response =>
    respond({ body, headers: contentType === undefined ? [] : ['Content-Type', contentType] });

  it('1.12: parses, with a reviver if given', () => {
    expect(json('{"a": [1, "x", null]}').json()).toEqual({ a: [1, 'x', null] });
    expect(json('{"a": "1"}').json<{ a: number }>((_, value) => (value === '1' ? 1 : value)).a).toBe(1);
    expect(json('{"__proto__": 1}').json()).toEqual(JSON.parse('{"__proto__": 1}'));
  });

  it('gives a reviver the context that JSON.parse gives it', () => {
    const big = '12345678901234567890';
    const seen = json(`{"n": ${big}}`).json((key, value, context) =>
      key === 'n' ? (context?.source ?? 'no source') : value,
    );
    // From Node 22 on.
    const hasSource = Number(process.versions.node.split('.')[0]) >= 22;
    expect(seen).toEqual({ n: hasSource ? big : 'no source' });
  });

  it('1.12: without an encoding UTF-8, UTF-16 and UTF-32 are told by their marks and zeros', () => {
    const text = '{"a": "é😀\ufffd"}';
    const utf16 = Buffer.from(text, 'utf16le');
    const characters = Array.from(text);
    const utf32 = Buffer.alloc(characters.length * 4);
    for (const [index, character] of characters.entries())
      utf32.writeUInt32LE(character.codePointAt(0) ?? 0, index * 4);
    for (const body of [
      Buffer.from(text),
      Buffer.from(`\ufeff${text}`),
      utf16,
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      Buffer.from(utf16).swap16(),
      utf32,
      Buffer.from(utf32).swap32(),
    ]) {
      expect(json(body).json()).toEqual({ a: 'é😀\ufffd' });
    }
  });

  it('1.12: what is not in the encoding that it looks like is read as text', () => {
    // Valid in windows-1252 only.
    expect(json(Buffer.from('{"a": "\xe9\x80"}', 'latin1')).json()).toEqual({ a: 'é€' });
  });

  it('1.12: text/html without a charset is latin-1, mojibake by design', () => {
    expect(json('{"a": "é"}', 'text/html').json()).toEqual({ a: 'Ã©' });
    expect(json('{"a": "é"}', 'application/json').json()).toEqual({ a: 'é' });
  });

  it('1.12: a byte order mark in a body said to be UTF-8 is an error that names utf-8-sig', () => {
    expect(() => json(Buffer.from('\ufeff{}'), 'application/json').json()).toThrow(
      'Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)',
    );
  });

  it('1.12: the error has message, document and position, is a ValueError too, and does not echo the body', () => {
    const response = json('{"a": 1,\n secret}', 'application/json');
    let error: unknown;
    try {
      response.json();
    } catch (reason) {
      error = reason;
    }
    expect(error).toBeInstanceOf(JSONDecodeError);
    expect(error).toBeInstanceOf(RequestException);
    expect(error).toBeInstanceOf(ValueError);
    const { msg, doc, pos, lineno, colno, message, request } = error as JSONDecodeError;
    expect({ msg, doc, pos, lineno, colno, message }).toEqual({
      msg: 'Expecting property name enclosed in double quotes',
      doc: '{"a": 1,\n secret}',
      pos: 10,
      lineno: 2,
      colno: 2,
      message: 'Expecting property name enclosed in double quotes: line 2 column 2 (char 10)',
    });
    expect(request).toBe(response.request);
    expect(inspect(error)).not.toContain('doc:');
  });

  it('1.12: an empty body is no JSON', () => {
    expect(() => json('').json()).toThrow('Expecting value: line 1 column 1 (char 0)');
    expect(() => json('<html>').json()).toThrow('Expecting value: line 1 column 1 (char 0)');
  });

  it('3.36: NaN and Infinity are errors, a declared difference', () => {
    expect(() => json('[NaN]').json()).toThrow('Expecting value: line 1 column 2 (char 1)');
    expect(() => json('-Infinity').json()).toThrow('Expecting value: line 1 column 1 (char 0)');
  });

  it("what the reviver throws is the caller's own", () => {
    for (const own of [new Error('mine'), new SyntaxError('mine')]) {
      expect(() =>
        json('{"a": 1}').json(() => {
          throw own;
        }),
      ).toThrow(own);
    }
  });

  it('a body nested as deep as a server likes is an error like any other', () => {
    const deep = '['.repeat(200_000);
    expect(() => json(deep).json()).toThrow(`Expecting value: line 1 column 200001 (char 200000)`);
  });
});

describe('text', () => {
  const text = (body: Uint8Array | string, encoding: string | null): string => {
    const response = respond({ body });
    response.encoding = encoding;
    return response.text;
  };

  it('3.37: ISO-8859-1 is true latin-1: C1 controls stay', () => {
    expect(text(Buffer.from([0x80, 0x9f, 0xe9]), 'ISO-8859-1')).toBe('\x80\x9fé');
    expect(text(Buffer.from([0x80, 0x9f, 0xe9]), 'windows-1252')).toBe('€Ÿé');
  });

  it('1.12: errors are replaced, a byte order mark stays', () => {
    expect(text(Buffer.from([0x61, 0xff, 0x62]), 'utf-8')).toBe('a\ufffdb');
    expect(text(Buffer.from([0x61, 0xe9]), 'ascii')).toBe('a\ufffd');
    expect(text('\ufeffa', 'utf-8')).toBe('\ufeffa');
    expect(text('\ufeffa', 'utf-8-sig')).toBe('a');
  });

  it('1.12: an unknown name, or an empty one, counts as UTF-8', () => {
    for (const name of ['nonsense', '', 'base64', 'hex', 'binary', '__proto__', 'constructor', '\0', '---']) {
      expect(text('é', name), name).toBe('é');
    }
  });

  it('1.12: without an encoding the bytes decide', () => {
    expect(text('é', null)).toBe('é');
    expect(text(Buffer.from('\ufeffé', 'utf16le'), null)).toBe('é');
    expect(text(Buffer.from('caf\xe9', 'latin1'), null)).toBe('café');
  });
});

describe('apparent_encoding', () => {
  const guess = (body: Uint8Array | string): string | null => respond({ body }).apparent_encoding;

  it('1.12: knows ASCII, UTF-8, and what has a byte order mark', () => {
    expect(guess('plain')).toBe('ascii');
    expect(guess('é')).toBe('utf-8');
    expect(guess('')).toBe('utf-8');
    expect(guess('\ufeffabc')).toBe('utf-8-sig');
    expect(guess(Buffer.from('\ufeffabc', 'utf16le'))).toBe('utf-16');
    expect(guess(Buffer.from('\ufeffabc', 'utf16le').swap16())).toBe('utf-16');
    expect(guess(Buffer.from('fffe000061000000', 'hex'))).toBe('utf-32');
  });

  it('tells UTF-16 and UTF-32 by their zeros', () => {
    const wide = Buffer.from('Hello, world! Ça va?', 'utf16le');
    expect(guess(wide)).toBe('utf-16-le');
    expect(guess(Buffer.from(wide).swap16())).toBe('utf-16-be');
    const wider = Buffer.alloc(32);
    for (let i = 0; i < 8; i++) wider.writeUInt32LE(0x61 + i, i * 4);
    expect(guess(wider)).toBe('utf-32-le');
    expect(guess(Buffer.from(wider).swap32())).toBe('utf-32-be');
  });

  it('1.12: binary has none', () => {
    expect(guess(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0x0d, 0xff]))).toBeNull();
    expect(guess(Buffer.from([0xff, 0x01, 0x80, 0x61]))).toBeNull();
    expect(guess(Buffer.alloc(3))).toBeNull();
  });

  it('guesses windows-1252 for any other text, as documented', () => {
    expect(guess(Buffer.from('Grüße aus Köln', 'latin1'))).toBe('windows-1252');
  });
});
