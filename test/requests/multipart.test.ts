import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { NotImplementedError, ValueError } from '../../src/builtins/index.js';
import { InvalidHeader, UnrewindableBodyError } from '../../src/requests/exceptions/requests.js';
import { encodeMultipart } from '../../src/requests/bodies/outgoing/multipart.js';
import type { MultipartBody } from '../../src/requests/bodies/outgoing/multipart-body.js';
import type { PreparedRequest } from '../../src/requests/models/prepared-request.js';
import { Request } from '../../src/requests/models/request.js';
import type { Data, Files } from '../../src/requests/inputs.js';
import { rewind_body } from '../../src/requests/utils/index.js';

const B = '000102030405060708090a0b0c0d0e0f';
const directory = mkdtempSync(path.join(tmpdir(), 'multipart-'));
const file = path.join(directory, 'notes é.txt');
writeFileSync(file, '0123456789');
afterAll(() => {
  rmSync(directory, { recursive: true });
});

async function bytesOf(body: Buffer | MultipartBody): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function encode(files: Files, data?: Data): Promise<string> {
  return (await bytesOf(encodeMultipart(files, data, B).body)).toString('latin1');
}

/** The body that holds these parts, each the header lines and the content. */
function parts(...contents: (readonly [head: string, content: string])[]): string {
  const text = contents.map(([head, content]) => `--${B}\r\n${head}\r\n\r\n${content}\r\n`).join('');
  return Buffer.from(`${text}--${B}--\r\n`).toString('latin1');
}

const disposition = (rest: string): string => `Content-Disposition: form-data; ${rest}`;

