import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OSError, ValueError } from '../../src/builtins/index.js';
import { FuturesSession } from '../../src/index.js';
import {
  Cookie,
  type CookieAttributes,
  create_cookie,
  LoadError,
  LWPCookieJar,
  MozillaCookieJar,
  RequestsCookieJar,
} from '../../src/requests/cookies/index.js';
import { Session } from '../../src/requests/index.js';
import { roundTrip } from '../helpers/round-trip.js';
import { type HttpServer, startHttpServer } from '../helpers/servers/http-server.js';

const ALL = { ignore_discard: true, ignore_expires: true };

let folder: string, file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cookie-files-'));
  file = path.join(folder, 'cookies.txt');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Four cookies that between them use every column of both formats. */
function fill(jar: RequestsCookieJar): void {
  jar.set_cookie(
    create_cookie('sid', 'x y"z\\', { domain: '.example.com', expires: 4_102_444_800, discard: false }),
  );
  jar.set_cookie(
    create_cookie('bare', null, {
      domain: 'www.example.com',
      path: '/a',
      secure: true,
      rest: { HTTPOnly: '' },
    }),
  );
  jar.set_cookie(create_cookie('old', 'é', { domain: 'example.com', expires: 1, discard: false, rest: {} }));
  jar.set_cookie(
    create_cookie('ports', '1', {
      domain: 'localhost',
      port: '80,8080',
      comment: 'why',
      comment_url: 'http://x/',
      version: 1,
    }),
  );
}

/** Recorded from Python 3.11: a jar with the cookies of {@link fill}, saved with `ignore_discard` and `ignore_expires`. */
const RECORDED = {
  mozilla: `# Netscape HTTP Cookie File
# http://curl.haxx.se/rfc/cookie_spec.html
# This is a generated file!  Do not edit.

.example.com\tTRUE\t/\tFALSE\t4102444800\tsid\tx y"z\\
#HttpOnly_www.example.com\tFALSE\t/a\tTRUE\t\t\tbare
example.com\tFALSE\t/\tFALSE\t1\told\té
localhost\tFALSE\t/\tFALSE\t\tports\t1
`,
  lwp: `#LWP-Cookies-2.0
Set-Cookie3: sid="x y\\"z\\\\"; path="/"; domain=".example.com"; path_spec; domain_dot; expires="2100-01-01 00:00:00Z"; HttpOnly=None; version=0
Set-Cookie3: bare; path="/a"; domain="www.example.com"; path_spec; secure; discard; HTTPOnly=""; version=0
Set-Cookie3: old=é; path="/"; domain="example.com"; path_spec; expires="1970-01-01 00:00:01Z"; version=0
Set-Cookie3: ports=1; path="/"; domain=localhost; port="80,8080"; path_spec; port_spec; discard; comment=why; commenturl="http://x/"; HttpOnly=None; version=1
`,
};

const FORMATS = [
  { format: 'mozilla', Jar: MozillaCookieJar, magic: '# Netscape HTTP Cookie File\n' },
  { format: 'lwp', Jar: LWPCookieJar, magic: '#LWP-Cookies-2.0\n' },
] as const;

