import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidJSONError } from '../../src/requests/exceptions/requests.js';
import { encodeJson } from '../../src/requests/bodies/outgoing/json-body.js';

describe('encodeJson', () => {
  it('3.13: JSON is compact, and keeps characters and order', () => {
    expect(encodeJson({ b: 'ü☃', a: [1, 2.5, null, true], c: { d: '"\n' } })).toBe(
      String.raw`{"b":"ü☃","a":[1,2.5,null,true],"c":{"d":"\"\n"}}`,
    );
  });

  it('3.13: whatever JSON can express comes back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const expected: unknown = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(encodeJson(value))).toEqual(expected);
        // The second way of writing, which a BigInt forces.
        expect(JSON.parse(encodeJson([value, 1n]))).toEqual([expected, 1]);
        expect(encodeJson([value, 1n])).toBe(JSON.stringify([value, 1]));
      }),
      { seed: 1 },
    );
  });

  it('3.13: a Map is an object in the order of its keys, number-like ones too', () => {
    const map = new Map<unknown, unknown>([
      ['b', 1],
      ['2', 'two'],
      [1, new Map([['x', [new Map()]]])],
      [null, 0],
      [true, 0],
      [1.5, 0],
      [10n, undefined],
    ]);
    expect(encodeJson(map)).toBe('{"b":1,"2":"two","1":{"x":[{}]},"null":0,"true":0,"1.5":0}');
    expect(encodeJson({ deep: [map.get(1)] })).toBe('{"deep":[{"x":[{}]}]}');
  });

  it('3.13: the keys of a Map must have a text form in JSON', () => {
    expect(() => encodeJson(new Map([[{}, 1]]))).toThrow(TypeError);
    expect(() => encodeJson(new Map([[Symbol('s'), 1]]))).toThrow(TypeError);
    expect(() => encodeJson(new Map([[NaN, 1]]))).toThrow(InvalidJSONError);
  });

  it('3.13: a BigInt is its digits', () => {
    expect(encodeJson({ id: 12345678901234567890n })).toBe('{"id":12345678901234567890}');
  });

  it.each([
    ['at the top', NaN],
    ['in an object', { a: { b: Infinity } }],
    ['in a list', [1, [-Infinity]]],
    ['in a Map', new Map([['a', NaN]])],
    ['boxed', [new Number(NaN)]],
    ['as a date', { at: new Date(NaN) }],
  ])('3.13: NaN and Infinity %s are an InvalidJSONError', (_, value) => {
    expect(() => encodeJson(value)).toThrow(InvalidJSONError);
  });

  it.each([
    ['Set', new Set([1])],
    ['function', () => 1],
    ['symbol', Symbol('s')],
    ['undefined', undefined],
    ['Buffer', Buffer.from('x')],
    ['Uint8Array', new Uint8Array(2)],
    ['ArrayBuffer', new ArrayBuffer(2)],
    ['Promise', Promise.resolve()],
    ['WeakMap', new WeakMap()],
    ['RegExp', /x/],
    ['Error', new Error('x')],
    ['Headers', new Headers()],
    ['Array Iterator', [1].values()],
  ])('3.13: %s is a TypeError, at the top and inside', (name, value) => {
    const refusal = new RegExp(`not JSON serializable`);
    expect(() => encodeJson(value)).toThrow(TypeError);
    expect(() => encodeJson(value)).toThrow(refusal);
    if (value === undefined) return;
    expect(() => encodeJson({ a: [value] }), name).toThrow(refusal);
    expect(() => encodeJson(new Map([['a', value]])), name).toThrow(refusal);
  });

  it('3.13: undefined is left out of objects, and null in lists', () => {
    const sparse = [1, , 3];
    expect(encodeJson({ a: undefined, b: [undefined], c: sparse })).toBe('{"b":[null],"c":[1,null,3]}');
    expect(encodeJson([{ a: undefined, b: [undefined], c: sparse }, 1n])).toBe(
      '[{"b":[null],"c":[1,null,3]},1]',
    );
  });

  it('3.13: toJSON is called once, with the key', () => {
    const keys: string[] = [];
    const custom = {
      toJSON(key: string) {
        keys.push(key);
        return { n: 1n };
      },
    };
    expect(encodeJson({ a: custom, list: [custom] })).toBe('{"a":{"n":1},"list":[{"n":1}]}');
    expect(keys).toEqual(['a', '0']);
    expect(encodeJson(new Date(0))).toBe('"1970-01-01T00:00:00.000Z"');
    expect(encodeJson(Object.assign([1], { toJSON: () => 'list' }))).toBe('"list"');
    expect(() => encodeJson({ toJSON: () => undefined })).toThrow(TypeError);
  });

  it('3.13: class instances are their fields, boxed primitives their values', () => {
    class Point {
      x = 1;
      #y = 2;
      get y(): number {
        return this.#y;
      }
    }
    expect(encodeJson([new Point(), new Number(1), new String('s'), new Boolean(false), Object(2n)])).toBe(
      '[{"x":1},1,"s",false,2]',
    );
    expect(encodeJson(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
  });

  it('3.13: a circle is an InvalidJSONError that says so, however wide it is', () => {
    const circle: Record<string, unknown> = {};
    circle['a'] = circle;
    circle['b'] = [circle];
    const map = new Map<string, unknown>();
    map.set('self', map);
    for (const value of [circle, [[circle]], map]) {
      expect(() => encodeJson(value)).toThrow(InvalidJSONError);
      expect(() => encodeJson(value)).toThrow(/[Cc]ircular/);
    }
  });

  it('3.13: the same object twice is no circle', () => {
    const shared = { a: 1n };
    expect(encodeJson([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });

  it('3.13: deep structures are written, and too deep ones are an InvalidJSONError', () => {
    let value: unknown = 1;
    for (let i = 0; i < 500; i++) value = [value];
    expect(encodeJson(value)).toBe('['.repeat(500) + '1' + ']'.repeat(500));
    for (let i = 0; i < 200_000; i++) value = [value];
    expect(() => encodeJson(value)).toThrow(InvalidJSONError);
    expect(() => encodeJson(value)).toThrow('too deeply');
  });
});
