import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KeyError } from '../../src/builtins/index.js';
import { digestHeader, type DigestInput } from '../../src/requests/auth/digest-header.js';
import { parse_dict_header } from '../../src/requests/utils/index.js';

const table = readFileSync(new URL('../fixtures/digest-vectors.tsv', import.meta.url), 'utf8')
  .split('\n')
  .slice(2, -1)
  .map((line) => line.split('\t') as [string, string, string, string, string, string, string, string]);

const mufasa = {
  username: 'Mufasa',
  password: 'Circle Of Life',
  method: 'GET',
  uri: '/dir/index.html',
  nonceCount: 1,
  cnonce: '0a4f113b',
} satisfies Partial<DigestInput>;

function response(header: string | null): string | undefined {
  return /response="([^"]*)"/.exec(header ?? '')?.[1];
}

describe('digestHeader', () => {
  it('1.16: writes, byte for byte, what Python answers to a table of challenges', () => {
    expect(table.length).toBeGreaterThan(60);
    for (const [challenge, username, password, method, uri, nonceCount, cnonce, header] of table) {
      const written = digestHeader({
        username,
        password,
        method,
        uri,
        challenge: parse_dict_header(challenge.replace(/digest /i, '')),
        nonceCount: Number(nonceCount),
        cnonce,
      });
      expect(written ?? '-', challenge).toBe(header);
    }
  });

  it('1.16: without qop gives the vector of RFC 2069 as corrected', () => {
    const challenge = { realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093' };
    expect(digestHeader({ ...mufasa, challenge })).toBe(
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
        'uri="/dir/index.html", response="670fd8c2df070c60b045671b8b24ff02"',
    );
  });

  it('1.16: with qop=auth gives the vector of RFC 2617', () => {
    const challenge = {
      realm: 'testrealm@host.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      opaque: '5ccc069c403ebaf9f0171e9517f40e41',
      qop: 'auth,auth-int',
    };
    expect(response(digestHeader({ ...mufasa, challenge }))).toBe('6629fae49393a05397450978507c4ef1');
  });

  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('1.16: %s gives the vector of RFC 7616', (algorithm, expected) => {
    const header = digestHeader({
      ...mufasa,
      password: 'Circle of Life',
      cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      challenge: {
        realm: 'http-auth@example.org',
        nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
        qop: 'auth',
        opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
        algorithm,
      },
    });
    expect(response(header)).toBe(expected);
  });

  it('1.16: bytes are hashed as they are, and arrive as they are', () => {
    const challenge = { realm: 'r', nonce: 'n' };
    const ofText = digestHeader({ ...mufasa, username: 'ü', password: '€', challenge });
    const ofBytes = digestHeader({
      ...mufasa,
      username: Buffer.from('ü'),
      password: Buffer.from('€'),
      challenge,
    });
    expect(response(ofBytes)).toBe(response(ofText));
    expect(ofBytes).toContain('username="Ã¼"');
  });

  it('1.16: a challenge without realm or nonce is a KeyError', () => {
    expect(() => digestHeader({ ...mufasa, challenge: { nonce: 'n' } })).toThrow(KeyError);
    expect(() => digestHeader({ ...mufasa, challenge: { realm: 'r' } })).toThrow("'nonce'");
  });

  it('1.16: the name of an algorithm is no way into the prototype', () => {
    expect(
      digestHeader({ ...mufasa, challenge: { realm: 'r', nonce: 'n', algorithm: 'constructor' } }),
    ).toBeNull();
  });
});