describe.each(FORMATS)('$Jar.name', ({ format, Jar, magic }) => {
  it('writes the bytes that Python writes, and reads them back', () => {
    const jar = new Jar(file);
    fill(jar);
    jar.save(ALL);
    expect(readFileSync(file, 'utf8')).toBe(RECORDED[format]);

    const other = new Jar();
    other.load(file, ALL);
    expect(other.get_dict()).toEqual({ sid: 'x y"z\\', bare: null, old: 'é', ports: '1' });
    other.save(pathToFileURL(file), ALL);
    expect(readFileSync(file, 'utf8')).toBe(RECORDED[format]);
  });

  it('leaves out cookies of the session and expired ones, unless it is asked for them', () => {
    const jar = new Jar({ filename: file });
    fill(jar);
    const saved = (options: object): string[] => {
      jar.save(options);
      const other = new Jar(file);
      other.load(ALL);
      return other.keys();
    };
    expect(saved({})).toEqual(['sid']);
    expect(saved({ ignore_discard: true })).toEqual(['sid', 'bare', 'ports']);
    expect(saved({ ignore_expires: true })).toEqual(['sid', 'old']);

    writeFileSync(file, RECORDED[format]);
    const loaded = (options: object): string[] => {
      const other = new Jar();
      other.load(file, options);
      return other.keys();
    };
    expect(loaded({})).toEqual(['sid']);
    expect(loaded({ ignore_discard: true })).toEqual(['sid', 'bare', 'ports']);
    expect(loaded({ ignore_expires: true })).toEqual(['sid', 'old']);
  });

  it.skipIf(process.platform === 'win32')(
    'makes a file that only its owner can read, and leaves the mode of an old one',
    () => {
      const jar = new Jar(file);
      jar.save();
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const shared = path.join(folder, 'shared');
      writeFileSync(shared, '', { mode: 0o640 });
      jar.save(shared);
      expect(statSync(shared).mode & 0o777).toBe(0o640);
    },
  );

  it('adds what it loads; revert() replaces what was there', () => {
    writeFileSync(file, RECORDED[format]);
    const jar = new Jar(file);
    jar.set('mine', '1');
    jar.load();
    expect(jar.keys()).toEqual(['mine', 'sid']);
    jar.revert();
    expect(jar.keys()).toEqual(['sid']);
  });

  it('is left as it was by a file that cannot be read', () => {
    const jar = new Jar(file);
    jar.set('mine', '1');
    writeFileSync(
      file,
      `${RECORDED[format]}${format === 'lwp' ? 'Set-Cookie3: no-domain=1' : 'three\tfields\there'}\n`,
    );
    for (const method of ['load', 'revert'] as const) {
      expect(() => {
        jar[method](ALL);
      }).toThrow(LoadError);
      expect(jar.keys()).toEqual(['mine']);
    }
  });

  it('throws what Python throws: ValueError without a name, LoadError for another format, OSError for a missing file', () => {
    const jar = new Jar();
    for (const method of ['load', 'save', 'revert'] as const) {
      expect(() => {
        jar[method]();
      }).toThrow(
        new ValueError('a filename was not supplied (nor was the CookieJar instance initialised with one)'),
      );
    }
    expect(() => {
      jar.load(file);
    }).toThrow(expect.objectContaining({ name: 'OSError', code: 'ENOENT' }));
    expect(() => {
      jar.save(path.join(folder, 'none/cookies'));
    }).toThrow(expect.objectContaining({ name: 'OSError', code: 'ENOENT' }));
    writeFileSync(file, '{}\n');
    expect(() => {
      jar.load(file);
    }).toThrow(/^'.*cookies\.txt' does not look like a /);
    expect(new LoadError('')).toBeInstanceOf(OSError);
  });

  it('names the line that is malformed without quoting it', () => {
    const bad = format === 'lwp' ? 'Set-Cookie3: s3cret=1' : 's3cret\tTRUE\t/\tFALSE\t\ta\tb';
    writeFileSync(file, `${magic}\n${bad}\n`);
    const jar = new Jar(file);
    const error = (() => {
      try {
        jar.load();
        return null;
      } catch (thrown) {
        return thrown as LoadError;
      }
    })();
    expect(error).toBeInstanceOf(LoadError);
    expect(error?.message).toContain('line 3: ');
    expect(error?.message).not.toContain('s3cret');
  });

  it.each([
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
    ['a NUL', Buffer.from('a\0b')],
    ['an escape', Buffer.from('a\x1b[31m')],
  ])('refuses %s with a LoadError', (_what, bytes) => {
    writeFileSync(file, Buffer.concat([Buffer.from(magic), bytes]));
    const jar = new Jar(file);
    expect(() => {
      jar.load(ALL);
    }).toThrow(LoadError);
  });

  it('reads a line of a million characters, and lines that end with CR LF', () => {
    const long = 'x'.repeat(1_000_000);
    const jar = new Jar();
    jar.set_cookie(create_cookie('long', long, { domain: 'example.com' }));
    jar.set_cookie(create_cookie('quotes', '"'.repeat(100_000), { domain: 'example.com' }));
    jar.save(file, ALL);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
    const other = new Jar(file);
    other.load(ALL);
    expect(other['long']).toBe(long);
    expect(other['quotes']).toHaveLength(100_000);
  });

  it('either loads a file or throws LoadError, whatever is in it', () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        '\t',
        '\n',
        '"',
        '\\',
        '=',
        ';',
        ',',
        'TRUE',
        'FALSE',
        '/',
        '.',
        'a',
        '1e999',
        '#',
        '$',
        '#HttpOnly_',
      ),
      fc.constantFrom(
        'Set-Cookie3: ',
        'domain=x',
        'expires=',
        '"9999-99-99"',
        '2000-02-31',
        'version=',
        'port_spec',
        '__proto__=1',
      ),
      fc.string({ maxLength: 3, unit: 'binary' }),
    );
    let loaded = 0;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (text) => {
        writeFileSync(file, magic + text.join(''));
        const jar = new Jar(file);
        try {
          jar.load(ALL);
        } catch (error) {
          if (error instanceof LoadError) return;
          throw error;
        }
        loaded += 1;
        jar.save(ALL);
        const again = new Jar(file);
        if (format === 'mozilla') again.load(ALL);
      }),
      { numRuns: 200 },
    );
    expect(loaded).toBeGreaterThan(10);
  });

  it('does not write a cookie that would make another line of the file', () => {
    writeFileSync(file, RECORDED[format]);
    const jar = new Jar(file);
    jar.set('a', 'b\nexample.com\tFALSE\t/\tFALSE\t\tadmin\t1', { domain: 'example.com' });
    expect(() => {
      jar.save(ALL);
    }).toThrow(ValueError);
    expect(readFileSync(file, 'utf8')).toBe(RECORDED[format]);
  });

  it('refuses unknown keyword arguments and positional flags', () => {
    expect(() => new Jar({ file } as object)).toThrow(
      `${Jar.name}() got an unexpected keyword argument 'file'`,
    );
    const jar = new Jar(file);
    expect(() => {
      jar.save({ ignore_discards: true } as object);
    }).toThrow(`${Jar.name}.save() got an unexpected keyword argument 'ignore_discards'`);
    expect(() => {
      jar.save(file, true as never);
    }).toThrow(TypeError);
    expect(() => {
      jar.save(5 as never);
    }).toThrow(TypeError);
    expect(existsSync(file)).toBe(false);
  });

  it('is a RequestsCookieJar, and crosses to other threads with its file name', () => {
    const jar = new Jar(file, { delayload: true });
    fill(jar);
    expect(jar).toBeInstanceOf(RequestsCookieJar);
    const copy = roundTrip(jar);
    expect(copy).toBeInstanceOf(Jar);
    expect([copy.filename, copy.delayload]).toEqual([file, true]);
    expect(copy.items()).toEqual(jar.items());
    expect(jar.copy().items()).toEqual(jar.items());
  });
});

