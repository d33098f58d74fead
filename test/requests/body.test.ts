import { createReadStream, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable, Stream } from 'node:stream';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UnrewindableBodyError } from '../../src/requests/exceptions/requests.js';
import { UNKNOWN_POSITION } from '../../src/requests/bodies/outgoing/body-position.js';
import { PreparedRequest } from '../../src/requests/models/prepared-request.js';
import { Request, type RequestParts } from '../../src/requests/models/request.js';
import type { Data } from '../../src/requests/inputs.js';
import { rewind_body } from '../../src/requests/utils/index.js';

const directory = mkdtempSync(path.join(tmpdir(), 'body-'));
const file = path.join(directory, 'file.txt');
writeFileSync(file, '0123456789');
const empty = path.join(directory, 'empty');
writeFileSync(empty, '');
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function prepare(parts: RequestParts, method = 'POST'): PreparedRequest {
  return new Request(method, 'http://h/', parts).prepare();
}

function prepareData(data: unknown): PreparedRequest {
  return prepare({ data: data as Data });
}

async function read(prepared: PreparedRequest): Promise<string> {
  const { body } = prepared;
  if (body === null || typeof body === 'string') return String(body);
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  if (body instanceof Blob) return body.text();
  let text = '';
  for await (const chunk of body as AsyncIterable<string | Uint8Array>)
    text += Buffer.from(chunk as string).toString();
  return text;
}

/** The body, which is text or bytes, as text. */
const textOf = ({ body }: PreparedRequest): string => Buffer.from(body as string).toString();

/** The request of the exception that `act` throws. */
function requestOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as { request?: unknown }).request;
  }
  return undefined;
}

const headersOf = (prepared: PreparedRequest): Record<string, string> =>
  Object.fromEntries(prepared.headers.items());

const CHUNKED = { 'Transfer-Encoding': 'chunked' };

describe('no body', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ["''", ''],
    ['empty bytes', Buffer.alloc(0)],
    ['an empty ArrayBuffer', new ArrayBuffer(0)],
    ['{}', {}],
    ['[]', []],
    ['0', 0],
    ['false', false],
    ['an empty Map', new Map()],
    ['empty URLSearchParams', new URLSearchParams()],
  ])('1.10: %s is no body and a Content-Length of 0', (_, data) => {
    const prepared = prepareData(data);
    expect(prepared.body).toBeNull();
    expect(headersOf(prepared)).toEqual({ 'Content-Length': '0' });
  });

  it.each([
    ['GET', undefined],
    ['get', undefined],
    ['HEAD', undefined],
    ['DELETE', '0'],
    ['OPTIONS', '0'],
    ['TRACE', '0'],
    ['BREW', '0'],
  ])('1.10: %s without a body has the Content-Length %s', (method, length) => {
    expect(prepare({}, method).headers['Content-Length']).toBe(length);
  });

  it('1.10: a Content-Length of the caller stays when there is no body', () => {
    expect(headersOf(prepare({ headers: { 'content-length': '5' } }))).toEqual({ 'content-length': '5' });
  });
});

