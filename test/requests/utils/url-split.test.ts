import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/builtins/index.js';
import { LocationParseError } from '../../../src/requests/exceptions/urllib3.js';
import {
  get_auth_from_url,
  parse_url,
  prepend_scheme_if_needed,
  Url,
  urldefrag,
  urldefragauth,
  urljoin,
  urlparse,
  urlsplit,
  urlunparse,
  urlunsplit,
} from '../../../src/requests/utils/index.js';
import { withoutUserinfo } from '../../../src/requests/urls/redact.js';

// The tables of this file were printed by Python 3.11's urllib.parse and by urllib3 2.7.0.
const RFC_3986: readonly (readonly [reference: string, absolute: string])[] = [
  ['g:h', 'g:h'],
  ['g', 'http://a/b/c/g'],
  ['./g', 'http://a/b/c/g'],
  ['g/', 'http://a/b/c/g/'],
  ['/g', 'http://a/g'],
  ['//g', 'http://g'],
  ['?y', 'http://a/b/c/d;p?y'],
  ['g?y', 'http://a/b/c/g?y'],
  ['#s', 'http://a/b/c/d;p?q#s'],
  ['g#s', 'http://a/b/c/g#s'],
  ['g?y#s', 'http://a/b/c/g?y#s'],
  [';x', 'http://a/b/c/;x'],
  ['g;x', 'http://a/b/c/g;x'],
  ['g;x?y#s', 'http://a/b/c/g;x?y#s'],
  ['', 'http://a/b/c/d;p?q'],
  ['.', 'http://a/b/c/'],
  ['./', 'http://a/b/c/'],
  ['..', 'http://a/b/'],
  ['../', 'http://a/b/'],
  ['../g', 'http://a/b/g'],
  ['../..', 'http://a/'],
  ['../../', 'http://a/'],
  ['../../g', 'http://a/g'],
  ['../../../g', 'http://a/g'],
  ['../../../../g', 'http://a/g'],
  ['/./g', 'http://a/g'],
  ['/../g', 'http://a/g'],
  ['g.', 'http://a/b/c/g.'],
  ['.g', 'http://a/b/c/.g'],
  ['g..', 'http://a/b/c/g..'],
  ['..g', 'http://a/b/c/..g'],
  ['./../g', 'http://a/b/g'],
  ['./g/.', 'http://a/b/c/g/'],
  ['g/./h', 'http://a/b/c/g/h'],
  ['g/../h', 'http://a/b/c/h'],
  ['g;x=1/./y', 'http://a/b/c/g;x=1/y'],
  ['g;x=1/../y', 'http://a/b/c/y'],
  ['g?y/./x', 'http://a/b/c/g?y/./x'],
  ['g#s/../x', 'http://a/b/c/g#s/../x'],
  ['http:g', 'http://a/b/c/g'],
  ['http:?y', 'http://a/b/c/d;p?y'],
  ['http://x/y', 'http://x/y'],
  ['HTTP://X/y', 'http://X/y'],
  ['https:g', 'https:g'],
  ['mailto:z', 'mailto:z'],
  ['a//b', 'http://a/b/c/a/b'],
];
const OTHERS: readonly (readonly [base: string, reference: string, absolute: string])[] = [
  ['http://a', 'g', 'http://a/g'],
  ['http://a', '../g', 'http://a/g'],
  ['http://a/b/', 'g', 'http://a/b/g'],
  ['http://a/b/../c/', 'g', 'http://a/c/g'],
  ['http://a//b//c', 'g', 'http://a/b/g'],
  ['http://a//b//c', '../x', 'http://a/x'],
  ['', 'g', 'g'],
  ['file:///x/y', 'z', 'file:///x/z'],
  ['mailto:x', 'y', 'y'],
  ['http+unix://a/b', 'c', 'c'],
  ['/p/q', '../r', '/r'],
  ['http://a/b;x', '?y', 'http://a/b;x?y'],
  ['http://a/b;x?q', '#f', 'http://a/b;x?q#f'],
  ['ws://h/a', 'b', 'ws://h/b'],
  ['http://u:p@h/a', 'b', 'http://u:p@h/b'],
];
const SPLIT: readonly (readonly [
  url: string,
  parts: readonly string[],
  location: readonly (string | number | null)[],
])[] = [
  [
    'http://User:Pa:ss@H.com:80/p;a=1/q;b=2?x=1&y#f',
    ['http', 'User:Pa:ss@H.com:80', '/p;a=1/q;b=2', 'x=1&y', 'f'],
    ['User', 'Pa:ss', 'h.com', 80],
  ],
  ['HTTPS://h', ['https', 'h', '', '', ''], [null, null, 'h', null]],
  ['//h/p', ['', 'h', '/p', '', ''], [null, null, 'h', null]],
  ['/p?q#f', ['', '', '/p', 'q', 'f'], [null, null, null, null]],
  ['mailto:a@b', ['mailto', '', 'a@b', '', ''], [null, null, null, null]],
  ['h:80', ['h', '', '80', '', ''], [null, null, null, null]],
  ['http://[::1%25Eth0]:8080/', ['http', '[::1%25Eth0]:8080', '/', '', ''], [null, null, '::1%25Eth0', 8080]],
  ['http://h:/', ['http', 'h:', '/', '', ''], [null, null, 'h', null]],
  ['http:///p', ['http', '', '/p', '', ''], [null, null, null, null]],
  ['http://h?q', ['http', 'h', '', 'q', ''], [null, null, 'h', null]],
  ['http://h#f?g', ['http', 'h', '', '', 'f?g'], [null, null, 'h', null]],
  ['http://h/p?q?r#f#g', ['http', 'h', '/p', 'q?r', 'f#g'], [null, null, 'h', null]],
  ['\0 http://h/\tp\n', ['http', 'h', '/p', '', ''], [null, null, 'h', null]],
  ['1http://h', ['', '', '1http://h', '', ''], [null, null, null, null]],
  ['a+b.c-d://h', ['a+b.c-d', 'h', '', '', ''], [null, null, 'h', null]],
  ['http+unix://x/y', ['http+unix', 'x', '/y', '', ''], [null, null, 'x', null]],
  ['', ['', '', '', '', ''], [null, null, null, null]],
  ['http://u@h', ['http', 'u@h', '', '', ''], ['u', null, 'h', null]],
  ['http://@h', ['http', '@h', '', '', ''], ['', null, 'h', null]],
  ['http://:p@h', ['http', ':p@h', '', '', ''], ['', 'p', 'h', null]],
  ['file:///x', ['file', '', '/x', '', ''], [null, null, null, null]],
  ['scheme:', ['scheme', '', '', '', ''], [null, null, null, null]],
];

