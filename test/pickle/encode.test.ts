import { createSecretKey } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RuntimeError, timedelta } from '../../src/builtins/index.js';
import { copyreg, encode, importable, PicklingError } from '../../src/pickle/index.js';
import { roundTrip } from '../helpers/round-trip.js';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
  get sum(): number {
    return this.x + this.y;
  }
}
importable(Point, import.meta.url);

class Sealed {
  readonly #secret: string;
  tag = '';
  constructor(secret: string) {
    this.#secret = secret;
  }
  get secret(): string {
    return this.#secret;
  }
}
const restoreSealed = importable((secret: string) => new Sealed(secret), import.meta.url, 'restoreSealed');
copyreg.pickle(Sealed, (sealed) => [restoreSealed, [sealed.secret], { tag: sealed.tag }]);

class Base {
  parts: unknown[] = [];
  __setstate__(state: { parts: unknown[] }): void {
    this.parts = [...state.parts, 'restored'];
  }
}
class Derived extends Base {}
const restoreBase = importable((cls: new () => Base) => new cls(), import.meta.url, 'restoreBase');
copyreg.pickle(Base, (base) => [restoreBase, [base.constructor], { parts: base.parts }], {
  subclasses: true,
});
importable(Base, import.meta.url);

const double = importable((x: number) => 2 * x, import.meta.url, 'double');

function refusal(value: unknown): Error {
  try {
    encode(value, { name: 'args' });
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not refused');
}

describe('plain data', () => {
  test('a primitive and plain data travel as they are, without a step', () => {
    const data = {
      list: [1, 'two', null, undefined, 3n, NaN],
      map: new Map([['a', new Set([1])]]),
      at: new Date(0),
    };
    for (const value of [1, 'text', null, undefined, true, 5n, data]) {
      const { message, transferList } = encode(value);
      expect(message.box[0]).toBe(value);
      expect(message.steps).toBeUndefined();
      expect(transferList).toEqual([]);
    }
    expect(roundTrip(data)).toEqual(data);
  });

  test('any plain data arrives equal, also when a class instance beside it makes it be copied', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withMap: true,
          withSet: true,
          withDate: true,
          withBigInt: true,
          withSparseArray: true,
        }),
        (value) => {
          const [alone] = roundTrip([value]);
          const [, beside] = roundTrip([new timedelta(), value]);
          expect(alone).toStrictEqual(withoutPrototypes(value));
          expect(beside).toStrictEqual(withoutPrototypes(value));
        },
      ),
      { seed: 4, numRuns: 300 },
    );
  });

  test('a field named __proto__ stays a field', () => {
    const value = JSON.parse('{"__proto__": {"a": 1}, "b": 2}') as Record<string, unknown>;
    const beside = { ...value, duration: new timedelta({ seconds: 1 }) };
    Object.defineProperty(beside, '__proto__', { value: { deep: new timedelta() }, enumerable: true });
    expect(Object.keys(roundTrip(value))).toEqual(['__proto__', 'b']);
    const got = roundTrip(beside);
    expect(Object.getPrototypeOf(got)).toBe(Object.prototype);
    const own = Object.getOwnPropertyDescriptor(got, '__proto__')?.value as { deep: unknown };
    expect(own.deep).toBeInstanceOf(timedelta);
  });

  test('objects and arrays of another realm are plain data, too', () => {
    const foreign = runInNewContext('({ list: [1, { a: 2 }] })') as unknown;
    expect(roundTrip([foreign, new timedelta()])[0]).toEqual({ list: [1, { a: 2 }] });
  });

  test('plain data is looked through and handed on as it is, without a copy', () => {
    const rows = Array.from({ length: 1000 }, (_, id) => ({ id, name: `n${String(id)}`, tags: ['a', 'b'] }));
    const { message } = encode(rows);
    expect(message.box[0]).toBe(rows);
    expect(message.steps).toBeUndefined();
  });
});

/** Structured clone gives every plain object the usual prototype. */
function withoutPrototypes(value: unknown): unknown {
  return structuredClone(value);
}