describe('text, bytes and forms', () => {
  it('1.10: text is sent as UTF-8, without a Content-Type', () => {
    const prepared = prepare({ data: 'ü☃' });
    expect(prepared.body).toBe('ü☃');
    expect(headersOf(prepared)).toEqual({ 'Content-Length': '5' });
  });

  it.each([
    ['a Buffer', Buffer.from('abc')],
    ['a Uint8Array', new Uint8Array([97, 98, 99])],
    ['part of an ArrayBuffer', new Uint8Array([0, 97, 98, 99, 0]).subarray(1, 4)],
    ['an ArrayBuffer', new Uint8Array([97, 98, 99]).buffer],
  ])('1.10: %s is sent raw', (_, data) => {
    const prepared = prepare({ data });
    expect(Buffer.isBuffer(prepared.body)).toBe(true);
    expect(textOf(prepared)).toBe('abc');
    expect(headersOf(prepared)).toEqual({ 'Content-Length': '3' });
  });

  it.each<[string, Data, string]>([
    ['an object', { a: 'x y', b: [1, null, true], c: null }, 'a=x+y&b=1&b=True'],
    [
      'a Map',
      new Map([
        ['2', 'b'],
        ['1', 'a'],
      ]),
      '2=b&1=a',
    ],
    [
      'pairs',
      [
        ['a', '1'],
        ['a', '2'],
      ],
      'a=1&a=2',
    ],
    ['URLSearchParams', new URLSearchParams('a=1&a=2'), 'a=1&a=2'],
    ['a list of two-character strings', ['ab', 'cd'], 'a=b&c=d'],
    ['Headers', new Headers({ a: '1' }), 'a=1'],
  ])('1.10: %s is a form', (_, data, body) => {
    const prepared = prepare({ data });
    expect(prepared.body).toBe(body);
    expect(Object.entries(headersOf(prepared))).toEqual([
      ['Content-Length', String(body.length)],
      ['Content-Type', 'application/x-www-form-urlencoded'],
    ]);
  });

  it('1.10: a form of nothing but null is empty, with a Content-Type and no Content-Length', () => {
    const prepared = prepare({ data: { a: null } });
    expect(prepared.body).toBe('');
    expect(headersOf(prepared)).toEqual({ 'Content-Type': 'application/x-www-form-urlencoded' });
  });

  it('1.10: a form can be decoded back', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (pairs) => {
        expect([...new URLSearchParams(prepare({ data: pairs }).body as string)]).toEqual(pairs);
      }),
      { seed: 3 },
    );
  });

  it('1.10: a Content-Type of the caller is kept in any case, a Content-Length is computed again', () => {
    const headers = { 'content-TYPE': 'x/y', 'content-length': '99' };
    expect(headersOf(prepare({ data: { a: 1 }, headers }))).toEqual({
      'content-TYPE': 'x/y',
      'Content-Length': '3',
    });
    expect(headersOf(prepare({ files: { f: 'x' }, headers }))['content-TYPE']).toBe('x/y');
  });

  it('1.10: GET and DELETE may have a body', () => {
    expect(prepare({ data: 'x' }, 'GET').headers['Content-Length']).toBe('1');
    expect(textOf(prepare({ json: 1 }, 'DELETE'))).toBe('1');
  });

  it.each([
    ['a number', 5, 'not number'],
    ['true', true, 'not boolean'],
    ['a promise', Promise.resolve('x'), 'await it first'],
    ['a function', () => 'x', 'call it'],
    ['a date', new Date(), 'not Date'],
    ['a FormData', new FormData(), '{ files: formData }'],
    ['a symbol', Symbol('s'), 'not symbol'],
  ])('%s as data is a TypeError that says what to do', (_, data, hint) => {
    expect(() => prepareData(data)).toThrow(TypeError);
    expect(() => prepareData(data)).toThrow(hint);
  });
});

describe('json', () => {
  it('3.13: is sent as compact UTF-8', () => {
    const prepared = prepare({ json: { a: [1, 'é'] } });
    expect(textOf(prepared)).toBe('{"a":[1,"é"]}');
    expect(Object.entries(headersOf(prepared))).toEqual([
      ['Content-Length', '14'],
      ['Content-Type', 'application/json'],
    ]);
  });

  it.each([[{}], [[]], [0], [false], ['']])('1.10: %j is sent', (json) => {
    expect(textOf(prepare({ json }))).toBe(JSON.stringify(json));
  });

  it('1.10: null and undefined are none', () => {
    expect(prepare({ json: null }).body).toBeNull();
    expect(prepare({ json: undefined }).body).toBeNull();
  });

  it('1.10: data and files go before json, unless they are empty', () => {
    expect(prepare({ data: { a: 1 }, json: { b: 1 } }).body).toBe('a=1');
    expect(prepare({ data: Readable.from(['x']), json: { b: 1 } }).headers['Content-Type']).toBeUndefined();
    expect(prepare({ files: { f: 'x' }, json: { b: 1 } }).headers['Content-Type']).toMatch(/^multipart/);
    expect(textOf(prepare({ data: {}, files: {}, json: 1 }))).toBe('1');
    expect(textOf(prepare({ data: '', files: [], json: 1 }))).toBe('1');
  });

  it('3.27: what cannot be expressed names its request', () => {
    expect(requestOf(() => prepare({ json: NaN }))).toBeInstanceOf(PreparedRequest);
  });
});

