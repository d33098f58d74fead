import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { codes } from '../../src/requests/status-codes.js';
import { LookupDict } from '../../src/requests/structures/index.js';

describe('codes', () => {
  it('1.18: names are found in lower and upper case, pictures as they are', () => {
    expect(codes.ok).toBe(200);
    expect(codes.OK).toBe(200);
    expect(codes['all_good']).toBe(200);
    expect(codes['\\o/']).toBe(200);
    expect(codes['✓']).toBe(200);
    expect(codes['/o\\']).toBe(500);
    expect(codes['-O-']).toBe(404);
    expect(codes['EARLY-HINTS']).toBe(102);
    expect(codes.TEAPOT).toBe(418);
    expect(codes.NETWORK_AUTHENTICATION).toBe(511);
  });

  it('1.18: of a name that two statuses share, the later one counts', () => {
    expect(codes.uri_too_long).toBe(414);
    expect(codes.request_uri_too_long).toBe(122);
    expect(codes.precondition).toBe(428);
    expect(codes.precondition_failed).toBe(412);
  });

  it('1.18: there are as many names as in Python, and numbers are not among them', () => {
    expect(Object.keys(codes)).toHaveLength(243);
    expect('200' in codes).toBe(false);
  });

  it('3.32: an unknown name is undefined by bracket, null or the default by get', () => {
    expect((codes as unknown as Record<string, unknown>)['nope']).toBeUndefined();
    expect(codes.get('nope')).toBeNull();
    expect(codes.get('toString')).toBeNull();
    expect(codes.get('nope', 7)).toBe(7);
    expect(codes.get('not_found')).toBe(404);
  });

  it('1.18: it prints as a lookup', () => {
    expect(String(codes)).toBe("<lookup 'status_codes'>");
    expect(inspect(codes)).toBe("<lookup 'status_codes'>");
  });
});

describe('LookupDict', () => {
  it('1.18: names can be set and read, and its own name is not listed', () => {
    const dict = new LookupDict<number>('things');
    dict['one'] = 1;
    expect(dict['one']).toBe(1);
    expect(dict['two']).toBeUndefined();
    expect(dict.get('two')).toBeNull();
    expect(dict.name).toBe('things');
    expect(Object.keys(dict)).toEqual(['one']);
    expect(dict).toBeInstanceOf(LookupDict);
    expect(String(new LookupDict())).toBe("<lookup 'None'>");
  });
});
