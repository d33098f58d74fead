import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnicodeEncodeError } from '../../../src/builtins/index.js';
import { InvalidURL } from '../../../src/requests/exceptions/requests.js';
import {
  quote,
  quote_plus,
  requote_uri,
  unquote,
  unquote_plus,
  unquote_unreserved,
  UNRESERVED_SET,
} from '../../../src/requests/utils/index.js';

const seed = { seed: 20260123, numRuns: 2000 };
const pieces = fc.constantFrom('%', '%4', '%41', '%zz', '+', ' ', '/', 'é', '\ud800');
const anyText = fc
  .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 2 })), { maxLength: 8 })
  .map((parts) => parts.join(''));
const withoutSurrogates = anyText.filter((text) => !/\p{Surrogate}/u.test(text));

describe('1.19: quote and its kin', () => {
  it.each([
    ['abc def/~_.-', 'abc%20def/~_.-'],
    ["!*'();:@&=+$,?#[]%", '%21%2A%27%28%29%3B%3A%40%26%3D%2B%24%2C%3F%23%5B%5D%25'],
    ['é☃😀', '%C3%A9%E2%98%83%F0%9F%98%80'],
    ['\0\x7f', '%00%7F'],
    ['', ''],
  ])('1.19: quote(%j) is %j', (text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });

  it('1.19: safe characters are given by position or by name; those beyond ASCII are quoted all the same', () => {
    expect(quote('/a b', '')).toBe('%2Fa%20b');
    expect(quote('/a b', { safe: ' ' })).toBe('%2Fa b');
    expect(quote('/a b', {})).toBe('/a%20b');
    expect(quote('é', 'é')).toBe('%C3%A9');
    expect(quote_plus('a/ b', '/')).toBe('a/+b');
    // @ts-expect-error -- quote has no such option
    expect(() => quote('a', { sage: '' })).toThrow("quote() got an unexpected keyword argument 'sage'");
  });

  it('1.19: bytes are quoted byte by byte', () => {
    expect(quote(Buffer.of(0xff, 0x41, 0x20))).toBe('%FFA%20');
    expect(quote_plus(new Uint8Array([0x20, 0xe9]))).toBe('+%E9');
    expect(quote(new Uint8Array([1, 0x2f]).buffer)).toBe('%01/');
  });

  it('1.9: quote_plus keeps letters, digits and _.-~ and nothing else', () => {
    expect(quote_plus("a B9_.-~!*'()/:@ +&=")).toBe('a+B9_.-~%21%2A%27%28%29%2F%3A%40+%2B%26%3D');
  });

  it('a lone surrogate is a UnicodeEncodeError', () => {
    for (const each of [quote, quote_plus, requote_uri])
      expect(() => each('a\ud800')).toThrow(UnicodeEncodeError);
  });

  it.each([
    ['abc%20def', 'abc def'],
    ['%C3%A9%c3%a9', 'éé'],
    ['%C3', '\ufffd'],
    ['%F0%9F%98a', '\ufffda'],
    ['%zz%4%', '%zz%4%'],
    ['é%41', 'éA'],
    ['a+b', 'a+b'],
    ['%EF%BB%BFx', '\ufeffx'],
    ['\ud800%41', '\ud800A'],
  ])('1.19: unquote(%j) is %j', (text, decoded) => {
    expect(unquote(text)).toBe(decoded);
  });

  it('1.19: unquote_plus reads + as a space, and unquote reads bytes', () => {
    expect(unquote_plus('a+b%2B')).toBe('a b+');
    expect(unquote(Buffer.from('a%20b'))).toBe('a b');
  });

  it.each([
    ['http://h/%7Euser/%41%2f%e4', 'http://h/~user/A%2f%e4'],
    ['http://h/%', 'http://h/%'],
    ['http://h/%4', 'http://h/%4'],
    ['http://h/%-a', 'http://h/%-a'],
    ['plain', 'plain'],
  ])('1.8: unquote_unreserved(%j) is %j', (uri, decoded) => {
    expect(unquote_unreserved(uri)).toBe(decoded);
  });

  it('1.8: an escape of two letters or digits that are not hexadecimal is an InvalidURL', () => {
    expect(() => unquote_unreserved('http://h/%zz')).toThrow(InvalidURL);
    expect(() => unquote_unreserved('http://h/%zz')).toThrow("Invalid percent-escape sequence: 'zz'");
    expect(() => unquote_unreserved('%41%éé')).toThrow("Invalid percent-escape sequence: 'éé'");
  });

  it.each([
    ['http://example.com/fiz?buz=%25ppicture', 'http://example.com/fiz?buz=%25ppicture'],
    ['http://example.com/fiz?buz=%ppicture', 'http://example.com/fiz?buz=%25ppicture'],
    ['http://h/%7E/%zz', 'http://h/%257E/%25zz'],
    ['http://h/a b"<>\\^`{|}', 'http://h/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D'],
    ["!#$&'()*+,/:;=?@[]~", "!#$&'()*+,/:;=?@[]~"],
    ['http://h/%e4é', 'http://h/%e4%C3%A9'],
    ['http://h/100% x', 'http://h/100%%20x'],
  ])('1.8: requote_uri(%j) is %j', (uri, requoted) => {
    expect(requote_uri(uri)).toBe(requoted);
  });

  it('UNRESERVED_SET has the 66 characters of RFC 3986', () => {
    expect(UNRESERVED_SET.size).toBe(66);
  });

  it('property: what is quoted decodes to what it was', () => {
    fc.assert(
      fc.property(withoutSurrogates, fc.string({ maxLength: 4 }), (text, extra) => {
        const safe = extra.replaceAll('%', '');
        expect(unquote(quote(text, safe))).toBe(text);
        expect(unquote_plus(quote_plus(text))).toBe(text);
      }),
      seed,
    );
  });

  it('property: quoted text is ASCII and has no characters but safe ones', () => {
    fc.assert(
      fc.property(withoutSurrogates, (text) => {
        expect(quote(text)).toMatch(/^(?:[\w.~/-]|%[0-9A-F]{2})*$/);
        expect(quote_plus(text)).toMatch(/^(?:[\w.~+-]|%[0-9A-F]{2})*$/);
      }),
      seed,
    );
  });

  it('property: requoting twice changes nothing', () => {
    fc.assert(
      fc.property(withoutSurrogates, (text) => {
        // A decoded escape may complete one that was none: %%34A becomes %4A.
        fc.pre(!/%%|%[0-9a-f]%/i.test(text));
        const once = requote_uri(text);
        expect(requote_uri(once)).toBe(once);
      }),
      seed,
    );
  });

  it('property: unquoting takes any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(typeof unquote_plus(text)).toBe('string');
      }),
      seed,
    );
  });
});
