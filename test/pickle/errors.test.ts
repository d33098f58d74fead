import { describe, expect, test } from 'vitest';
import { KeyError, OSError, TimeoutError, ValueError } from '../../src/builtins/index.js';
import { importable } from '../../src/pickle/index.js';
import { roundTrip } from '../helpers/round-trip.js';

class AppError extends ValueError {
  constructor(
    readonly code: number,
    readonly details: object,
  ) {
    super(`code ${code}`);
    if (new.target === AppError) constructed += 1;
  }
}
let constructed = 0;
importable(AppError, import.meta.url);

describe('errors', () => {
  test('132: class, message, stack, own fields and cause arrive', () => {
    const error = Object.assign(new AppError(7, { at: [new Date(0)] }), { extra: new KeyError('k') });
    error.cause = new TimeoutError('late', { cause: 'text' });
    const before = constructed;
    const got = roundTrip(error);
    expect(got).toBeInstanceOf(AppError);
    expect(got).toBeInstanceOf(RangeError);
    expect(constructed).toBe(before);
    expect(got.message).toBe('code 7');
    expect(got.stack).toBe(error.stack);
    expect([got.code, got.details, got.extra.message]).toEqual([7, { at: [new Date(0)] }, 'k']);
    expect(got.cause).toBeInstanceOf(TimeoutError);
    expect(got.cause).toBeInstanceOf(OSError);
    expect((got.cause as Error).cause).toBe('text');
    expect(Object.keys(got)).toEqual(Object.keys(error));
  });

  test('the built-in classes, AggregateError and DOMException among them', () => {
    const all = [
      new TypeError('t'),
      new AggregateError([new SyntaxError('s'), 1], 'a'),
      new DOMException('d', 'AbortError'),
    ];
    const [type, aggregate, dom] = roundTrip(all) as [TypeError, AggregateError, DOMException];
    expect(type).toBeInstanceOf(TypeError);
    expect(aggregate.errors[0]).toBeInstanceOf(SyntaxError);
    expect(aggregate.errors[1]).toBe(1);
    expect(dom).toBeInstanceOf(DOMException);
    expect([dom.name, dom.message, dom.code]).toEqual(['AbortError', 'd', 20]);
  });

  test("a system error keeps its code, a class of Node's own becomes the built-in one it derives from", () => {
    let thrown: unknown;
    try {
      new URL('::');
    } catch (error) {
      thrown = error;
    }
    const got = roundTrip(thrown) as TypeError & { code: string };
    expect(got).toBeInstanceOf(TypeError);
    expect([got.name, got.code]).toEqual(['TypeError', 'ERR_INVALID_URL']);
  });

  test('a class that is unknown elsewhere arrives as its nearest known ancestor, under its own name', () => {
    class Lost extends KeyError {}
    class Nameless extends Error {}
    const [got, nameless] = roundTrip([new Lost('x'), new Nameless('y')] as const);
    expect(Object.getPrototypeOf(got)).toBe(KeyError.prototype);
    expect(got.name).toBe('KeyError');
    expect(nameless.name).toBe('Nameless');
    expect(String(nameless)).toBe('Nameless: y');
  });

  test('a field that cannot cross is left behind, and the bytes in it stay where they are', () => {
    const bytes = new Uint8Array(100_000);
    const error = Object.assign(new Error('x'), {
      bad: { bytes, nested: [new Error('inner'), () => 1] },
      good: [new KeyError('g')],
      socket: new WeakMap(),
    });
    const got = roundTrip([error, 'after'] as const, { owned: true });
    expect(Object.keys(got[0])).toEqual(['good']);
    expect(got[0].good[0]).toBeInstanceOf(KeyError);
    expect(got[1]).toBe('after');
    expect(bytes.byteLength).toBe(100_000);
  });
});
