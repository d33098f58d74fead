import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnicodeDecodeError, UnicodeEncodeError, ValueError } from '../../../src/builtins/index.js';
import { InvalidURL, MissingSchema, RequestException } from '../../../src/requests/exceptions/requests.js';
import { prepare_url } from '../../../src/requests/utils/index.js';
import { PREPARED, REFUSED } from './url-table.js';

const seed = { seed: 20260122, numRuns: 1500 };

/** Text out of the pieces that matter in a URL. */
const urlText = fc
  .array(
    fc.constantFrom(
      ...[
        'http://',
        'HTTP://',
        'https://',
        'http:',
        'http+unix://',
        '//',
        '/',
        '?',
        '#',
        ':',
        '@',
        '[',
        ']',
        '::1',
      ],
      ...['%', '%41', '%zz', '%e4', '..', '.', ' ', '\t', '\n', '\\', '"', '&', '=', '+', '80', '99999', '*'],
      ...['h', 'Ex.com', 'é', 'ß', '☃', '日本', '\u0301', '\u200c', '\ud800', '\u2028', '😀', '\0', '~', "'"],
    ),
    { maxLength: 9 },
  )
  .map((pieces) => pieces.join(''));

const webUrl = urlText.map((text) => `http://${text}`);

function preparedOrNull(url: string): string | null {
  try {
    return prepare_url(url);
  } catch (error) {
    if (error instanceof RequestException || error instanceof ValueError) return null;
    throw error;
  }
}

describe('1.8: preparing a URL', () => {
  it.each(PREPARED)('1.8: %j goes out as %j', (url, prepared) => {
    expect(prepare_url(url)).toBe(prepared);
    expect(prepare_url(url), 'the second time it is remembered').toBe(prepared);
  });

  it.each(REFUSED)('1.8: %j is refused with %j', (url, message) => {
    expect(() => prepare_url(url)).toThrow(expect.objectContaining({}));
    try {
      prepare_url(url);
    } catch (error) {
      expect(String(error)).toBe(message);
    }
  });

  it('1.8: what has no scheme is a MissingSchema, and both it and InvalidURL are ValueErrors', () => {
    expect(() => prepare_url('h/x')).toThrow(MissingSchema);
    expect(() => prepare_url('http://')).toThrow(InvalidURL);
    expect(() => prepare_url('h/x')).toThrow(ValueError);
    expect(() => prepare_url('http://')).toThrow(ValueError);
  });

  it('1.8: null and numbers are taken by their text, as Python has it', () => {
    expect(() => prepare_url(null)).toThrow("Invalid URL 'None': No scheme supplied.");
    expect(() => prepare_url(undefined)).toThrow("Invalid URL 'None': No scheme supplied.");
    expect(() => prepare_url(5)).toThrow("Invalid URL '5': No scheme supplied.");
  });

  it('1.8: bytes are UTF-8, and a URL object is its href', () => {
    expect(prepare_url(Buffer.from('http://h/é'))).toBe('http://h/%C3%A9');
    expect(prepare_url(new Uint8Array(Buffer.from('http://h/x')))).toBe('http://h/x');
    expect(prepare_url(new URL('http://h/x?y#z'))).toBe('http://h/x?y#z');
    expect(() => prepare_url(Buffer.of(0x68, 0xff))).toThrow(UnicodeDecodeError);
  });

  it.each([
    ['http://user:s3cret@h:abc/', 'http://***@h:abc/'],
    ['http://user:s3cret@☃/', 'http://***@☃/'],
    ['http://user@h:abc/', 'http://***@h:abc/'],
    ['http:user:s3cret@h', 'http:***@h'],
    ['http://user:s3cret@', 'http://***@'],
    ['http://u:s3cret@a@[::1/', 'http://***@[::1/'],
    ['http://user:s3/cret@h/', 'http://***@h/'],
    ['http://user:p#s3cret?@h/', 'http://***@h/'],
    ['http://h/@x:99', null],
    ['http://☃/a@b', 'http://☃/a@b'],
    ['httpx/a@b', 'httpx/a@b'],
  ])('no message shows the credentials of %j', (url, shown) => {
    if (shown === null) expect(prepare_url(url)).toBe(url);
    else {
      expect(() => prepare_url(url)).toThrow(ValueError);
      expect(() => prepare_url(url)).toThrow(shown);
    }
    try {
      prepare_url(url);
    } catch (error) {
      expect(String(error)).not.toMatch(/cret/);
    }
  });

  it('a lone surrogate is escaped as Python escapes it, byte by byte', () => {
    expect(prepare_url('http://h/\ud800')).toBe('http://h/%ED%A0%80');
    expect(prepare_url('http://h/?\udfff😀')).toBe('http://h/?%ED%BF%BF%F0%9F%98%80');
    expect(() => prepare_url('http+unix://h/\ud800')).toThrow(UnicodeEncodeError);
  });

  it('property: preparing a prepared URL changes nothing', () => {
    fc.assert(
      fc.property(urlText, urlText, (userinfo, rest) => {
        // Escapes and controls in a host, and %2E in a path, are the exceptions that Python has, too.
        fc.pre(!/%2e/i.test(rest) && !/[/?#\\]/.test(userinfo));
        const url = `http://${userinfo}@H.Example/${rest}`;
        const once = prepare_url(url);
        expect(prepare_url(once)).toBe(once);
      }),
      seed,
    );
  });

  it('property: what is prepared is ASCII without spaces, and has a path', () => {
    fc.assert(
      fc.property(webUrl, (url) => {
        const prepared = preparedOrNull(url);
        if (prepared !== null) expect(prepared).toMatch(/^http:\/\/[!-~]+?\/[!-~]*$/);
      }),
      seed,
    );
  });

  it('property: any text is prepared or refused with a documented exception', () => {
    fc.assert(
      fc.property(fc.oneof(urlText, fc.string({ unit: 'binary' })), (url) => {
        expect(() => preparedOrNull(url)).not.toThrow();
      }),
      seed,
    );
  });

  it('property: a clean URL takes the short way to the same result as the long one', () => {
    const segment = fc.stringMatching(/^[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]{0,5}$/);
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 4 }),
        fc.option(fc.stringMatching(/^[\w=&./?-]{1,8}$/)),
        fc.option(fc.stringMatching(/^[\w/?-]{1,5}$/)),
        fc.constantFrom(null, {}, { a: 'b c', ü: [1, true] }, 'x=y z', '%zz', [['k', '*']] as [
          string,
          string,
        ][]),
        (segments, query, fragment, params) => {
          const tail = `h.example:8080/${segments.join('/')}${query === null ? '' : `?${query}`}${fragment === null ? '' : `#${fragment}`}`;
          // An upper-case scheme is not clean, so it goes the long way.
          expect(prepare_url(`http://${tail}`, params)).toBe(prepare_url(`HTTP://${tail}`, params));
        },
      ),
      seed,
    );
  });
});

