import { describe, expect, it, vi } from 'vitest';
import { LookupError } from '../../../src/builtins/index.js';
import { create_cookie, RequestsCookieJar } from '../../../src/requests/cookies/index.js';
import { CaseInsensitiveDict } from '../../../src/requests/structures/index.js';
/* eslint-disable @typescript-eslint/no-deprecated -- the deprecated are tested as long as they are there */
import {
  add_dict_to_cookiejar,
  cookiejar_from_dict,
  dict_from_cookiejar,
  get_encodings_from_content,
  get_unicode_from_response,
  stream_decode_response_unicode,
} from '../../../src/requests/utils/index.js';
import { noteWarnings } from '../../helpers/warnings.js';

async function decoded(
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  encoding: string | null,
): Promise<(string | Buffer)[]> {
  const pieces: (string | Buffer)[] = [];
  for await (const piece of stream_decode_response_unicode(chunks, { encoding })) pieces.push(piece);
  return pieces;
}

describe('1.12, 1.19: decoding pieces of text', () => {
  it('1.12: a character that is split between pieces stays whole', async () => {
    const bytes = Buffer.from('aé☃😀');
    const pieces = Array.from(bytes, (byte) => Buffer.of(byte));
    expect((await decoded(pieces, 'utf-8')).join('')).toBe('aé☃😀');
    expect(await decoded([Buffer.from('é', 'latin1')], 'ISO-8859-1')).toEqual(['é']);
  });

  it('1.12: what is incomplete at the end becomes U+FFFD', async () => {
    expect((await decoded([Buffer.from('a'), Buffer.of(0xf0, 0x9f)], 'utf-8')).join('')).toBe('a\ufffd');
  });

  it('1.12: without an encoding the bytes are given, and an unknown one is a LookupError', async () => {
    expect(await decoded([Buffer.from('a')], null)).toEqual([Buffer.from('a')]);
    await expect(decoded([Buffer.from('a')], 'no-such-charset')).rejects.toBeInstanceOf(LookupError);
  });

  it('1.12: pieces may come asynchronously', async () => {
    async function* source(): AsyncGenerator<Buffer> {
      yield Buffer.of(0xc3);
      await Promise.resolve();
      yield Buffer.of(0xa9);
    }
    expect(await decoded(source(), 'utf-8')).toEqual(['é']);
  });
});

describe('1.19: the deprecated', () => {
  it('1.19: get_unicode_from_response decodes by the headers, else as UTF-8', () => {
    const response = (
      content: Buffer | null,
      type?: string,
    ): Parameters<typeof get_unicode_from_response>[0] => ({
      content,
      headers: new CaseInsensitiveDict(type === undefined ? {} : { 'Content-Type': type }),
    });
    expect(get_unicode_from_response(response(Buffer.of(0xe9), 'text/html'))).toBe('é');
    expect(get_unicode_from_response(response(Buffer.from('é')))).toBe('é');
    expect(get_unicode_from_response(response(Buffer.of(0xff), 'text/html; charset=utf-8'))).toBe('\ufffd');
    expect(get_unicode_from_response(response(null))).toBeNull();
  });

  it.each([
    ['<meta charset="UTF-8">', ['UTF-8']],
    ['<meta http-equiv="Content-type" content="text/html;charset=UTF-8">', ['UTF-8']],
    ['<?xml version="1.0" charset="US-ASCII" encoding="UTF-8"?>', ['UTF-8']],
    ['<meta charset=utf-8><META CHARSET=x>', ['utf-8', 'x']],
    ['nothing', []],
  ])('1.19: get_encodings_from_content(%j) is %j', (content, encodings) => {
    expect(get_encodings_from_content(content)).toEqual(encodings);
  });

  it('1.19: each warns once', async () => {
    vi.resetModules();
    const fresh = await import('../../../src/requests/utils/index.js');
    // What earlier tests warned of is emitted before this.
    await new Promise((resolve) => setImmediate(resolve));
    const warnings = noteWarnings();
    for (let round = 0; round < 2; round++) {
      fresh.get_encodings_from_content('');
      fresh.get_unicode_from_response({ content: null, headers: new CaseInsensitiveDict() });
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.map(String)).toEqual([
      expect.stringMatching(/^DeprecationWarning: .*get_encodings_from_content will be removed/),
      expect.stringMatching(/^DeprecationWarning: .*get_unicode_from_response will be removed/),
    ]);
  });
});

describe('1.17, 1.19: cookie helpers', () => {
  it('1.19: a dictionary becomes a jar and the jar a dictionary', () => {
    const jar = cookiejar_from_dict({ a: '1', b: '2' });
    expect(dict_from_cookiejar(jar)).toEqual({ a: '1', b: '2' });
    expect(dict_from_cookiejar(new RequestsCookieJar())).toEqual({});
  });

  it('1.19: of several cookies with a name the last one is in the dictionary', () => {
    const jar = new RequestsCookieJar();
    jar.set_cookie(create_cookie('n', 'first', { domain: 'a.example' }));
    jar.set_cookie(create_cookie('n', 'second', { domain: 'b.example' }));
    expect(dict_from_cookiejar(jar)).toEqual({ n: 'second' });
  });

  it('1.19: a dictionary is added to a jar, which is given back', () => {
    const jar = cookiejar_from_dict({ a: '1' });
    expect(add_dict_to_cookiejar(jar, { a: '2', b: '3' })).toBe(jar);
    expect(dict_from_cookiejar(jar)).toEqual({ a: '2', b: '3' });
  });
});