const seed = { seed: 20260126, numRuns: 2000 };
const urlText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          'http://',
          'https:',
          'x:',
          '//',
          '/',
          '?',
          '#',
          ':',
          ';',
          '@',
          '[',
          ']',
          '::1',
          '[::1]',
          '%',
          '%41',
          '%zz',
        ],
        ...[
          '..',
          '.',
          ' ',
          '\t',
          '\n',
          '\\',
          'h',
          'Ex.com',
          'é',
          '\u2100',
          '\ud800',
          '\0',
          '80',
          'a=b&c',
          'v1.x',
        ],
      ),
      fc.string({ unit: 'binary', maxLength: 2 }),
    ),
    { maxLength: 9 },
  )
  .map((pieces) => pieces.join(''));

describe('1.19: urlsplit and urlparse', () => {
  it.each(SPLIT)('1.19: urlsplit(%j)', (url, parts, [username, password, hostname, port]) => {
    const split = urlsplit(url);
    expect([...split]).toEqual(parts);
    expect(split).toMatchObject({ username, password, hostname, port });
  });

  it.each([
    ['http://h/p;x?q#f', ['http', 'h', '/p', 'x', 'q', 'f']],
    ['http://h/a;b/c', ['http', 'h', '/a;b/c', '', '', '']],
    ['http://h/a;b/c;d;e', ['http', 'h', '/a;b/c', 'd;e', '', '']],
    [';x', ['', '', '', 'x', '', '']],
    ['http+unix://h/a;b', ['http+unix', 'h', '/a;b', '', '', '']],
    ['tel:1;2', ['tel', '', '1', '2', '', '']],
  ])('1.19: urlparse(%j) is %j', (url, parts) => {
    expect([...urlparse(url)]).toEqual(parts);
    expect(urlparse(url).geturl()).toBe(url);
  });

  it('1.19: a default scheme, and fragments that are left where they are', () => {
    expect(urlsplit('//h/p', 'https').scheme).toBe('https');
    expect([...urlsplit('http://h/p?q#f', '', false)]).toEqual(['http', 'h', '/p', 'q#f', '']);
  });

  it('1.19: the parts can be changed in a copy', () => {
    expect(urlparse('http://h/p?q#f')._replace({ fragment: '', query: 'r' }).geturl()).toBe('http://h/p?r');
    expect(
      urlsplit('http://h/p')
        ._replace({ scheme: 'https', netloc: 'x', path: '/y', query: 'q', fragment: 'f' })
        .geturl(),
    ).toBe('https://x/y?q#f');
    expect(urlparse('http://h/p')._replace({ params: 'v' }).geturl()).toBe('http://h/p;v');
  });

  it.each([
    ['http://[::1/', 'Invalid IPv6 URL'],
    ['http://::1]/', 'Invalid IPv6 URL'],
    ['http://[1.2.3.4]/', 'An IPv4 address cannot be in brackets'],
    ['http://[x]/', "'x' does not appear to be an IPv4 or IPv6 address"],
    ['http://[::1%]/', "'::1%' does not appear to be an IPv4 or IPv6 address"],
    ['http://[vz]/', 'IPvFuture address is invalid'],
    ['http://a\u2100b/', "netloc 'a\u2100b' contains invalid characters under NFKC normalization"],
    [
      'http://u:s3cret@a\u2100b/',
      "netloc '***@a\u2100b' contains invalid characters under NFKC normalization",
    ],
  ])('1.19: %j is a ValueError: %s', (url, message) => {
    expect(() => urlsplit(url)).toThrow(new ValueError(message));
  });

  it('1.19: an IPvFuture host and full-width letters are let through', () => {
    expect(urlsplit('http://[v1.x]/').hostname).toBe('v1.x');
    expect(urlsplit('http://ＡＢ.com/').netloc).toBe('ＡＢ.com');
  });

  it.each([
    ['http://h:x/', "Port could not be cast to integer value as 'x'"],
    ['http://h:65536/', 'Port out of range 0-65535'],
  ])('1.19: the port of %j is a ValueError when it is asked for: %s', (url, message) => {
    const split = urlsplit(url);
    expect(() => split.port).toThrow(new ValueError(message));
  });
});