describe('identity', () => {
  test('shared parts arrive shared, and circles closed', () => {
    const shared = { at: new timedelta({ seconds: 1 }) };
    const root: Record<string, unknown> = {
      a: shared,
      list: [shared, shared],
      map: new Map([[shared, shared]]),
    };
    root['self'] = root;
    (root['list'] as unknown[]).push(root['list']);
    const got = roundTrip(root) as { a: object; list: unknown[]; map: Map<object, object>; self: object };
    expect(got.list[0]).toBe(got.a);
    expect(got.list[1]).toBe(got.a);
    expect(got.list[2]).toBe(got.list);
    expect(got.map.get(got.a)).toBe(got.a);
    expect(got.self).toBe(got);
    expect((got.a as typeof shared).at.total_seconds()).toBe(1);
  });

  test('a circle through errors, maps, sets and states closes', () => {
    const base = new Base();
    const error = new Error('round', { cause: base });
    base.parts = [error, base, new Map([['base', base]]), new Set([base])];
    const got = roundTrip(base);
    const [gotError, self, map, set] = got.parts as [Error, Base, Map<string, Base>, Set<Base>];
    expect(gotError.cause).toBe(got);
    expect(self).toBe(got);
    expect(map.get('base')).toBe(got);
    expect(set.has(got)).toBe(true);
  });

  test('a chain of 30 hops, each of which holds all the hops before it, grows linearly', () => {
    const hops: Base[] = [];
    for (let index = 0; index < 30; index += 1) {
      const hop = new Base();
      hop.parts = [index, [...hops]];
      hops.push(hop);
    }
    const { message } = encode(hops.at(-1));
    expect(message.steps?.length).toBeLessThan(31 * 32);
    const last = roundTrip(hops.at(-1)) as Base;
    expect((last.parts[1] as Base[])[28]?.parts[1]).toHaveLength(28);
    expect((last.parts[1] as Base[])[7]).toBe(((last.parts[1] as Base[])[28]?.parts[1] as Base[])[7]);
  });

  test('an object among the arguments of its own making is refused', () => {
    const circle: { sealed?: unknown } = {};
    const sealed = new Sealed(circle as unknown as string);
    circle.sealed = sealed;
    expect(refusal([sealed])).toBeInstanceOf(PicklingError);
    expect(refusal([sealed]).message).toMatch(
      /Cannot pickle 'Sealed' object .*an argument of its own making/,
    );
  });

  test('what is nested too deeply is a PicklingError', () => {
    let deep: unknown[] = [];
    for (let index = 0; index < 200_000; index += 1) deep = [deep];
    expect(refusal(deep)).toBeInstanceOf(PicklingError);
  });
});

