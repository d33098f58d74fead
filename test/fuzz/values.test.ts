import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { HTTPDigestAuth } from '../../src/requests/auth/index.js';
import { Retry } from '../../src/requests/index.js';
import { HTTPAdapter } from '../../src/requests/adapters/index.js';
import { parse_header_links, urlparse } from '../../src/requests/utils/index.js';
import type { Case } from './harness.js';
import { ADAPTERS, Fuzzer } from './harness.js';
import { mutate, randomOf } from './random.js';
import { sample, SEED, times } from './seed.js';

// Seconds on a free machine; others may be using this one.
vi.setConfig({ testTimeout: 60_000 });

/** A header's value in latin-1: what a server can put there without ending the line. */
function valueOf(...pieces: string[]): fc.Arbitrary<string> {
  const unit = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    { weight: 2, arbitrary: fc.constantFrom(...Array.from('aZ0 =;,:"\\/?#%&@<>()[]{}.-_*\t')) },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 0x20, max: 0xff })
        .filter((code) => code !== 0x7f)
        .map((code) => String.fromCharCode(code)),
    },
  );
  return fc.array(unit, { maxLength: 14 }).map((units) => units.join(''));
}

function answer(status: string, headers: readonly string[], body = ''): Case {
  const lines = [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${body.length}`];
  return { writes: [`${lines.join('\r\n')}\r\n\r\n${body}`], then: 'keep' };
}

const ASSETS = {
  cookies: valueOf(
    'a=b',
    '; ',
    'Path=/',
    'Domain=127.0.0.1',
    'Domain=.example.com',
    'Max-Age=',
    '-1',
    '99999999999999',
    'Expires=',
    'Wed, 21 Oct 2099 07:28:00 GMT',
    'Secure',
    'HttpOnly',
    'SameSite=Lax',
    'Version=',
    '__proto__',
    'constructor',
    '$Port="80"',
    '="',
  ),
  location: valueOf(
    'http://',
    'https://',
    '//',
    '/',
    '../',
    './',
    '127.0.0.1',
    ':99999',
    ':80',
    '@',
    'user:pass',
    '[::1]',
    '[',
    ']',
    '%zz',
    '%2f',
    '%00',
    '?',
    '#',
    'xn--',
    'mailto:',
    'javascript:',
    'file:///',
    'ftp://h/',
    'a..b',
    '*.a',
    '\xe2\x98\x83',
    '\xff\xfe',
  ),
  challenge: valueOf(
    'Digest ',
    'Basic ',
    'realm=',
    '"r"',
    'nonce=',
    '"n"',
    ', ',
    'qop=',
    '"auth"',
    'auth-int',
    '"auth,auth-int"',
    'algorithm=',
    'MD5',
    'SHA-256',
    'MD5-sess',
    'toString',
    '__proto__',
    'opaque=',
    'stale=true',
    'domain="/"',
    '\\"',
  ),
  link: valueOf(
    '<',
    '>',
    '<http://a/?b,c;d>',
    '; ',
    'rel=',
    '"next"',
    'next',
    ', ',
    'title="a, b"',
    '__proto__',
    'constructor',
    "rel='x'",
    '=',
    '==',
  ),
  retryAfter: valueOf(
    '0',
    '1',
    '-1',
    '99999999999999999999',
    '1.5',
    '1e9',
    'Wed, 21 Oct 2015 07:28:00 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    '31 Feb',
    'NaN',
    'Infinity',
    'soon',
  ),
  contentType: valueOf(
    'text/html',
    'text/plain',
    'application/json',
    '; ',
    'charset=',
    'utf-8',
    'utf-16',
    'utf-7',
    'nope',
    '"',
    "'",
    'latin-1',
    'cp65001',
    '__proto__',
    'shift_jis',
    'undefined',
    'idna',
    'base64',
    'hex',
  ),
};

describe.each(ADAPTERS)('1.13: whatever values a server sends to $name', ({ make }) => {
  test('1.17: Set-Cookie', async () => {
    await using fuzzer = await Fuzzer.start(make);
    const lines = sample(fc.array(ASSETS.cookies, { minLength: 1, maxLength: 3 }), 2000);
    const cases = lines.map((values) =>
      answer(
        '200 OK',
        values.map((value) => `Set-Cookie: ${value}`),
      ),
    );
    const { responses } = await fuzzer.run(cases, ({ response }) => {
      if (!response) return;
      const { cookies } = fuzzer.session;
      expect(cookies.list_domains().filter((domain) => !/^\.?127\.0\.0\.1$/.test(domain))).toEqual([]);
      expect(response.cookies.toString()).toMatch(/^<RequestsCookieJar\[/);
      // What came in goes out again with the next requests: nothing in it may break out of its line.
      expect(response.request.headers['Cookie'] ?? '').not.toMatch(/[\r\n\0]/);
      if (cookies.length > 30) cookies.clear();
    });
    expect(responses).toBeGreaterThan(times(2000) * 0.9);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  test('1.6: Location', async () => {
    await using fuzzer = await Fuzzer.start(make);
    fuzzer.session.max_redirects = 3;
    const values = sample(
      fc.tuple(fc.constantFrom('301 A', '302 A', '303 A', '307 A', '308 A'), ASSETS.location),
      2000,
    );
    const cases = values.map(([status, value]) => answer(status, [`Location: ${value}`]));
    const { responses, errors } = await fuzzer.run(
      cases,
      ({ response }) => {
        if (!response) return;
        for (const { url } of [response, ...response.history]) expect(url).toMatch(/^[!-~]*$/);
        const { headers, url } = response.request;
        if (url?.startsWith(`${fuzzer.server.url}/`)) return;
        expect(headers['Authorization'] ?? null).toBeNull();
        // Cookies know no ports.
        if (urlparse(url ?? '').hostname !== '127.0.0.1') expect(headers['Cookie'] ?? null).toBeNull();
      },
      (_one, i) => ({ stream: i % 2 === 1, auth: ['user', 'secret'], cookies: { only: 'here' } }),
    );
    expect(responses).toBeGreaterThan(500);
    expect(errors['TooManyRedirects']).toBeGreaterThan(0);
    expect(errors['InvalidSchema']).toBeGreaterThan(0);
  });

  test('1.16: WWW-Authenticate', async () => {
    await using fuzzer = await Fuzzer.start(make);
    const digest = fc
      .tuple(fc.constantFrom('Digest ', 'digest ', 'Digest', 'Basic realm="x", Digest '), ASSETS.challenge)
      .map((parts) => parts.join(''));
    const values = sample(fc.oneof(digest, ASSETS.challenge), 2000);
    const cases = values.map((value) => answer('401 No', [`WWW-Authenticate: ${value}`]));
    const { responses, errors } = await fuzzer.run(
      cases,
      ({ response }) => {
        if (response) expect(response.history.length).toBeLessThanOrEqual(1);
      },
      () => ({ auth: new HTTPDigestAuth('user', 'secret') }),
    );
    expect(responses).toBeGreaterThan(500);
    // Python's own for a challenge without realm or nonce.
    expect(Object.keys(errors).filter((name) => name !== 'KeyError')).toEqual([]);
  });

  test('1.12: Link and Content-Type', async () => {
    await using fuzzer = await Fuzzer.start(make);
    const values = sample(fc.tuple(ASSETS.link, ASSETS.contentType), 2000);
    const cases = values.map(([link, type]) =>
      answer('200 OK', [`Link: ${link}`, `Content-Type: ${type}`], '{"a": "\xe9\xe2\x98"}'),
    );
    const { responses, errors } = await fuzzer.run(cases, ({ response }) => {
      if (!response) return;
      expect(Object.getPrototypeOf({})).toBe(Object.prototype);
      for (const link of Object.values(response.links)) expect(link.url).toBeTypeOf('string');
      expect(response.text).toBeTypeOf('string');
    });
    expect([responses, errors]).toEqual([times(2000), {}]);
  });

  test('1.12: damaged compressed bodies', async () => {
    const random = randomOf(SEED);
    await using fuzzer = await Fuzzer.start(make);
    const plain = Buffer.from('squeeze me '.repeat(50));
    const makers: Record<string, () => Buffer> = {
      gzip: () => zlib.gzipSync(plain),
      deflate: () => (random() < 0.5 ? zlib.deflateSync(plain) : zlib.deflateRawSync(plain)),
      br: () => zlib.brotliCompressSync(plain),
      'gzip, gzip': () => zlib.gzipSync(zlib.gzipSync(plain)),
      'deflate, br': () => zlib.brotliCompressSync(zlib.deflateSync(plain)),
    };
    const encodings = Object.keys(makers);
    const cases = Array.from({ length: times(2500) }, (_, i): Case => {
      const encoding = encodings[i % encodings.length] ?? '';
      const body = mutate(makers[encoding]?.() ?? plain, random);
      const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\n`;
      if (i % 3 !== 0)
        return { writes: [`${head}Content-Length: ${body.length}\r\n\r\n`, body], then: 'keep' };
      const half = body.length >> 1;
      const chunk = (part: Buffer): Buffer =>
        part.length === 0
          ? part
          : Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
      return {
        writes: [
          `${head}Transfer-Encoding: chunked\r\n\r\n`,
          chunk(body.subarray(0, half)),
          chunk(body.subarray(half)),
          '0\r\n\r\n',
        ],
        then: 'keep',
      };
    });
    const { responses, errors } = await fuzzer.run(cases);
    expect(responses).toBeGreaterThan(100);
    expect(Object.keys(errors)).toEqual(['ContentDecodingError']);
  });
});

describe('1.15: whatever Retry-After says', () => {
  test('the request ends, and nobody waits longer than allowed', async () => {
    const retry = new Retry({ total: 2, retry_after_max: 0.001 });
    await using fuzzer = await Fuzzer.start(() => new HTTPAdapter({ max_retries: retry }));
    const values = sample(ASSETS.retryAfter, 1500);
    const statuses = ['429 A', '503 A', '413 A'];
    const cases = values.map((value, i) => answer(statuses[i % 3] ?? '', [`Retry-After: ${value}`]));
    const { responses } = await fuzzer.run(cases);
    expect(responses).toBeGreaterThan(100);
  });
});

describe('1.19: parse_header_links takes any text', () => {
  test('and gives links with a URL', () => {
    for (const value of sample(ASSETS.link, 5000)) {
      for (const link of parse_header_links(value)) expect(link.url).toBeTypeOf('string');
    }
  });
});