describe('1.19: urlunsplit and urlunparse', () => {
  it.each([
    [['http', '', 'p', '', ''], 'http:///p'],
    [['http', 'h', 'p', '', ''], 'http://h/p'],
    [['', '', '//x', '', ''], '//x'],
    [['file', '', '/x', '', ''], 'file:///x'],
    [['x', '', '//y', '', ''], 'x://y'],
    [['http', '', '', 'q', 'f'], 'http://?q#f'],
    [['mailto', '', 'a', '', ''], 'mailto:a'],
    [['http', '', '//y', '', ''], 'http://y'],
    [['http', 'h', null, undefined, null], 'http://h'],
  ])('1.19: urlunsplit(%j) is %j', (parts, url) => {
    expect(urlunsplit(parts)).toBe(url);
  });

  it('1.19: the parts may be an object, and must be all there in a list', () => {
    expect(urlunsplit({ scheme: 'http', netloc: 'h', path: '/p', query: 'q', fragment: '' })).toBe(
      'http://h/p?q',
    );
    expect(urlunparse(['http', 'h', '/p', 'v', 'q', 'f'])).toBe('http://h/p;v?q#f');
    expect(() => urlunparse(['http', 'h', '/p', 'q', 'f'])).toThrow(ValueError);
  });

  it('property: what was taken apart is put together to what gives the same parts', () => {
    fc.assert(
      fc.property(urlText, (text) => {
        let parts: string[];
        try {
          parts = [...urlsplit(`http://h/${text}`)];
        } catch (error) {
          expect(error).toBeInstanceOf(ValueError);
          return;
        }
        expect([...urlsplit(urlunsplit(parts))]).toEqual(parts);
        expect([...urlparse(urlunparse([...urlparse(urlunsplit(parts))]))]).toEqual([
          ...urlparse(urlunsplit(parts)),
        ]);
      }),
      seed,
    );
  });

  it('property: any text is taken apart, or a ValueError', () => {
    fc.assert(
      fc.property(urlText, urlText, (base, text) => {
        for (const attempt of [
          () => urlparse(text),
          () => urljoin(base, text),
          () => urldefrag(text),
          () => urldefragauth(text),
        ]) {
          try {
            attempt();
          } catch (error) {
            expect(error).toBeInstanceOf(ValueError);
          }
        }
      }),
      seed,
    );
  });
});