describe('streams', () => {
  function* generator(): Generator<string> {
    yield 'a';
    yield '';
    yield 'b';
  }

  it('1.10: a generator is chunked', async () => {
    const prepared = prepare({ data: generator() });
    expect(headersOf(prepared)).toEqual(CHUNKED);
    expect(await read(prepared)).toBe('ab');
  });

  it.each<[string, () => Data]>([
    ['a Readable', () => Readable.from(['ab'])],
    ['a web stream', () => new Blob(['ab']).stream()],
    ['a Set of chunks', () => new Set(['a', 'b'])],
    ['an iterator', () => ['a', 'b'].values()],
    ['a plain object that iterates', () => ({ [Symbol.iterator]: generator })],
    [
      'a plain object that iterates asynchronously',
      () => ({
        async *[Symbol.asyncIterator]() {
          yield await Promise.resolve('ab');
        },
      }),
    ],
  ])('1.10: %s is chunked', async (_, data) => {
    const prepared = prepare({ data: data() });
    expect(headersOf(prepared)).toEqual(CHUNKED);
    expect(await read(prepared)).toBe('ab');
  });

  it('3.30: a stream of the kind before async iteration is wrapped', async () => {
    const old = new Stream();
    const prepared = prepareData(old);
    const text = read(prepared);
    old.emit('data', Buffer.from('ab'));
    old.emit('end');
    expect(await text).toBe('ab');
    expect(headersOf(prepared)).toEqual(CHUNKED);
  });

  it('1.10: with an explicit Content-Length a generator has both headers', () => {
    expect(headersOf(prepare({ data: generator(), headers: { 'Content-Length': '2' } }))).toEqual({
      'Content-Length': '2',
      ...CHUNKED,
    });
  });

  it('3.30: a Blob and a File have their size, an empty one is chunked', async () => {
    const prepared = prepare({ data: new File(['é'], 'x.txt', { type: 'text/plain' }) });
    expect(headersOf(prepared)).toEqual({ 'Content-Length': '2', 'Content-Type': 'text/plain' });
    expect(await read(prepared)).toBe('é');
    expect(headersOf(prepare({ data: new Blob([]) }))).toEqual(CHUNKED);
  });

  it("3.30: a Blob's type is the Content-Type, unless the request has one", () => {
    const data = new Blob(['{}'], { type: 'application/json' });
    expect(prepare({ data }).headers['Content-Type']).toBe('application/json');
    expect(prepare({ data, headers: { 'content-type': 'text/plain' } }).headers['Content-Type']).toBe(
      'text/plain',
    );
    expect(prepare({ data: new Blob(['{}']) }).headers['Content-Type']).toBeUndefined();
  });

  it('3.30: a file stream has the size of what is left of its file', async () => {
    const whole = prepare({ data: createReadStream(file) });
    expect(headersOf(whole)).toEqual({ 'Content-Length': '10' });
    expect(await read(whole)).toBe('0123456789');
    const part = prepare({ data: createReadStream(file, { start: 3, end: 5 }) });
    expect(headersOf(part)).toEqual({ 'Content-Length': '3' });
    expect(await read(part)).toBe('345');
    const beyond = prepare({ data: createReadStream(file, { start: 3, end: 99 }) });
    expect(headersOf(beyond)).toEqual({ 'Content-Length': '7' });
    await read(beyond);
  });

  it('3.30: a file stream that was read in part sends the rest', async () => {
    const stream = createReadStream(file);
    await new Promise<void>((resolve) => stream.once('readable', resolve));
    expect(String(stream.read(4))).toBe('0123');
    const prepared = prepare({ data: stream });
    expect(headersOf(prepared)).toEqual({ 'Content-Length': '6' });
    expect(prepared._body_position).toBe(4);
    expect(await read(prepared)).toBe('456789');
  });

  it('1.10: an empty file is chunked, and so is a missing one, which fails when it is read', async () => {
    const nothing = prepare({ data: createReadStream(empty) });
    expect(headersOf(nothing)).toEqual(CHUNKED);
    await read(nothing);
    const missing = prepare({ data: createReadStream(path.join(directory, 'missing')) });
    expect(headersOf(missing)).toEqual(CHUNKED);
    await expect(read(missing)).rejects.toThrow('ENOENT');
  });

  it('3.30: a descriptor has a known size only from a known start', async () => {
    const known = prepare({ data: createReadStream('', { fd: openSync(file, 'r'), start: 8 }) });
    expect(headersOf(known)).toEqual({ 'Content-Length': '2' });
    expect(await read(known)).toBe('89');
    const handle = await open(file);
    await handle.read(Buffer.alloc(4));
    const unknown = prepare({ data: handle.createReadStream() });
    expect(headersOf(unknown)).toEqual(CHUNKED);
    expect(await read(unknown)).toBe('456789');
  });

  it('1.10: an object with len and tell is sized from where it stands', () => {
    const data = { len: 10, tell: () => 0, seek: () => 0, [Symbol.iterator]: generator };
    const prepared = prepareData(data);
    expect(headersOf(prepared)).toEqual({ 'Content-Length': '10' });
    expect(prepared._body_position).toBe(0);
  });
});