describe('classes', () => {
  test('an object of an importable class arrives as one, its constructor not run', () => {
    const got = roundTrip({ p: new Point(1, 2) }).p;
    expect(got).toBeInstanceOf(Point);
    expect(got.sum).toBe(3);
  });

  test('a reducer names what makes the object again, and its state', () => {
    const sealed = Object.assign(new Sealed('x'), { tag: 'y' });
    const got = roundTrip(sealed);
    expect(got).toBeInstanceOf(Sealed);
    expect([got.secret, got.tag]).toEqual(['x', 'y']);
  });

  test('a reducer for subclasses brings an importable one back as what it was, and the state through __setstate__', () => {
    const derived = new Derived();
    derived.parts = [1];
    expect(refusal(derived)).toBeInstanceOf(RuntimeError);
    importable(Derived, import.meta.url);
    const got = roundTrip(derived);
    expect(got).toBeInstanceOf(Derived);
    expect(got.parts).toEqual([1, 'restored']);
  });

  test('a class is never lost silently: neither to the class it derives from, nor to a plain object', () => {
    class Special extends Sealed {}
    class Dict extends Map {}
    class Unknown {
      field = 1;
    }
    expect(refusal({ deep: [0, new Special('x')] }).message).toBe(
      "Cannot pickle 'Special' object (args.deep[1]): it would arrive as a 'Sealed': register the class, " +
        'copyreg.pickle(Special, (object) => [restore, [object.field]])',
    );
    expect(refusal(new Dict()).message).toMatch(/'Dict' object \(args\): it would arrive as a 'Map'/);
    expect(refusal([new Unknown()])).toBeInstanceOf(PicklingError);
    expect(refusal([new Unknown()]).message).toBe(
      "Cannot pickle 'Unknown' object (args[0]): mark its class, importable(Unknown, import.meta.url), " +
        'or register it, copyreg.pickle(Unknown, (object) => [restore, [object.field]])',
    );
  });

  test('the platform classes that structured clone would empty keep their content', async () => {
    const form = new FormData();
    form.append('a', 'b');
    form.append('f', new File(['content'], 'f.txt', { type: 'text/plain', lastModified: 5 }));
    const got = roundTrip({
      url: new URL('http://a/b?c=d'),
      params: new URLSearchParams('a=1&a=2'),
      headers: new Headers({ A: 'b' }),
      form,
      key: createSecretKey(Buffer.from('key')),
      duration: new timedelta({ microseconds: 1_500_000 }),
    });
    expect(got.url.href).toBe('http://a/b?c=d');
    expect(got.params.getAll('a')).toEqual(['1', '2']);
    expect(got.headers.get('a')).toBe('b');
    expect(got.form.get('a')).toBe('b');
    const file = got.form.get('f');
    if (!(file instanceof File)) throw new TypeError('it is no file');
    expect([file.name, file.type, file.lastModified, await file.text()]).toEqual([
      'f.txt',
      'text/plain',
      5,
      'content',
    ]);
    expect(got.key.export().toString()).toBe('key');
    expect(got.duration.total_seconds()).toBe(1.5);
  });

  test.each([
    ['a promise', () => Promise.resolve(), /'Promise' object \(args\.v\): await it/],
    ['a generator', () => [1].values(), /object \(args\.v\): make it an array/],
    ['a symbol', () => Symbol('s'), /'symbol' object \(args\.v\)/],
    ['a WeakMap', () => new WeakMap(), /'WeakMap' object \(args\.v\)/],
    ['an AbortSignal', () => new AbortController().signal, /'AbortSignal' object \(args\.v\)/],
  ])('%s is refused, and the message says where it is', (_, make, message) => {
    const error = refusal({ v: make() });
    expect(error).toBeInstanceOf(PicklingError);
    expect(error.message).toMatch(message);
  });
});

describe('functions', () => {
  test('an importable function or class arrives as itself', () => {
    const got = roundTrip({ hooks: [double], cls: Point });
    expect(got.hooks[0]).toBe(double);
    expect(got.cls).toBe(Point);
  });

  test('any other is the RuntimeError that Python users know, with the place and the mend', () => {
    const error = refusal([{ hooks: { response: [() => 1] } }]);
    expect(error).toBeInstanceOf(RuntimeError);
    expect(error.message).toBe(
      'Cannot pickle function. Refer to documentation: docs/worker-threads.md (args[0].hooks.response[0]: ' +
        'export the function from a module and mark it: ' +
        'export const name = importable(function name(…) { … }, import.meta.url))',
    );
    expect(refusal(function shrink() {}).message).toContain(
      'export const shrink = importable(function shrink(…)',
    );
  });

  test('importable() returns the very function, and refuses at once what cannot be found again', () => {
    const fn = function named(): void {};
    expect(importable(fn, import.meta.url)).toBe(fn);
    expect(() => importable(() => 1, import.meta.url)).toThrow(
      /needs to know the name of the export: importable\(fn, import\.meta\.url, 'name'\)/,
    );
    expect(() => importable(fn.bind(null), import.meta.url)).toThrow(
      /the name of an export, got 'bound named'/,
    );
    expect(() => importable(fn, 'not a url')).toThrow(/import\.meta\.url as second argument/);
    // @ts-expect-error -- only functions and classes are exports that can be called
    expect(() => importable({}, import.meta.url)).toThrow(TypeError);
  });
});
