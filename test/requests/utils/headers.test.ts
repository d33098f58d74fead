import * as zlib from 'node:zlib';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueError } from '../../../src/builtins/index.js';
import { InvalidHeader } from '../../../src/requests/exceptions/requests.js';
import { CaseInsensitiveDict } from '../../../src/requests/structures/index.js';
import {
  check_header_validity,
  DEFAULT_ACCEPT_ENCODING,
  default_headers,
  default_user_agent,
  get_encoding_from_headers,
  guess_json_utf,
  parse_dict_header,
  parse_header_links,
  parse_list_header,
  unquote_header_value,
} from '../../../src/requests/utils/index.js';

const packageJson = createRequire(import.meta.url)('../../../package.json') as { version: string };

describe('1.11: header validity', () => {
  it.each<[unknown, unknown]>([
    ['X-Name', 'value'],
    ['X', ''],
    ['X', 'a '],
    ['X', 'a\tb'],
    ['X Y', 'a'],
    ['X', 'é'],
    ['X', '\ufeffa'],
    ['X', 'a:b'],
    [Buffer.from('X'), Buffer.from('v')],
    [Buffer.from('X'), Buffer.of(0x85, 0x61)],
    ['X', Buffer.from('')],
  ])('1.11: %j: %j is valid', (name, value) => {
    expect(() => {
      check_header_validity([name, value]);
    }).not.toThrow();
  });

  it.each<[unknown, unknown, string]>([
    ['X', ' a', "value: ' a'"],
    ['X', '\ta', "value: '\\ta'"],
    ['X', 'a\r', "value: 'a\\r'"],
    ['X', 'a\nb', "value: 'a\\nb'"],
    ['X', '\u2003a', 'value: '],
    ['X', '\x1ca', "value: '\\x1ca'"],
    ['', 'a', "name: ''"],
    ['X:', 'a', "name: 'X:'"],
    [':X', 'a', "name: ':X'"],
    [' X', 'a', "name: ' X'"],
    ['X\n', 'a', "name: 'X\\n'"],
    ['X', Buffer.from(' a'), "value: b' a'"],
    [Buffer.from('X:Y'), 'a', "name: b'X:Y'"],
  ])('1.11: %j: %j is an InvalidHeader', (name, value, end) => {
    const check = (): void => {
      check_header_validity([name, value]);
    };
    expect(check).toThrow(InvalidHeader);
    expect(check).toThrow(ValueError);
    expect(check).toThrow(
      `Invalid leading whitespace, reserved character(s), or return character(s) in header ${end}`,
    );
  });

  it.each<[unknown, unknown, string]>([
    [
      'a',
      1,
      "Header part (1) from ('a', 1) must be of type str or bytes, not <class 'int'>; make it text: String(value)",
    ],
    [
      'a',
      1.5,
      "Header part (1.5) from ('a', 1.5) must be of type str or bytes, not <class 'float'>; make it text: String(value)",
    ],
    [
      'a',
      true,
      "Header part (True) from ('a', True) must be of type str or bytes, not <class 'bool'>; make it text: String(value)",
    ],
    ['a', null, "Header part (None) from ('a', None) must be of type str or bytes, not <class 'NoneType'>"],
    [
      'a',
      undefined,
      "Header part (None) from ('a', None) must be of type str or bytes, not <class 'NoneType'>",
    ],
    [
      'a',
      ['x'],
      "Header part (['x']) from ('a', ['x']) must be of type str or bytes, not <class 'list'>; make it text: values.join(', ')",
    ],
    [
      'a',
      1n,
      "Header part (1) from ('a', 1) must be of type str or bytes, not <class 'int'>; make it text: String(value)",
    ],
    [
      1,
      'a',
      "Header part (1) from (1, 'a') must be of type str or bytes, not <class 'int'>; make it text: String(value)",
    ],
  ])('1.11: %j: %s is neither text nor bytes', (name, value, message) => {
    expect(() => {
      check_header_validity([name, value]);
    }).toThrow(new InvalidHeader(message));
  });

  it('1.11: objects are refused by the name of their class', () => {
    for (const [value, type] of [
      [{}, 'dict'],
      [new Date(0), 'Date'],
      [Object.create(null), 'dict'],
      [() => 1, 'function'],
    ] as [unknown, string][]) {
      expect(() => {
        check_header_validity(['a', value]);
      }).toThrow(`not <class '${type}'>`);
    }
  });

  it.each(['Authorization', 'proxy-authorization', 'Cookie'])('no message shows the value of %s', (name) => {
    expect(() => {
      check_header_validity([name, ' s3cret']);
    }).toThrow(
      new InvalidHeader(
        "Invalid leading whitespace, reserved character(s), or return character(s) in header value: '***'",
      ),
    );
  });

  it('property: a valid header has no line end, whatever else it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        try {
          check_header_validity([name, value]);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidHeader);
          return;
        }
        expect(name).toMatch(/^[^\s:][^:\r\n]*$/);
        expect(value).not.toMatch(/[\r\n]|^[\t ]/);
      }),
      { seed: 20260127, numRuns: 2000 },
    );
  });
});