it('a cookie that claims to live longer than dates go can be saved', () => {
  const jar = new LWPCookieJar(file);
  jar.set_cookie(create_cookie('a', 'b', { domain: 'x.com', expires: 1e15, discard: false }));
  jar.save();
  jar.revert();
  expect(Array.from(jar, ({ expires }) => expires)).toEqual([253_402_300_799]);
  const mozilla = new MozillaCookieJar(file);
  mozilla.set_cookie(create_cookie('a', 'b', { domain: 'x.com', expires: 1e21, discard: false }));
  mozilla.save();
  expect(readFileSync(file, 'utf8')).toContain('\t1000000000000000000000\ta\tb\n');
});

it('as_lwp_str() gives the lines of the file, of all cookies unless it is told otherwise', () => {
  const jar = new LWPCookieJar();
  fill(jar);
  expect(`#LWP-Cookies-2.0\n${jar.as_lwp_str()}`).toBe(RECORDED.lwp);
  expect(jar.as_lwp_str({ ignore_discard: false, ignore_expires: false })).toBe(
    RECORDED.lwp.split(/(?<=\n)/)[1],
  );
});

describe('as session.cookies', () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = await startHttpServer((request, response) => {
      if (request.url === '/login') response.setHeader('Set-Cookie', 'sid=42; Max-Age=1000');
      response.end(request.headers.cookie ?? 'none');
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['Session', () => new Session()],
    ['FuturesSession', () => new FuturesSession()],
  ])('a jar of a %s keeps what servers set, and the next one sends it', async (_name, make) => {
    for (const Jar of [MozillaCookieJar, LWPCookieJar]) {
      {
        await using session = make();
        const jar = new Jar(file);
        session.cookies = jar;
        await session.get(`${server.url}/login`);
        expect(session.cookies).toBe(jar);
        jar.save();
      }
      await using session = make();
      const jar = new Jar(file);
      jar.load();
      session.cookies = jar;
      expect((await session.get(server.url)).text).toBe('sid=42');
      expect((await session.get(server.url, { cookies: jar })).text).toBe('sid=42');
    }
  });
});

const script = fileURLToPath(new URL('cookie-files-python.py', import.meta.url));
const hasPython = spawnSync('python3', ['-c', 'import http.cookiejar']).status === 0;

