import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttributeError, KeyError, ValueError } from '../../src/builtins/index.js';
import {
  CaseInsensitiveDict,
  type HeaderEntry,
  headerStore,
  wrapStore,
} from '../../src/requests/structures/case-insensitive-dict.js';
import { roundTrip } from '../helpers/round-trip.js';

describe('CaseInsensitiveDict', () => {
  it('1.18: names are found whatever their case, by bracket, get, has and in', () => {
    const headers = new CaseInsensitiveDict({ 'Content-Type': 'text/html' });
    expect(headers['content-type']).toBe('text/html');
    expect(headers['CONTENT-TYPE']).toBe('text/html');
    expect(headers.get('cOnTeNt-TyPe')).toBe('text/html');
    expect(headers.getitem('content-type')).toBe('text/html');
    expect('content-TYPE' in headers).toBe(true);
    expect(headers.has('content-type')).toBe(true);
    expect('content' in headers).toBe(false);
  });

  it('1.18: the last spelling wins and the position stays', () => {
    const headers = new CaseInsensitiveDict({ Accept: '1', Host: '2' });
    headers['aCCEPT'] = '3';
    expect(headers.items()).toEqual([
      ['aCCEPT', '3'],
      ['Host', '2'],
    ]);
    expect(headers.lower_items()).toEqual([
      ['accept', '3'],
      ['host', '2'],
    ]);
    expect(headers.length).toBe(2);
  });

  it('3.18: a missing bracket is undefined, get gives null or the default, getitem throws a KeyError', () => {
    const headers = new CaseInsensitiveDict();
    expect(headers['X-Missing']).toBeUndefined();
    expect(headers.get('X-Missing')).toBeNull();
    expect(headers.get('X-Missing', 7)).toBe(7);
    expect(() => headers.getitem('X-Missing')).toThrow(KeyError);
    expect(() => headers.getitem('X-Missing')).toThrow("'X-Missing'");
  });

  it('3.18: brackets set and delete, in any case', () => {
    const headers = new CaseInsensitiveDict();
    headers['X-One'] = '1';
    expect(headers.get('x-one')).toBe('1');
    delete headers['x-ONE'];
    expect(headers.length).toBe(0);
    expect(headers.delete('x-one')).toBe(false);
  });

  it('3.18: iterating yields the names; spread, Object.keys and JSON see the pairs', () => {
    const headers = new CaseInsensitiveDict({ B: '1', a: '2' });
    expect([...headers]).toEqual(['B', 'a']);
    expect(headers.keys()).toEqual(['B', 'a']);
    expect(headers.values()).toEqual(['1', '2']);
    // eslint-disable-next-line @typescript-eslint/no-misused-spread -- `dict(headers)` in Python; meant to work
    expect({ ...headers }).toEqual({ B: '1', a: '2' });
    expect(Object.keys(headers)).toEqual(['B', 'a']);
    expect(Object.entries(headers)).toEqual(headers.items());
    expect(JSON.stringify(headers)).toBe('{"B":"1","a":"2"}');
    expect(Object.assign(headers, { A: '3' }).items()).toEqual([
      ['B', '1'],
      ['A', '3'],
    ]);
  });

  it('3.31: names that look like numbers keep their order', () => {
    const headers = new CaseInsensitiveDict([
      ['X', 'a'],
      ['2', 'b'],
      ['1', 'c'],
    ]);
    expect(Object.keys(headers)).toEqual(['X', '2', '1']);
  });

  it.each([
    ['an object', { A: '1', B: '2' }],
    [
      'a Map',
      new Map([
        ['A', '1'],
        ['B', '2'],
      ]),
    ],
    [
      'pairs',
      [
        ['A', '1'],
        ['B', '2'],
      ] as const,
    ],
    ['another dict', new CaseInsensitiveDict({ A: '1', B: '2' })],
  ])('1.18: it is made from %s', (_what, data) => {
    expect(new CaseInsensitiveDict(data).items()).toEqual([
      ['A', '1'],
      ['B', '2'],
    ]);
  });

  it('1.18: it is made from Headers, whose names are in lower case', () => {
    expect(new CaseInsensitiveDict(new Headers({ 'X-Two': '2' })).items()).toEqual([['x-two', '2']]);
  });

  it.each([null, undefined])('1.18: %s makes an empty dict', (data) => {
    expect(new CaseInsensitiveDict(data).length).toBe(0);
  });

  it('1.18: a name that is no string is an AttributeError', () => {
    const headers = new CaseInsensitiveDict();
    // @ts-expect-error what untyped callers do
    expect(() => headers.get(5)).toThrow(AttributeError);
    expect(() => {
      // @ts-expect-error what untyped callers do
      headers.update([[5, 'x']]);
    }).toThrow(AttributeError);
  });

  it('1.18: what is not a list of pairs is refused', () => {
    expect(() => new CaseInsensitiveDict(['abc'] as unknown as [string, string][])).toThrow(ValueError);
    // @ts-expect-error what untyped callers do
    expect(() => new CaseInsensitiveDict(5)).toThrow(TypeError);
  });

  it('1.18: pop, popitem, setdefault, update and clear do what a Python mapping does', () => {
    const headers = new CaseInsensitiveDict({ A: '1', B: '2' });
    expect(headers.pop('a')).toBe('1');
    expect(headers.pop('a', null)).toBeNull();
    expect(() => headers.pop('a')).toThrow(KeyError);
    expect(headers.setdefault('b', '9')).toBe('2');
    expect(headers.setdefault('c', '3')).toBe('3');
    headers.update({ C: '4' });
    expect(headers.popitem()).toEqual(['B', '2']);
    expect(headers.items()).toEqual([['C', '4']]);
    headers.clear();
    expect(headers.length).toBe(0);
    expect(() => headers.popitem()).toThrow(KeyError);
  });

  it('1.18: a copy is independent of its original', () => {
    const headers = new CaseInsensitiveDict({ A: '1' });
    const copy = headers.copy();
    copy['a'] = '2';
    copy['B'] = '3';
    expect(headers.items()).toEqual([['A', '1']]);
    expect(copy).toBeInstanceOf(CaseInsensitiveDict);
  });

  it('1.18: equality ignores case and order, and works against any mapping', () => {
    const headers = new CaseInsensitiveDict({ A: '1', B: '2' });
    expect(headers.equals({ b: '2', a: '1' })).toBe(true);
    expect(
      headers.equals(
        new Map([
          ['a', '1'],
          ['b', '2'],
        ]),
      ),
    ).toBe(true);
    expect(headers.equals(new Headers({ a: '1', b: '2' }))).toBe(true);
    expect(headers.equals(headers.copy())).toBe(true);
    expect(headers.equals({ a: '1' })).toBe(false);
    expect(headers.equals({ a: '1', b: '3' })).toBe(false);
    expect(headers.equals({ a: '1', c: '2' })).toBe(false);
    expect(headers.equals(null)).toBe(false);
    expect(headers.equals(['A'])).toBe(false);
  });

  it('1.18: it prints like a dict', () => {
    const headers = new CaseInsensitiveDict<string | null>({ Accept: "it's", X: null });
    expect(String(headers)).toBe(`{'Accept': "it's", 'X': None}`);
    expect(inspect(headers)).toBe(String(headers));
    expect(inspect({ headers })).toBe(`{ headers: ${String(headers)} }`);
  });

  it('3.18: a header spelled as a method is reached by getitem, and the method stays', () => {
    const headers = new CaseInsensitiveDict({ get: 'x', length: '7' });
    expect(headers.getitem('get')).toBe('x');
    expect(headers.get('length')).toBe('7');
    expect(headers.length).toBe(2);
    expect('get' in headers).toBe(true);
    expect('keys' in headers).toBe(false);
  });

  it('3.18: names of Object.prototype are ordinary headers', () => {
    const headers = new CaseInsensitiveDict();
    headers['__proto__'] = 'x';
    expect(headers.getitem('__proto__')).toBe('x');
    expect(headers).toBeInstanceOf(CaseInsensitiveDict);
    expect('constructor' in headers).toBe(false);
  });

  it('3.3: a dict is not mistaken for a promise', async () => {
    const headers = new CaseInsensitiveDict({ A: '1' });
    await expect(Promise.resolve(headers)).resolves.toBe(headers);
  });

  it('3.18: the store is the dict, without a copy, in both directions', () => {
    const store = new Map<string, HeaderEntry<string>>([['a', ['A', '1']]]);
    const headers = wrapStore(store);
    expect(headers).toBeInstanceOf(CaseInsensitiveDict);
    expect(headerStore(headers)).toBe(store);
    store.set('b', ['B', '2']);
    expect(headers['B']).toBe('2');
    headers['C'] = '3';
    expect(store.get('c')).toEqual(['C', '3']);
  });

  it('DESIGN, crossing a thread: a dict comes back as one', () => {
    const headers = new CaseInsensitiveDict<string | null>([
      ['B', '1'],
      ['1', null],
    ]);
    const back = roundTrip(headers);
    expect(back).toBeInstanceOf(CaseInsensitiveDict);
    expect(back.items()).toEqual(headers.items());
    expect(back['b']).toBe('1');
  });

  it('3.18: it behaves as a Map with lower-case keys under any sequence of commands', () => {
    const name: fc.Arbitrary<string> = fc.constantFrom('A', 'a', 'Bc', 'bC', 'BC', 'x-Y', '1', 'toString');
    const command = fc.tuple(fc.constantFrom('set', 'bracket', 'delete', 'undelete'), name, fc.string());
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const headers = new CaseInsensitiveDict();
        const model = new Map<string, [string, string]>();
        for (const [what, key, value] of commands) {
          if (what === 'set') headers.set(key, value);
          else if (what === 'bracket') headers[key] = value;
          else if (what === 'delete') headers.delete(key);
          else Reflect.deleteProperty(headers, key);
          if (what === 'set' || what === 'bracket') model.set(key.toLowerCase(), [key, value]);
          else model.delete(key.toLowerCase());
        }
        expect(headers.items()).toEqual([...model.values()]);
        expect(Reflect.ownKeys(headers)).toEqual(headers.keys());
        expect(new CaseInsensitiveDict(headers.items()).equals(headers)).toBe(true);
      }),
      { seed: 18 },
    );
  });
});