describe('1.2: the headers a session begins with', () => {
  it('1.2: are these, in this order', () => {
    expect(default_headers().items()).toEqual([
      ['User-Agent', `requests-futures/${packageJson.version}`],
      ['Accept-Encoding', DEFAULT_ACCEPT_ENCODING],
      ['Accept', '*/*'],
      ['Connection', 'keep-alive'],
    ]);
  });

  it('1.2: every session has its own', () => {
    default_headers()['Accept'] = 'text/html';
    expect(default_headers()['Accept']).toBe('*/*');
  });

  it('1.2: what is accepted is what this Node can decode', () => {
    const zstd = 'createZstdDecompress' in zlib ? ', zstd' : '';
    expect(DEFAULT_ACCEPT_ENCODING).toBe(`gzip, deflate, br${zstd}`);
  });

  it('3.43: the name in the user agent can be given', () => {
    expect(default_user_agent('mine')).toBe(`mine/${packageJson.version}`);
  });
});

describe('1.12: the encoding that headers promise', () => {
  it.each([
    ['text/html', 'ISO-8859-1'],
    ['text/html; charset=utf-8', 'utf-8'],
    ['text/html; Charset="UTF-8"', 'UTF-8'],
    ["text/html; charset='latin-1'", 'latin-1'],
    ['text/html; charset=', ''],
    ['application/json', 'utf-8'],
    ['application/json;charset', 'utf-8'],
    ['TEXT/HTML', null],
    ['Application/JSON', null],
    ['image/png', null],
    [';charset=x', 'x'],
    ['text/plain; a=b; charset=x; charset=y', 'y'],
    ['text/event-stream', 'ISO-8859-1'],
    ['text/html;"charset"=q', 'q'],
    ['x;charset=a=b', 'a=b'],
    ['x; charset="\'utf-8\'"', 'utf-8'],
    ['', null],
  ])('1.12: of %j is %j', (type, encoding) => {
    expect(get_encoding_from_headers(new CaseInsensitiveDict({ 'Content-Type': type }))).toBe(encoding);
    expect(get_encoding_from_headers({ 'content-type': type }), 'once more').toBe(encoding);
  });

  it('1.12: without a Content-Type there is none', () => {
    expect(get_encoding_from_headers(new CaseInsensitiveDict())).toBeNull();
    expect(get_encoding_from_headers({})).toBeNull();
    expect(get_encoding_from_headers(new Headers({ 'Content-Type': 'text/css' }))).toBe('ISO-8859-1');
  });

  it('1.12: more types than are remembered are all read', () => {
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 200; index++) {
        expect(get_encoding_from_headers({ 'content-type': `x/y; charset=c${index}` })).toBe(`c${index}`);
      }
    }
  });
});

describe('1.12: the encoding of JSON by its first bytes', () => {
  const bytes = (...list: number[]): Buffer => Buffer.from(list);
  it.each([
    [bytes(), 'utf-8'],
    [Buffer.from('{}'), 'utf-8'],
    [bytes(0xef, 0xbb, 0xbf, 0x7b), 'utf-8-sig'],
    [bytes(0xff, 0xfe, 0x7b, 0), 'utf-16'],
    [bytes(0xfe, 0xff, 0, 0x7b), 'utf-16'],
    [bytes(0xff, 0xfe, 0, 0), 'utf-32'],
    [bytes(0, 0, 0xfe, 0xff), 'utf-32'],
    [bytes(0, 0x7b, 0, 0x7d), 'utf-16-be'],
    [bytes(0x7b, 0, 0x7d, 0), 'utf-16-le'],
    [bytes(0, 0, 0, 0x7b), 'utf-32-be'],
    [bytes(0x7b, 0, 0, 0), 'utf-32-le'],
    [bytes(0, 0x7b), null],
    [bytes(0, 0, 0x7b, 0x7b), null],
    [bytes(0, 0, 0, 0), null],
  ])('1.12: of %j is %j', (data, encoding) => {
    expect(guess_json_utf(data)).toBe(encoding);
    expect(guess_json_utf(new Uint8Array(data))).toBe(encoding);
  });
});