function python(args: readonly string[], input = ''): unknown {
  const { stdout, stderr, status } = spawnSync('python3', [script, ...args], {
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 26,
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

type Shown = CookieAttributes & { _rest: Record<string, string | null> };

/** For each text: the cookies in it and what saving them writes; null for a LoadError. */
function readByPython(
  format: string,
  texts: readonly string[],
): ({ cookies: Shown[]; text: string } | null)[] {
  return python(['read', format], JSON.stringify(texts)) as ReturnType<typeof readByPython>;
}

/** A cookie's attributes; Python keeps what stands behind the equals sign of a flag. */
function shown(cookie: Shown | Cookie): object {
  const { _rest, ...attributes } = Object.assign({}, cookie);
  const flags = ['secure', 'discard', 'path_specified', 'port_specified', 'domain_initial_dot'] as const;
  return {
    ...attributes,
    path: (attributes.path as string | null) ?? '',
    ...Object.fromEntries(flags.map((name) => [name, Boolean(attributes[name] as unknown)])),
    _rest: { ..._rest },
  };
}

describe.skipIf(!hasPython)('beside the Python at hand', () => {
  it('the files of random cookies are the same to the byte, in both directions', () => {
    const cases = python(['write', folder]) as Shown[][];
    expect(cases.length).toBeGreaterThan(50);
    for (const { format, Jar } of FORMATS) {
      const texts = cases.map((_cookies, i) => readFileSync(path.join(folder, `${i}.${format}`), 'utf8'));
      for (const [i, cookies] of cases.entries()) {
        const made = new Jar(file);
        for (const { _rest, ...cookie } of cookies) made.set_cookie(new Cookie({ ...cookie, rest: _rest }));
        made.save(ALL);
        expect(readFileSync(file, 'utf8')).toBe(texts[i]);
      }
      // Python, too, reads some names and values otherwise than it wrote them.
      const again = readByPython(format, [...texts, RECORDED[format]]);
      expect(again.at(-1)?.text).toBe(RECORDED[format]);
      for (const [i, text] of texts.entries()) {
        writeFileSync(file, text);
        const loaded = new Jar(file);
        loaded.load(ALL);
        loaded.save(ALL);
        expect(readFileSync(file, 'utf8'), text).toBe(again[i]?.text);
      }
    }
  });

  it.each(FORMATS)(
    'malformed files in the format of $format mean the same cookies, or a LoadError',
    ({ format, Jar, magic }) => {
      const words = {
        mozilla: [
          '\t',
          '\t',
          '\t',
          '\t',
          'TRUE',
          'FALSE',
          '/',
          '.x',
          'x',
          '',
          '1',
          '1.5',
          '-3',
          '1e3',
          'nan',
          '#',
          '$',
          ' ',
          '#HttpOnly_',
          '\n',
          '\r',
        ],
        lwp: [
          '\nSet-Cookie3: ',
          '; ',
          ', ',
          '=',
          ' ',
          '"',
          '\\',
          'domain=x',
          'domain=.x',
          'path="/"',
          'secure',
          'secure=',
          'discard=0',
          'expires="2030-1-31 24:00"',
          'expires=20300101T101112Z',
          'expires="2030-02-31 -0130"',
          'expires="x"',
          'version=1',
          'version=a',
          'port=80',
          'port_spec',
          'Foo=Bar',
          'PATH_SPEC',
          'a',
          'b=c',
          'é',
        ],
      }[format];
      const lines = {
        mozilla: fc.array(fc.constantFrom(...words), { maxLength: 14 }),
        lwp: fc.array(fc.constantFrom(...words), { maxLength: 12 }),
      }[format];
      const whole = {
        mozilla: 'x\tFALSE\t/\tFALSE\t1\ta\tb\n',
        lwp: 'Set-Cookie3: a=b; domain=x; path="/"; version=0\n',
      };
      const texts = fc
        .sample(lines, { numRuns: 400, seed: 7 })
        .map(
          (line, i) =>
            magic +
            whole[format] +
            (format === 'lwp' ? 'Set-Cookie3: a=b; domain=y; ' : i % 2 === 0 ? 'x\tFALSE\t/\t' : '') +
            line.join(''),
        );
      const results = readByPython(format, texts);
      let loaded = 0;
      for (const [i, result] of results.entries()) {
        const text = texts[i] ?? '';
        writeFileSync(file, text);
        const jar = new Jar(file);
        if (result === null) {
          expect(() => {
            jar.load(ALL);
          }, JSON.stringify(text)).toThrow(LoadError);
        } else {
          loaded += 1;
          jar.load(ALL);
          expect(Array.from(jar, shown), JSON.stringify(text)).toEqual(result.cookies.map(shown));
        }
      }
      expect(loaded).toBeGreaterThan(20);
      expect(loaded).toBeLessThan(texts.length);
    },
  );
});