describe('1.9: params in a URL', () => {
  it.each([
    ['http://h', { a: 'b' }, 'http://h/?a=b'],
    ['http://h/?x=1', { a: 'b' }, 'http://h/?x=1&a=b'],
    ['http://h/?x=1#f', { a: 'b' }, 'http://h/?x=1&a=b#f'],
    ['http://h/p#f', { a: 'b' }, 'http://h/p?a=b#f'],
    ['http://h/?', { a: 'b' }, 'http://h/?a=b'],
    ['http://h/?', {}, 'http://h/'],
    ['http://h/p?q', { a: null }, 'http://h/p?q'],
    ['http://h/p', 'x=y z', 'http://h/p?x=y%20z'],
    ['http://h/p', 'x=é#f', 'http://h/p?x=%C3%A9#f'],
    ['http://h/p', Buffer.from('a=b'), 'http://h/p?a=b'],
    ['http://h/p', '', 'http://h/p'],
    ['http://h/%7Ea', '%zz', 'http://h/%257Ea?%25zz'],
    ['http://h/a%20b', '%zz', 'http://h/a%2520b?%25zz'],
    ['http+unix://h/p', { a: 'b' }, 'http+unix://h/p?a=b'],
    ['mailto:x', { a: 'b' }, 'mailto:x'],
  ])('1.9: %j with %j is %j', (url, params, prepared) => {
    expect(prepare_url(url, params)).toBe(prepared);
  });

  it('1.9: bytes beyond ASCII are no params', () => {
    expect(() => prepare_url('http://h/', Buffer.of(0xe9))).toThrow(UnicodeDecodeError);
  });

  it('a URL is remembered without the params of an earlier call', () => {
    expect(prepare_url('http://H/remembered', { a: 1 })).toBe('http://h/remembered?a=1');
    expect(prepare_url('http://H/remembered')).toBe('http://h/remembered');
    expect(prepare_url('http://H/remembered', { b: 2 })).toBe('http://h/remembered?b=2');
  });

  it('more URLs than are remembered are all prepared', () => {
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 600; index++)
        expect(prepare_url(`http://H/${index}`)).toBe(`http://h/${index}`);
    }
  });
});