describe('1.12: the Link header', () => {
  it.each([
    [
      '<http:/.../front.jpeg>; rel=front; type="image/jpeg",<http://.../back.jpeg>; rel=back;type="image/jpeg"',
      [
        { url: 'http:/.../front.jpeg', rel: 'front', type: 'image/jpeg' },
        { url: 'http://.../back.jpeg', rel: 'back', type: 'image/jpeg' },
      ],
    ],
    ['<http:/.../front.jpeg>', [{ url: 'http:/.../front.jpeg' }]],
    ['<http:/.../front.jpeg>;', [{ url: 'http:/.../front.jpeg' }]],
    ['<a,b>; rel=x', [{ url: 'a,b', rel: 'x' }]],
    ['<a>; rel', [{ url: 'a' }]],
    ['<a>; rel=x; b=c=d; e=f', [{ url: 'a', rel: 'x' }]],
    ["'<a>' ; rel = 'q'", [{ url: 'a', rel: 'q' }]],
    ['<a>; rel=x; rel=y; url=z', [{ url: 'z', rel: 'y' }]],
    ['a;b=c', [{ url: 'a', b: 'c' }]],
    ['<>', [{ url: '' }]],
    ['', []],
    [' "', []],
  ])('1.12: %j is %j', (value, links) => {
    expect(parse_header_links(value).map((link) => ({ ...link }))).toEqual(links);
  });

  it('a server cannot reach the prototype of what is parsed', () => {
    const [link] = parse_header_links('<a>; __proto__=x');
    expect(Object.keys(link ?? {})).toEqual(['url', '__proto__']);
    expect(Object.keys(parse_dict_header('__proto__=x'))).toEqual(['__proto__']);
  });
});

describe('1.19: lists and dictionaries in headers', () => {
  it.each([
    ['token, "quoted value"', ['token', 'quoted value']],
    ['foo="a, b", bar', ['foo="a, b"', 'bar']],
    ['a\\"b, "x\\"y", "un', ['a\\"b, "x\\"y"', '"un']],
    [', ,a,', ['', '', 'a']],
    ['"', ['']],
    ['', []],
  ])('1.19: parse_list_header(%j) is %j', (value, list) => {
    expect(parse_list_header(value)).toEqual(list);
  });

  it.each([
    ['foo="is a fish", bar="as well"', { foo: 'is a fish', bar: 'as well' }],
    ['key_without_value', { key_without_value: null }],
    ['a=', { a: '' }],
    ['a="', { a: '' }],
    ['a=b=c, a=d', { a: 'd' }],
    ['a = "b"', { 'a ': ' "b"' }],
    [
      'realm="x, y", qop="auth,auth-int", nonce=abc==',
      { realm: 'x, y', qop: 'auth,auth-int', nonce: 'abc==' },
    ],
    ['', {}],
  ])('1.19: parse_dict_header(%j) is %j', (value, dict) => {
    expect({ ...parse_dict_header(value) }).toEqual(dict);
  });

  it.each([
    ['"a b"', false, 'a b'],
    ['a"', false, 'a"'],
    ['"', false, ''],
    ['"a\\"b\\\\c"', false, 'a"b\\c'],
    ['"\\\\srv\\x"', false, '\\srv\\x'],
    ['"\\\\srv\\x"', true, '\\\\srv\\x'],
  ])('1.19: unquote_header_value(%j, %j) is %j', (value, is_filename, unquoted) => {
    expect(unquote_header_value(value, is_filename)).toBe(unquoted);
    expect(unquote_header_value(value, { is_filename })).toBe(unquoted);
  });

  it('property: any text is parsed', () => {
    const text = fc
      .array(fc.constantFrom('a', '=', ',', '"', '\\', ' ', ';', '<', '>', '\t', 'é'), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (value) => {
        expect(Array.isArray(parse_list_header(value))).toBe(true);
        expect(typeof parse_dict_header(value)).toBe('object');
        for (const link of parse_header_links(value)) expect(typeof link.url).toBe('string');
      }),
      { seed: 20260128, numRuns: 2000 },
    );
  });
});

it('1.19: unquote_header_value of nothing is null', () => {
  expect(unquote_header_value(null)).toBeNull();
  expect(unquote_header_value(undefined)).toBeNull();
});