describe('rewinding', () => {
  async function readTwice(data: Data): Promise<[string, string]> {
    const prepared = prepare({ data });
    const first = await read(prepared);
    if (prepared._body_position !== null) rewind_body(prepared);
    return [first, await read(prepared)];
  }

  it('1.6: text, bytes and Blobs are sent again as they are', async () => {
    for (const data of ['ab', Buffer.from('ab'), new Blob(['ab'])]) {
      expect(prepare({ data })._body_position).toBeNull();
      expect(await readTwice(data)).toEqual(['ab', 'ab']);
    }
  });

  it('1.6: a file is opened again, at the position recorded when it was prepared and with the same end', async () => {
    expect(await readTwice(createReadStream(file))).toEqual(['0123456789', '0123456789']);
    expect(await readTwice(createReadStream(file, { start: 2, end: 4 }))).toEqual(['234', '234']);
  });

  it('1.6: an object with tell and seek is sought', async () => {
    let at = 3;
    const text = '0123456';
    const data = {
      tell: () => at,
      seek: (position: number) => (at = position),
      *[Symbol.iterator]() {
        while (at < text.length) yield text.charAt(at++);
      },
    };
    expect(await readTwice(data)).toEqual(['3456', '3456']);
  });

  it('1.6: a generator is silently sent again exhausted', async () => {
    function* generator(): Generator<string> {
      yield 'ab';
    }
    expect(prepare({ data: generator() })._body_position).toBeNull();
    expect(await readTwice(generator())).toEqual(['ab', '']);
  });

  it.each<[string, () => unknown]>([
    ['a stream', () => new PassThrough().end('ab')],
    ['a web stream', () => new Blob(['ab']).stream()],
    ['a descriptor', () => createReadStream('', { fd: openSync(file, 'r'), start: 0 })],
    ['a file that is gone', () => createReadStream(path.join(directory, 'gone'))],
    [
      'an object that cannot tell',
      () => ({
        tell: () => {
          throw new Error('no');
        },
        seek: () => 0,
        *[Symbol.iterator]() {
          yield 'ab';
        },
      }),
    ],
  ])('1.6: %s is an UnrewindableBodyError', async (_, data) => {
    const prepared = prepareData(data());
    expect(prepared._body_position).toBe(UNKNOWN_POSITION);
    await read(prepared).catch(() => undefined);
    expect(() => {
      rewind_body(prepared);
    }).toThrow(UnrewindableBodyError);
  });
});
