import { describe, expect, test } from 'vitest';
import { encode, PicklingError } from '../../src/pickle/index.js';
import { roundTrip } from '../helpers/round-trip.js';

const MEGABYTE = 2 ** 20;

describe('bytes', () => {
  test("a caller's bytes stay the caller's, whatever their size", () => {
    for (const size of [10, MEGABYTE]) {
      const given = [Buffer.alloc(size, 1), new Uint8Array(size).fill(2), new ArrayBuffer(size)] as const;
      const got = roundTrip(given);
      expect(given.map(({ byteLength }) => byteLength)).toEqual([size, size, size]);
      expect(got[0]).toBeInstanceOf(Buffer);
      expect(got[0].equals(given[0])).toBe(true);
      expect(got[0].subarray(0, 5)).toEqual(Buffer.alloc(5, 1));
      expect(Buffer.compare(got[1], given[1])).toBe(0);
      expect(got[2].byteLength).toBe(size);
    }
  });

  test('bytes that the sender gives up are moved and not copied', () => {
    const given = [Buffer.alloc(MEGABYTE, 1), new Float64Array(MEGABYTE), new ArrayBuffer(MEGABYTE)];
    const got = roundTrip({ given }, { owned: true }).given;
    expect(given.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0]);
    expect(got.map(({ byteLength }) => byteLength)).toEqual([MEGABYTE, 8 * MEGABYTE, MEGABYTE]);
  });

  test('a Buffer that shares its memory is copied, and only its own part of it', () => {
    const slab = Buffer.alloc(MEGABYTE, 7);
    const part = slab.subarray(100, 100 + MEGABYTE / 2);
    const pooled = Buffer.from('pooled');
    const view = new DataView(slab.buffer, 4, 8);
    const got = roundTrip({ part, pooled, view, ints: new Uint16Array(slab.buffer, 2, 3) }, { owned: true });
    expect(slab.byteLength).toBe(MEGABYTE);
    expect(got.part.equals(part)).toBe(true);
    expect(got.pooled.toString()).toBe('pooled');
    expect(got.pooled.buffer.byteLength).toBe(6);
    expect(got.view).toBeInstanceOf(DataView);
    expect(got.view.buffer.byteLength).toBe(8);
    expect(got.ints).toEqual(new Uint16Array([0x0707, 0x0707, 0x0707]));
  });

  test('memory that is shared between threads stays shared', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(MEGABYTE));
    const got = roundTrip([shared], { owned: true })[0];
    shared[5] = 9;
    expect(got?.[5]).toBe(9);
  });

  test('bytes that have been given up already are named', () => {
    const given = Buffer.alloc(MEGABYTE);
    encode(given, { owned: true });
    roundTrip(given, { owned: true });
    expect(() => encode({ given }, { name: 'result' })).toThrow(PicklingError);
    expect(() => encode({ given }, { name: 'result' })).toThrow(/result\.given.*given up/);
  });
});
