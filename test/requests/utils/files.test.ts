import {
  closeSync,
  createReadStream,
  mkdtempSync,
  openSync,
  type ReadStream,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileModeWarning, UnrewindableBodyError } from '../../../src/requests/exceptions/requests.js';
import { bodyPosition } from '../../../src/requests/bodies/outgoing/body-position.js';
import { PreparedRequest } from '../../../src/requests/models/prepared-request.js';
import {
  atomic_open,
  DEFAULT_CA_BUNDLE_PATH,
  DEFAULT_PORTS,
  extract_zipped_paths,
  guess_filename,
  iter_slices,
  rewind_body,
  super_len,
} from '../../../src/requests/utils/index.js';
import { noteWarnings } from '../../helpers/warnings.js';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'utils-'));
  file = join(directory, 'file.txt');
  writeFileSync(file, '0123456789');
});

afterEach(() => {
  for (const stream of streams.splice(0)) stream.on('error', () => undefined).destroy();
  rmSync(directory, { recursive: true });
});

/** File streams open by themselves, later: each is destroyed before the directory goes. */
const streams: ReadStream[] = [];

function streamOf(path: string | Buffer, options?: Parameters<typeof createReadStream>[1]): ReadStream {
  const stream = createReadStream(path, options);
  streams.push(stream);
  return stream;
}

/** A file object of Python's kind, over bytes in memory. */
class BytesIO {
  readonly #size: number;
  #position: number;

  constructor(size: number, position = 0) {
    this.#size = size;
    this.#position = position;
  }

  tell(): number {
    return this.#position;
  }

  seek(offset: number, whence = 0): void {
    this.#position = whence === 2 ? this.#size + offset : offset;
  }
}

