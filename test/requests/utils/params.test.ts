import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnicodeDecodeError, UnicodeEncodeError, ValueError } from '../../../src/builtins/index.js';
import { CaseInsensitiveDict } from '../../../src/requests/structures/index.js';
import type { Params, ParamValue } from '../../../src/requests/inputs.js';
import {
  encode_params,
  from_key_val_list,
  quote,
  to_key_val_list,
  urlencode,
} from '../../../src/requests/utils/index.js';

class Point {
  readonly x = 1;
  toString(): string {
    return 'point';
  }
}

function* pairs(): Generator<readonly [string, ParamValue]> {
  yield ['a', 1];
  yield ['b', [2, 3]];
}

describe('1.9: params and forms', () => {
  it.each<[label: string, data: Params, encoded: string]>([
    ['an object', { a: 'b c', é: '~' }, 'a=b+c&%C3%A9=~'],
    [
      'a list of pairs',
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ],
      'a=1&b=2&a=3',
    ],
    [
      'a Map',
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
      'b=1&a=2',
    ],
    [
      'a Map with keys that are no text',
      new Map<unknown, ParamValue>([
        [2, 1],
        [true, 2],
        [null, 3],
      ]),
      '2=1&True=2&None=3',
    ],
    ['URLSearchParams', new URLSearchParams('x=1&y=a+b&x=2'), 'x=1&y=a+b&x=2'],
    ['a generator of pairs', pairs(), 'a=1&b=2&b=3'],
    ['a Set of pairs', new Set([['a', 'b'] as const]), 'a=b'],
    ['two-character strings', ['ab', 'cd'] as unknown as Params, 'a=b&c=d'],
    ['an empty value', { a: '' }, 'a='],
    ['nothing', {}, ''],
    ['null values', { a: null, b: undefined, c: [null, 1, undefined] }, 'c=1'],
    ['an empty list', { a: [] }, ''],
    ['a list', { a: ['x', 'y z'] }, 'a=x&a=y+z'],
    ['a Set', { a: new Set([1, 2]) }, 'a=1&a=2'],
    ['bytes', { a: Buffer.of(0xe9, 0x20), b: new Uint8Array([0x41]).buffer }, 'a=%E9+&b=A'],
    ['bytes in a list', { a: [Buffer.from('é'), 'é'] }, 'a=%C3%A9&a=%C3%A9'],
    ['text as it is', 'x=y z&é', 'x=y z&é'],
    ['ASCII bytes as they are', Buffer.from('a=b'), 'a=b'],
    [
      'reserved characters',
      { a: "!*'()/:@;,?&=+$#[]" },
      'a=%21%2A%27%28%29%2F%3A%40%3B%2C%3F%26%3D%2B%24%23%5B%5D',
    ],
  ])('1.9: %s', (_label, data, encoded) => {
    expect(encode_params(data)).toBe(encoded);
  });

  it('1.9: a mapping as a value gives its keys, and a list in a list is flattened once', () => {
    const data = { a: { k: 'v', l: 'w' }, b: new Map([['m', 1]]), c: [[1, 2], null, ['x']] };
    expect(encode_params(data as unknown as Params)).toBe('a=k&a=l&b=m&c=1&c=2&c=x');
  });

  it('1.9: a dictionary of this package is a mapping', () => {
    expect(encode_params(new CaseInsensitiveDict({ A: '1' }) as unknown as Params)).toBe('A=1');
  });

  it.each([
    [true, 'True'],
    [false, 'False'],
    [1, '1'],
    [1.5, '1.5'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1.25e-7, '1.25e-07'],
    [1e-10, '1e-10'],
    [1e21, '1e+21'],
    [1e22, '1e+22'],
    [-0, '0'],
    [9007199254740993n, '9007199254740993'],
    [NaN, 'nan'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
  ])('3.12: %s is sent as %s', (value, text) => {
    expect(decodeURIComponent(encode_params({ a: value }))).toBe(`a=${text}`);
  });

  it('3.31: integer-like keys move to the front of an object, but not of pairs', () => {
    expect(encode_params({ b: 1, '1': 2 })).toBe('1=2&b=1');
    expect(
      encode_params([
        ['b', 1],
        ['1', 2],
      ]),
    ).toBe('b=1&1=2');
  });

  it('an object with a text of its own is sent as that text, as Python asks __str__', () => {
    expect(encode_params({ a: new Point() } as unknown as Params)).toBe('a=point');
    expect(encode_params([['a', new URL('http://h/')]] as unknown as Params)).toBe('a=http%3A%2F%2Fh%2F');
  });

  it('1.9: what is not pairs is refused as Python refuses it', () => {
    const encode = (data: unknown) => (): string => encode_params(data as Params);
    expect(encode(['abc'])).toThrow(new ValueError('too many values to unpack (expected 2)'));
    expect(encode(['a'])).toThrow(new ValueError('not enough values to unpack (expected 2, got 1)'));
    expect(encode([['a', 1, 2]])).toThrow(ValueError);
    expect(encode([1])).toThrow(TypeError);
    expect(encode([null])).toThrow(TypeError);
    expect(encode(5)).toThrow(new ValueError('cannot encode objects that are not 2-tuples'));
    expect(encode({ a: Symbol('x') })).toThrow(new TypeError('cannot encode a symbol'));
    expect(encode({ a: () => 1 })).toThrow(new TypeError('cannot encode a function'));
    expect(encode(Buffer.of(0xff))).toThrow(UnicodeDecodeError);
    expect(encode({ a: '\ud800' })).toThrow(UnicodeEncodeError);
  });

  it('property: a form decodes to the pairs it was made of', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (list) => {
        expect([...new URLSearchParams(encode_params(list))]).toEqual(list);
      }),
      { seed: 20260124, numRuns: 1000 },
    );
  });

  it('property: anything JSON has is encoded, or refused with a documented exception', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withMap: true,
          withSet: true,
          withBigInt: true,
          withDate: true,
          withNullPrototype: true,
        }),
        (value) => {
          try {
            expect(encode_params(value as Params)).toEqual(expect.any(String));
          } catch (error) {
            expect(error instanceof ValueError || error instanceof TypeError).toBe(true);
          }
        },
      ),
      { seed: 20260125, numRuns: 2000 },
    );
  });
});