describe('multipart files in memory', () => {
  it.each<[string, Files, string]>([
    ['content alone takes the field name', { f: 'x' }, disposition('name="f"; filename="f"')],
    ['a pair', { f: ['n', 'x'] }, disposition('name="f"; filename="n"')],
    ['a triple', { f: ['n', 'x', 't/t'] }, `${disposition('name="f"; filename="n"')}\r\nContent-Type: t/t`],
    [
      'all four',
      { f: ['n', 'x', 't/t', { Y: '2', X: '1' }] },
      `${disposition('name="f"; filename="n"')}\r\nContent-Type: t/t\r\nY: 2\r\nX: 1`,
    ],
    [
      'no type, but headers',
      { f: ['n', 'x', null, { X: '1' }] },
      `${disposition('name="f"; filename="n"')}\r\nX: 1`,
    ],
    ['filename null', { f: [null, 'x'] }, disposition('name="f"')],
    ['filename undefined', { f: [undefined, 'x'] }, disposition('name="f"')],
    ["filename ''", { f: ['', 'x'] }, disposition('name="f"; filename=""')],
    ['bytes', { f: ['n', Buffer.from('x')] }, disposition('name="f"; filename="n"')],
    ['an ArrayBuffer', { f: ['n', new Uint8Array([120]).buffer] }, disposition('name="f"; filename="n"')],
    ['a Map', new Map([['f', 'x']]), disposition('name="f"; filename="f"')],
  ])('1.10: %s', async (_, files, head) => {
    expect(await encode(files)).toBe(parts([head, 'x']));
  });

  it('1.10: quotes and line breaks are escaped, backslashes and other scripts are not', async () => {
    expect(await encode({ 'f"\r\n': ['n"\r\n\\é☃', 'x'] })).toBe(
      parts([disposition('name="f%22%0D%0A"; filename="n%22%0D%0A\\é☃"'), 'x']),
    );
  });

  it('1.10: the part itself decides over Content-Disposition, Content-Type and Content-Location', async () => {
    const headers = { 'Content-Type': 'a/b', 'Content-Location': 'u', 'Content-Disposition': 'z', Empty: '' };
    expect(await encode({ f: ['n', 'x', null, headers] })).toBe(
      parts([disposition('name="f"; filename="n"'), 'x']),
    );
    expect(await encode({ f: ['n', 'x', 't/t', { 'content-type': 'a/b' }] })).toBe(
      parts([`${disposition('name="f"; filename="n"')}\r\nContent-Type: t/t\r\ncontent-type: a/b`, 'x']),
    );
  });

  it('1.10: numbers and booleans are sent as Python writes them, null is skipped', async () => {
    expect(await encode({ a: 5, b: null, c: ['n', null], d: undefined })).toBe(
      parts([disposition('name="a"; filename="a"'), '5']),
    );
    // What the types refuse comes from JavaScript.
    expect(await encode({ a: true, b: 5n } as unknown as Files)).toBe(
      parts([disposition('name="a"; filename="a"'), 'True'], [disposition('name="b"; filename="b"'), '5']),
    );
    expect(await encode({ b: null })).toBe(`--${B}--\r\n`);
  });

  it('1.10: empty content is a part', async () => {
    expect(await encode({ f: '', g: Buffer.alloc(0) })).toBe(
      parts([disposition('name="f"; filename="f"'), ''], [disposition('name="g"; filename="g"'), '']),
    );
  });

  it('1.10: the fields of data come first, without null, lists repeated', async () => {
    const data = { a: null, b: [1, null, true], d: 1.5, e: Buffer.from([0xff]), f: new Set(['s']) };
    expect(Buffer.from(await encode({ f: ['n', 'x'] }, data), 'latin1').includes(Buffer.from([0xff]))).toBe(
      true,
    );
    expect(await encode({ f: ['n', 'x'] }, { ...data, e: undefined })).toBe(
      parts(
        [disposition('name="b"'), '1'],
        [disposition('name="b"'), 'True'],
        [disposition('name="d"'), '1.5'],
        [disposition('name="f"'), 's'],
        [disposition('name="f"; filename="n"'), 'x'],
      ),
    );
  });

  it('1.10: a dictionary as a value gives its keys', async () => {
    const data = { c: { k: 1 }, m: new Map([['j', 2]]) } as unknown as Data;
    expect(await encode({ f: [null, 'x'] }, data)).toBe(
      parts([disposition('name="c"'), 'k'], [disposition('name="m"'), 'j'], [disposition('name="f"'), 'x']),
    );
  });

  it('1.10: pairs repeat names, in data and in files', async () => {
    const files: Files = [
      ['f', ['n', 'x']],
      ['f', ['m', 'y']],
    ];
    const data: Data = [
      ['z', '1'],
      ['z', '2'],
    ];
    expect(await encode(files, data)).toBe(
      parts(
        [disposition('name="z"'), '1'],
        [disposition('name="z"'), '2'],
        [disposition('name="f"; filename="n"'), 'x'],
        [disposition('name="f"; filename="m"'), 'y'],
      ),
    );
  });

  it('1.10: text and bytes as data are refused', () => {
    for (const data of ['a', Buffer.from('a')]) {
      expect(() => encodeMultipart({ f: 'x' }, data)).toThrow(ValueError);
      expect(() => encodeMultipart({ f: 'x' }, data)).toThrow('Data must not be a string.');
    }
  });

  it.each([[['a']], [[]], [['a', 'b', 'c', {}, 'e']]])('1.10: %j is no file', (spec) => {
    expect(() => encodeMultipart({ f: spec } as unknown as Files, null)).toThrow(ValueError);
  });

  it('1.10: a list of names is no list of files', () => {
    expect(() => encodeMultipart(['bad'] as unknown as Files, null)).toThrow(ValueError);
  });

  it.each([[{ a: 1 }], [['n', { a: 1 }]], [['n', [1]]], [['n', () => 'x']], [['n', Promise.resolve('x')]]])(
    '1.10: %j has no content that can be sent',
    (spec) => {
      expect(() => encodeMultipart({ f: spec } as unknown as Files, null)).toThrow(TypeError);
    },
  );

  it('1.10: a line break in a header of a part is refused, as it would start another header', () => {
    expect(() => encodeMultipart({ f: ['n', 'x', 'a/b\r\nX: 1'] }, null)).toThrow(InvalidHeader);
    expect(() => encodeMultipart({ f: ['n', 'x', null, { X: '1\n' }] }, null)).toThrow(InvalidHeader);
    expect(() => encodeMultipart({ f: ['n', 'x', null, { 'X\r': '1' }] }, null)).toThrow(InvalidHeader);
  });

  it('1.10: the boundary has 32 hexadecimal digits and is another each time', () => {
    const types = [encodeMultipart({ f: 'x' }, null), encodeMultipart({ f: 'x' }, null)].map(
      (e) => e.contentType,
    );
    for (const type of types) expect(type).toMatch(/^multipart\/form-data; boundary=[0-9a-f]{32}$/);
    expect(types[0]).not.toBe(types[1]);
  });

  it('3.31: a FormData is fields and files', async () => {
    const form = new FormData();
    form.append('a', '1');
    form.append('f', new File(['x'], 'n.txt', { type: 'text/plain' }));
    expect(await encode(form as unknown as Files)).toBe(
      parts(
        [disposition('name="a"'), '1'],
        [`${disposition('name="f"; filename="n.txt"')}\r\nContent-Type: text/plain`, 'x'],
      ),
    );
  });

  it('3.31: a Blob or File has the type that it was made with, unless the list of the file names one or none', async () => {
    const csv = new File(['x'], 'a.csv', { type: 'text/csv' });
    const types = async (files: Files): Promise<string | undefined> =>
      /Content-Type: (.*)\r/.exec(await encode(files))?.[1];
    expect(await types({ f: csv })).toBe('text/csv');
    expect(await types([['f', new Blob(['x'], { type: 'image/png' })]])).toBe('image/png');
    expect(await types({ f: ['b.csv', csv] })).toBe('text/csv');
    expect(await types({ f: ['b.csv', csv, 'text/plain'] })).toBe('text/plain');
    expect(await types({ f: ['b.csv', csv, null] })).toBeUndefined();
    expect(await types({ f: new Blob(['x']) })).toBeUndefined();
    // Not the types of other things.
    expect(await types({ f: Object.assign(Readable.from(['x']), { type: 'text/csv' }) })).toBeUndefined();
  });

  it('1.10: what went in can be parsed back', () => {
    const name = fc.string({ unit: 'grapheme' });
    const content = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const field = fc.tuple(name, fc.oneof(name, content));
    const upload = fc.tuple(name, fc.tuple(name, content));
    fc.assert(
      fc.property(fc.array(field), fc.array(upload), (data, files) => {
        const { body, contentType } = encodeMultipart(files, data);
        const boundary = contentType.slice(contentType.indexOf('=') + 1);
        const expected = [
          ...data.map(([key, value]) => [key, null, Buffer.from(value as string)] as const),
          ...files.map(([key, [filename, value]]) => [key, filename, value] as const),
        ];
        expect(parse(body as Buffer, boundary)).toEqual(expected);
      }),
      { seed: 7 },
    );
  });
});