/** Warnings are emitted on the next tick. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('1.10, 1.19: super_len', () => {
  it.each<[label: string, value: unknown, length: number]>([
    ['text, as UTF-8', 'é☃', 5],
    ['bytes', Buffer.from('abc'), 3],
    ['an ArrayBuffer', new ArrayBuffer(7), 7],
    ['a Blob', new Blob(['é']), 2],
    ['an array', [1, 2], 2],
    ['a Map', new Map([[1, 2]]), 1],
    ['an object with len', { len: 5 }, 5],
    ['an object that says more than it is', { length: 'x', len: 4 }, 4],
    ['nothing', null, 0],
    ['a number', 5, 0],
    ['a function, whose length is no length', (a: number) => a, 0],
    ['a stream of unknown length', Readable.from(['a']), 0],
  ])('1.19: of %s', (_label, value, length) => {
    expect(super_len(value)).toBe(length);
  });

  it('1.10: of a file stream is what is left of it', async () => {
    expect(super_len(streamOf(file))).toBe(10);
    expect(super_len(streamOf(file, { start: 4 }))).toBe(6);
    expect(super_len(streamOf(file, { start: 4, end: 6 }))).toBe(3);
    const handle = await open(file);
    const stream = handle.createReadStream({ start: 2 });
    expect(super_len(stream)).toBe(8);
    await buffer(stream);
    expect(super_len(streamOf(join(directory, 'absent')))).toBe(0);
  });

  it('1.10: of an object that seeks is what is left from where it stands', () => {
    const io = new BytesIO(10, 4);
    expect(super_len(io)).toBe(6);
    expect(io.tell(), 'and it stands there still').toBe(4);
    expect(super_len(new BytesIO(10, 12)), 'never negative').toBe(0);
    expect(super_len({ length: 10, tell: () => 3 })).toBe(7);
  });

  it('1.19: of an object that cannot tell where it stands is 0, for it to be sent in chunks', () => {
    const fails = (): never => {
      throw new Error('ESPIPE');
    };
    expect(super_len({ length: 10, tell: fails })).toBe(0);
    expect(super_len({ tell: () => 0, seek: fails })).toBe(0);
    expect(super_len({ tell: () => 0 })).toBe(0);
    expect(super_len({ fileno: fails })).toBe(0);
    expect(super_len({ fileno: () => 'x' })).toBe(0);
  });

  it('1.19: of an object with a descriptor is the size of the file', async () => {
    const descriptor = openSync(file, 'r');
    try {
      const source = { fileno: () => descriptor, mode: 'rb' };
      const warnings = noteWarnings();
      expect(super_len(source)).toBe(10);
      super_len({ ...source, mode: 'r' });
      await nextTurn();
      expect(warnings).toEqual([expect.any(FileModeWarning)]);
    } finally {
      closeSync(descriptor);
    }
  });

  it('1.19: a file stream that decodes its text gives a FileModeWarning', async () => {
    const warnings = noteWarnings();
    super_len(streamOf(file, 'utf8'));
    await nextTurn();
    expect(warnings).toEqual([expect.any(FileModeWarning)]);
    expect(warnings[0]).toBeInstanceOf(Error);
  });
});

describe('1.10, 1.19: guess_filename', () => {
  it.each<[value: unknown, name: string | null]>([
    [{ name: 'a.txt' }, 'a.txt'],
    [{ name: '/x/y/a.txt' }, 'a.txt'],
    [{ name: Buffer.from('/x/é.txt') }, 'é.txt'],
    [new File([], 'b.txt'), 'b.txt'],
    [{ name: '<stdin>' }, null],
    [{ name: 'a>' }, null],
    [{ name: '' }, null],
    [{ name: 5 }, null],
    [{ path: '/x/y' }, null],
    [{}, null],
    [null, null],
    ['a.txt', null],
  ])('1.19: of %j is %j', (value, name) => {
    expect(guess_filename(value)).toBe(name);
  });

  it('3.30: of a file stream is the last part of its path', () => {
    expect(guess_filename(streamOf(file))).toBe('file.txt');
    expect(guess_filename(streamOf(Buffer.from(file)))).toBe('file.txt');
  });
});

describe('1.6: rewinding a body', () => {
  function prepared(body: PreparedRequest['body']): PreparedRequest {
    const request = new PreparedRequest();
    request.body = body;
    request._body_position = bodyPosition(body);
    return request;
  }

  it('1.6: a file stream is opened again where it stood at prepare time', async () => {
    const request = prepared(streamOf(file, { start: 2 }));
    expect(await text(request.body as Readable)).toBe('23456789');
    rewind_body(request);
    expect(await text(request.body as Readable)).toBe('23456789');
    rewind_body(request);
    expect(await text(request.body as Readable)).toBe('23456789');
  });

  it('1.6: an object that seeks is brought back, and stays the body', () => {
    const body = Object.assign(new BytesIO(10, 3), { *[Symbol.iterator]() {} });
    const request = prepared(body);
    body.seek(9);
    rewind_body(request);
    expect(body.tell()).toBe(3);
    expect(request.body).toBe(body);
  });

  it('1.6: what cannot be brought back is an UnrewindableBodyError with the request', () => {
    const request = prepared(Readable.from(['a']));
    const rewind = (): void => {
      rewind_body(request);
    };
    expect(rewind).toThrow(UnrewindableBodyError);
    expect(rewind).toThrow('Unable to rewind request body for redirect.');
    expect(rewind).toThrow(expect.objectContaining({ request }) as Error);
    expect(() => {
      rewind_body(prepared(null));
    }).toThrow(UnrewindableBodyError);
  });

  it('1.6: a failure of the seeking is its cause', () => {
    const cause = new Error('ESPIPE');
    const body = Object.assign(new BytesIO(10), { *[Symbol.iterator]() {} });
    const request = prepared(body);
    body.seek = () => {
      throw cause;
    };
    expect(() => {
      rewind_body(request);
    }).toThrow(
      expect.objectContaining({
        message: 'An error occurred when rewinding request body for redirect.',
        cause,
        request,
      }) as Error,
    );
    const gone = prepared(streamOf(file));
    rmSync(file);
    expect(() => {
      rewind_body(gone);
    }).toThrow(UnrewindableBodyError);
    writeFileSync(file, '');
  });
});

describe('1.19: atomic_open', () => {
  it('1.19: the file appears whole, with what was written', async () => {
    const target = join(directory, 'new.txt');
    const result = await atomic_open(target, async (handle) => {
      await handle.write('half ');
      expect(readdirSync(directory)).not.toContain('new.txt');
      await handle.write('done');
      return 5;
    });
    expect(result).toBe(5);
    expect(readFileSync(target, 'utf8')).toBe('half done');
    expect(readdirSync(directory).sort()).toEqual(['file.txt', 'new.txt']);
  });

  it('1.19: a failure leaves the old file, and no temporary one', async () => {
    const failure = new Error('boom');
    await expect(
      atomic_open(file, async (handle) => {
        await handle.write('new');
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(readFileSync(file, 'utf8')).toBe('0123456789');
    expect(readdirSync(directory)).toEqual(['file.txt']);
  });

  it('1.19: a directory that is not there is an error', async () => {
    await expect(atomic_open(join(directory, 'no', 'x'), () => undefined)).rejects.toThrow('ENOENT');
  });
});

describe('1.10: an object that has tell() but cannot be brought back', () => {
  const failing = (): never => {
    throw new Error('not a file');
  };
  it.each([
    ['has no seek()', { tell: () => 3 }, 3],
    ['has a tell() that throws', { tell: failing }, expect.any(Object)],
    [
      'has a tell() that throws beside its seek()',
      { tell: failing, seek: () => undefined },
      expect.any(Object),
    ],
  ])('1.10: %s', (_what, source, position) => {
    const body = Object.assign(Readable.from(['x'])[Symbol.asyncIterator](), source);
    expect(bodyPosition(body)).toEqual(position);
    const request = new PreparedRequest();
    request.body = body;
    request._body_position = bodyPosition(body);
    expect(() => {
      rewind_body(request);
    }).toThrow(UnrewindableBodyError);
  });
});

describe('1.19: extract_zipped_paths', () => {
  it.each([
    ['of a file', () => file],
    ['into an archive', () => join(directory, 'app.zip/ca.pem')],
    ['that leads nowhere', () => 'no/such/path'],
  ])('1.19: a path %s is returned as it is', (_which, path) => {
    expect(extract_zipped_paths(path())).toBe(path());
  });
});

describe('1.19: iter_slices and constants', () => {
  it.each<[string | Buffer, number | null, unknown[]]>([
    ['test', 1, ['t', 'e', 's', 't']],
    ['test', 3, ['tes', 't']],
    ['test', 9, ['test']],
    ['test', 0, ['test']],
    ['test', -1, ['test']],
    ['test', null, ['test']],
    ['', 1, []],
    ['', null, []],
    [Buffer.from('abc'), 2, [Buffer.from('ab'), Buffer.from('c')]],
  ])('1.19: %j by %j', (whole, length, slices) => {
    expect([
      ...(typeof whole === 'string' ? iter_slices(whole, length) : iter_slices(whole, length)),
    ]).toEqual(slices);
  });

  it('1.19: the constants', () => {
    expect(DEFAULT_PORTS).toEqual({ http: 80, https: 443 });
    expect(DEFAULT_CA_BUNDLE_PATH).toBeNull();
  });
});