describe('1.19: lists of pairs', () => {
  it('1.19: to_key_val_list makes a list of what has pairs', () => {
    expect(to_key_val_list([['key', 'val']])).toEqual([['key', 'val']]);
    expect(to_key_val_list({ key: 'val' })).toEqual([['key', 'val']]);
    expect(to_key_val_list(new Map([['key', 'val']]))).toEqual([['key', 'val']]);
    expect(to_key_val_list(null)).toBeNull();
    expect(to_key_val_list({ items: 'x' })).toEqual([['items', 'x']]);
  });

  it('1.19: from_key_val_list makes a Map', () => {
    expect(
      from_key_val_list([
        ['key', 'val'],
        ['key', 'new'],
      ]),
    ).toEqual(new Map([['key', 'new']]));
    expect(from_key_val_list({ key: 'val' })).toEqual(new Map([['key', 'val']]));
    expect(from_key_val_list(undefined)).toBeNull();
  });

  it.each(['string', Buffer.from('b'), 1, true])('1.19: %s is a ValueError', (value) => {
    expect(() => to_key_val_list(value as unknown)).toThrow(
      new ValueError('cannot encode objects that are not 2-tuples'),
    );
    expect(() => from_key_val_list(value as unknown as Map<string, string>)).toThrow(ValueError);
  });
});

describe('1.19: urlencode', () => {
  it('1.19: without doseq a list is one value, written as Python writes it', () => {
    expect(urlencode({ a: [1, 2], b: null, c: true })).toBe('a=%5B1%2C+2%5D&b=None&c=True');
  });

  it('1.19: with doseq a list repeats its key, and null is still None', () => {
    expect(urlencode({ a: [1, 'x y'], b: null }, { doseq: true })).toBe('a=1&a=x+y&b=None');
    expect(urlencode([['a', [1, 2]]], true)).toBe('a=1&a=2');
  });

  it('1.19: quote_via and safe are passed on', () => {
    expect(urlencode({ a: 'b c/d' }, { quote_via: quote })).toBe('a=b%20c%2Fd');
    expect(urlencode({ a: 'b c/d' }, { safe: '/' })).toBe('a=b+c/d');
  });

  it('1.19: text is a TypeError and so is an unknown option', () => {
    expect(() => urlencode('a=b' as unknown as Map<string, string>)).toThrow(TypeError);
    // @ts-expect-error -- urlencode has no such option
    expect(() => urlencode({}, { dosek: true })).toThrow(
      "urlencode() got an unexpected keyword argument 'dosek'",
    );
  });
});
