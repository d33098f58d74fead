import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CaseInsensitiveDict } from '../../src/requests/structures/index.js';
import { HTTPHeaderDict } from '../../src/requests/packages/urllib3.js';

describe('HTTPHeaderDict', () => {
  it.each<[string, HTTPHeaderDict]>([
    ['an object', new HTTPHeaderDict({ A: '1', b: 'x' })],
    [
      'a Map',
      new HTTPHeaderDict(
        new Map([
          ['A', '1'],
          ['b', 'x'],
        ]),
      ),
    ],
    [
      'pairs',
      new HTTPHeaderDict([
        ['A', '1'],
        ['b', 'x'],
      ]),
    ],
    ['a dict', new HTTPHeaderDict(new CaseInsensitiveDict({ A: '1', b: 'x' }))],
    ['itself', new HTTPHeaderDict(new HTTPHeaderDict({ A: '1', b: 'x' }))],
    ['raw headers', new HTTPHeaderDict(['A', '1', 'b', 'x'])],
  ])('1.12: is made from %s', (_source, headers) => {
    expect(headers.items()).toEqual([
      ['A', '1'],
      ['b', 'x'],
    ]);
    expect(headers['a']).toBe('1');
  });

  it('1.12: is made from Headers, and empty without anything', () => {
    expect(new HTTPHeaderDict(new Headers({ a: '1' })).items()).toEqual([['a', '1']]);
    for (const nothing of [undefined, null, [], {}]) expect(new HTTPHeaderDict(nothing).length).toBe(0);
    expect(() => new HTTPHeaderDict(5 as never)).toThrow(
      new TypeError('headers must be an object of names and values, got number'),
    );
  });

  it('1.12: repeated names of pairs stay apart, and a copy keeps them so', () => {
    const headers = new HTTPHeaderDict([
      ['Set-Cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]);
    const copy = headers.copy();
    copy.add('SET-COOKIE', 'c=3');
    expect(headers.getlist('set-cookie')).toEqual(['a=1', 'b=2']);
    expect(copy).toBeInstanceOf(HTTPHeaderDict);
    expect(copy.getlist('set-cookie')).toEqual(['a=1', 'b=2', 'c=3']);
    expect(copy.keys()).toEqual(['Set-Cookie']);
  });

  it('1.12: extend() adds where update() replaces', () => {
    const headers = new HTTPHeaderDict({ a: '1' });
    headers.extend({ A: '2' });
    headers.extend(
      new HTTPHeaderDict([
        ['a', '3'],
        ['a', '4'],
      ]),
    );
    expect(headers.getlist('a')).toEqual(['1', '2', '3', '4']);
    headers.update({ a: '5' });
    expect(headers.getlist('a')).toEqual(['5']);
  });

  it('1.12: union() is a new dict with the lines of both', () => {
    const headers = new HTTPHeaderDict({ A: '1' });
    expect(String(headers.union({ a: '3', C: 'z' }))).toBe("HTTPHeaderDict({'A': '1, 3', 'C': 'z'})");
    expect(String(headers)).toBe("HTTPHeaderDict({'A': '1'})");
    expect(inspect(headers)).toBe("HTTPHeaderDict({'A': '1'})");
  });

  it('1.12: setdefault(), discard(), getlist() and add() have the defaults of urllib3', () => {
    const headers = new HTTPHeaderDict({ A: '1' });
    expect([headers.setdefault('a', 'n'), headers.setdefault('q'), headers['q']]).toEqual(['1', '', '']);
    headers.discard('Q');
    headers.discard('nothing');
    expect(headers.keys()).toEqual(['A']);
    expect([headers.getlist('zz'), headers.getlist('zz', null)]).toEqual([[], null]);
    headers.add('a', '2', { combine: true });
    headers.add('B', '1', { combine: true });
    expect(headers.items()).toEqual([
      ['A', '1, 2'],
      ['B', '1'],
    ]);
  });
});