describe('1.6, 1.19: urljoin', () => {
  it.each(RFC_3986)('1.6: %j in a document at http://a/b/c/d;p?q is %j', (reference, absolute) => {
    expect(urljoin('http://a/b/c/d;p?q', reference)).toBe(absolute);
  });

  it.each(OTHERS)('1.6: in %j, %j is %j', (base, reference, absolute) => {
    expect(urljoin(base, reference)).toBe(absolute);
  });

  it('property: joining an absolute URL gives its own parts', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        expect([...urlparse(urljoin('http://base/x/y', url))].slice(1)).toEqual([...urlparse(url)].slice(1));
      }),
      seed,
    );
  });
});

describe('1.19: urldefrag, urldefragauth, prepend_scheme_if_needed', () => {
  it.each([
    ['http://h/p#f', 'http://h/p', 'f'],
    ['http://h/p', 'http://h/p', ''],
    ['#f', '', 'f'],
    ['http://h?#', 'http://h', ''],
  ])('1.19: urldefrag(%j) is %j and %j', (url, rest, fragment) => {
    const result = urldefrag(url);
    expect([...result]).toEqual([rest, fragment]);
    expect([...urldefrag(result.geturl())]).toEqual([rest, fragment]);
  });

  it.each([
    ['http://u:p@h/p;x?q#f', 'http://h/p;x?q'],
    ['u@h/p?q', '//h/p?q'],
    ['http://h/p', 'http://h/p'],
    ['//u:p@h/x', '//h/x'],
  ])('1.19: urldefragauth(%j) is %j', (url, rest) => {
    expect(urldefragauth(url)).toBe(rest);
  });

  it.each([
    ['example.com/path', 'http://example.com/path'],
    ['//example.com/path', 'http://example.com/path'],
    ['example.com:80', 'http://example.com:80'],
    ['http://user:pass@example.com/path?query', 'http://user:pass@example.com/path?query'],
    ['http://user@example.com/path?query', 'http://user@example.com/path?query'],
    ['/x', 'http:///x'],
    ['EXAMPLE.com/a b', 'http://example.com/a%20b'],
    ['https://h', 'https://h'],
  ])('1.19: prepend_scheme_if_needed(%j) is %j', (url, whole) => {
    expect(prepend_scheme_if_needed(url, 'http')).toBe(whole);
  });
});