/** Name, filename and content of each part, read by the boundary alone. */
function parse(body: Buffer, boundary: string): [name: string, filename: string | null, content: Buffer][] {
  const found: [string, string | null, Buffer][] = [];
  const mark = Buffer.from(`--${boundary}`);
  let at = body.indexOf(mark);
  expect(at).toBe(0);
  for (;;) {
    const start = at + mark.length;
    if (body.subarray(start).equals(Buffer.from('--\r\n'))) return found;
    const next = body.indexOf(Buffer.concat([Buffer.from('\r\n'), mark]), start);
    const part = body.subarray(start + 2, next);
    const headEnd = part.indexOf('\r\n\r\n');
    const match =
      /^Content-Disposition: form-data; name="([^"]*)"(?:; filename="([^"]*)")?(?:\r\nContent-Type: .*)?$/.exec(
        part.subarray(0, headEnd).toString(),
      );
    if (match === null) throw new Error(`unexpected head ${part.subarray(0, headEnd).toString()}`);
    const unescape = (text: string): string =>
      text.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');
    const filename = match[2];
    found.push([
      unescape(match[1] ?? ''),
      filename === undefined ? null : unescape(filename),
      part.subarray(headEnd + 4),
    ]);
    at = next + 2;
  }
}

describe('multipart files that are read while they are sent', () => {
  const prepare = (files: Files): PreparedRequest => new Request('POST', 'http://h/', { files }).prepare();

  it('3.30: a Blob, a File and a file stream have a known length, and names of their own', async () => {
    const files: Files = {
      a: new Blob(['blob']),
      b: new File(['file'], 'f.txt', { type: 'text/plain' }),
      c: createReadStream(file),
      d: 'text',
    };
    const prepared = prepare(files);
    const sent = await bytesOf(prepared.body as MultipartBody);
    expect(prepared.headers['Content-Length']).toBe(String(sent.length));
    expect(prepared.headers['Transfer-Encoding']).toBeUndefined();
    const boundary = String(prepared.headers['Content-Type']).split('boundary=')[1] ?? '';
    expect(parse(sent, boundary)).toEqual([
      ['a', 'a', Buffer.from('blob')],
      ['b', 'f.txt', Buffer.from('file')],
      ['c', 'notes é.txt', Buffer.from('0123456789')],
      ['d', 'd', Buffer.from('text')],
    ]);
    expect(sent.toString().match(/^Content-Type: .*/gim)).toEqual(['Content-Type: text/plain']);
  });

  it('3.30: streams of unknown length make the upload chunked', async () => {
    async function* later(): AsyncGenerator<string> {
      yield await Promise.resolve('é');
      yield '2';
    }
    const prepared = prepare({
      a: ['n', later()],
      b: ['n', Readable.from(['x', Buffer.from('y')])],
      c: ['n', new Blob(['w']).stream()],
      d: ['n', new Set(['1', '2'])],
    });
    expect(prepared.headers.keys()).toEqual(['Transfer-Encoding', 'Content-Type']);
    const boundary = String(prepared.headers['Content-Type']).split('boundary=')[1] ?? '';
    const contents = parse(await bytesOf(prepared.body as MultipartBody), boundary).map(([, , c]) =>
      c.toString(),
    );
    expect(contents).toEqual(['é2', 'xy', 'w', '12']);
  });

  it('1.10: a file stream is sent from where it stands to its end', async () => {
    const stream = createReadStream(file, { start: 2, end: 6 });
    const sent = await encode({ f: ['n', stream] });
    expect(sent).toBe(parts([disposition('name="f"; filename="n"'), '23456']));
  });

  it('1.6: an upload is sent again from the beginning when all of its parts can be', async () => {
    const prepared = prepare({ a: createReadStream(file, { start: 1 }), b: new Blob(['b']), c: 'c' });
    expect(prepared._body_position).toBe(0);
    const body = prepared.body as MultipartBody;
    const first = await bytesOf(body);
    rewind_body(prepared);
    expect(await bytesOf(prepared.body as MultipartBody)).toEqual(first);
    expect(first.toString()).toContain('\r\n123456789\r\n');
  });

  it('1.6: an upload with a stream is an UnrewindableBodyError when it must be sent again', async () => {
    const prepared = prepare({ f: ['n', Readable.from(['x'])] });
    await bytesOf(prepared.body as MultipartBody);
    expect(() => {
      rewind_body(prepared);
    }).toThrow(UnrewindableBodyError);
    await expect(bytesOf(prepared.body as MultipartBody)).rejects.toThrow(UnrewindableBodyError);
  });

  it('a file that grows or shrinks while it is sent fails the request and does not garble it', async () => {
    const changing = path.join(directory, 'changing');
    for (const content of ['01234567890', '0']) {
      writeFileSync(changing, '0123456789');
      const { body } = encodeMultipart({ f: createReadStream(changing) }, null);
      writeFileSync(changing, content);
      let sent = '';
      const reading = (async () => {
        for await (const chunk of body as MultipartBody) sent += Buffer.from(chunk).toString();
      })();
      await expect(reading).rejects.toThrow(/expected 10 bytes/);
      expect(sent).not.toContain('01234567890');
    }
  });

  it('a file that cannot be opened fails the request, not the process', async () => {
    const missing = createReadStream(path.join(directory, 'missing'));
    const { body } = encodeMultipart({ a: new Blob(['x']), f: missing }, null);
    await new Promise<void>((resolve) => missing.once('close', resolve));
    await expect(bytesOf(body)).rejects.toThrow('ENOENT');
  });

  it('1.10: a streamed body and files exclude each other', () => {
    const data = Readable.from(['x']);
    expect(() => new Request('POST', 'http://h/', { data, files: { f: 'x' } }).prepare()).toThrow(
      NotImplementedError,
    );
  });
});