describe('1.8: parse_url', () => {
  it('1.8: a URL in its normalised parts', () => {
    const url = parse_url('HTTP://U:P@EXAMPLE.com:80/a/../b c?d#e');
    expect([...url]).toEqual(['http', 'U:P', 'example.com', 80, '/b%20c', 'd', 'e']);
    expect(url).toMatchObject({
      hostname: 'example.com',
      request_uri: '/b%20c?d',
      netloc: 'example.com:80',
      authority: 'U:P@example.com:80',
      url: 'http://U:P@example.com:80/b%20c?d#e',
    });
    expect(String(url)).toBe(url.url);
  });

  it.each([
    ['', [null, null, null, null, null, null, null]],
    ['google.com/mail', [null, null, 'google.com', null, '/mail', null, null]],
    ['google.com:80', [null, null, 'google.com', 80, null, null, null]],
    ['/foo?bar', [null, null, null, null, '/foo', 'bar', null]],
    ['http://h', ['http', null, 'h', null, null, null, null]],
    ['http://h?', ['http', null, 'h', null, '', '', null]],
    ['http://h#', ['http', null, 'h', null, '', null, '']],
    ['http://@h', ['http', null, 'h', null, null, null, null]],
    ['http://[::1%25zone]/', ['http', null, '[::1%zone]', null, '/', null, null]],
    ['mailto:A@B', ['mailto', null, null, null, '/A@B', null, null]],
  ])('1.8: parse_url(%j) is %j', (text, parts) => {
    expect([...parse_url(text)]).toEqual(parts);
  });

  it('1.8: a part that is not given is null, and a path begins with a slash', () => {
    expect(new Url().url).toBe('');
    expect(new Url('HTTP', null, 'h', null, 'p').url).toBe('http://h/p');
    expect(new Url('http', 'u', 'h').authority).toBe('u@h');
    expect(new Url('http').authority).toBeNull();
    expect(new Url('http', null, 'h').request_uri).toBe('/');
  });

  it('1.8: what cannot be parsed is a LocationParseError and a ValueError, without the credentials', () => {
    expect(() => parse_url('http://u:s3cret@h:x')).toThrow(new LocationParseError('http://***@h:x'));
    expect(() => parse_url('http://[::1')).toThrow(ValueError);
  });

  it('property: any text is parsed, or a LocationParseError', () => {
    fc.assert(
      fc.property(urlText, (text) => {
        try {
          parse_url(text);
        } catch (error) {
          expect(error).toBeInstanceOf(LocationParseError);
        }
      }),
      seed,
    );
  });

  it('property: what was parsed gives the same parts when parsed again', () => {
    fc.assert(
      fc.property(urlText, (text) => {
        const parsed = parse_url(`http://u:p@h:80/${text}`);
        expect([...parse_url(parsed.url)]).toEqual([...parsed]);
      }),
      seed,
    );
  });
});

describe('1.7, 1.8: credentials in a URL', () => {
  it.each([
    ['http://u:p@h/', 'u', 'p'],
    ['http://u%20x:p%40y@h/', 'u x', 'p@y'],
    ['http://u%zz:%C3%A9@h/', 'u%zz', 'é'],
    ['http://u:p:q@h/', 'u', 'p:q'],
    ['http://u:@h/', 'u', ''],
    ['http://:p@h/', '', 'p'],
    ['http://u@h/', '', ''],
    ['http://h/', '', ''],
    ['http://h/@x:y', '', ''],
    ['mailto:a@b', '', ''],
  ])('1.8: those of %j are %j and %j', (url, user, password) => {
    expect(get_auth_from_url(url)).toEqual([user, password]);
  });

  it('property: quoted credentials come back as they were', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(text, text, (user, password) => {
        const url = `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@h/`;
        expect(get_auth_from_url(url)).toEqual([user, password]);
      }),
      seed,
    );
  });
});

it('1.19: what is remembered of a URL cannot be changed', () => {
  const parts = urlsplit('http://h/remembered');
  expect(() => {
    (parts as { path: string }).path = '/changed';
  }).toThrow(TypeError);
  expect(urlsplit('http://h/remembered')).toEqual(parts);
});

describe('credentials in a URL that is shown', () => {
  it.each([
    ['http://user:s3cret@h:1/a@b', 'http://***@h:1/a@b'],
    ['http://user@h/', 'http://***@h/'],
    ['//user:s3cret@h/', '//***@h/'],
    ['user@h', '***@h'],
    ['mailto:user@h', 'mailto:***@h'],
    ['http:/user:s3cret@h', 'http:/***@h'],
  ])('1.8: %s is shown as %s', (url, shown) => {
    expect(withoutUserinfo(url)).toBe(shown);
  });

  it.each([
    ['http://user:s3/cret@h/', 'http://***@h/'],
    ['http://user:p#s3cret?@h/', 'http://***@h/'],
    ['http://user:/s3cret@h/', 'http://***@h/'],
    ['http://user:123456/7@h/', 'http://***@h/'],
    ['http://u:s3cret@a@[::1/', 'http://***@[::1/'],
  ])('1.8: so is a password that was not escaped: %s', (url, shown) => {
    expect(withoutUserinfo(url)).toBe(shown);
  });

  it.each([
    'http://h/a@b',
    'http://h:8080/a@b',
    'http://[::1]:8080/a@b?c=d@e',
    '/a:b@c',
    '?a:b@c',
    'http://h/',
  ])('1.8: %s has none', (url) => {
    expect(withoutUserinfo(url)).toBe(url);
    expect(withoutUserinfo(url, '')).toBe(url);
  });
});
