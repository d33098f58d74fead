import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cookiejar_from_dict,
  DefaultCookiePolicy,
  extract_cookies_to_jar,
  get_cookie_header,
  RequestsCookieJar,
} from '../../src/requests/cookies/index.js';
import { CaseInsensitiveDict } from '../../src/requests/structures/index.js';

function request(url: string): { url: string; headers: CaseInsensitiveDict } {
  return { url, headers: new CaseInsensitiveDict() };
}

const label = fc.constantFrom('a', 'b', 'www', 'x1', 'ab');
const host = fc.oneof(
  fc
    .tuple(fc.array(label, { maxLength: 3 }), fc.constantFrom('com', 'co.uk', 'github.io', 'local', 'test'))
    .map(([labels, suffix]) => [...labels, suffix].join('.')),
  fc.constantFrom('localhost', '127.0.0.1', '10.127.0.0', '[::1]', 'intranet'),
);
/** What a name or value may be: no semicolon, no surrounding space, and nothing that a header cannot hold. */
const text = fc
  .string({
    unit: fc.constantFrom(...Array.from('abcXYZ019 !#$%&\'()*+,-./:<>?@[]^_`{|}~"\\éÿ')),
    maxLength: 12,
  })
  .map((value) => value.trim());
const piece = fc.constantFrom(
  ...[
    'a',
    '=',
    '=',
    ';',
    ';',
    ' ',
    ',',
    '"',
    '\\',
    '\t',
    '\0',
    '\u007f',
    'é',
    '\ud800',
    '😀',
    '%',
    '%zz',
    '/',
    '.',
    '..',
    '-',
    '0',
    '99999999999999999999',
  ],
  ...[
    'Path',
    'Domain',
    'Max-Age',
    'Expires',
    'Secure',
    'Port',
    'Version',
    'Comment',
    'CommentURL',
    'Discard',
    '__proto__',
    'constructor',
  ],
  ...[
    'Wed, 09 Feb 2050 22:23:32 GMT',
    'Wed, 99 Xyz 0000 99:99:99',
    'x.com',
    '.x.com',
    '127.0.0.1',
    '[',
    '[::1]',
    'com',
  ],
);
const malformed = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));

/** The registrable part of a host, written out for the hosts above: what no cookie may ever leave. */
function site(name: string): string {
  if (/^[\d.]+$|^\[/.test(name)) return name;
  const labels = name.split('.');
  const suffix = /\.(?:co\.uk|github\.io)$/.test(`.${name}`) ? 2 : 1;
  return labels.slice(-suffix - 1).join('.');
}

describe('cookies, whatever they say', () => {
  it('1.17: no Set-Cookie line throws, and what it sets can be printed, copied and sent', () => {
    fc.assert(
      fc.property(fc.oneof(malformed, fc.string(), fc.string({ unit: 'binary' })), host, (line, name) => {
        const jar = new RequestsCookieJar();
        extract_cookies_to_jar(jar, request(`http://${name}/a/b`), [line, 'last=1']);
        expect(jar.get_dict(undefined, '/a')).toHaveProperty('last');
        for (const cookie of jar) expect(cookie.domain === '' || cookie.name === '').toBe(false);
        expect(jar.copy().items()).toEqual(jar.items());
        expect(String(jar)).toContain('last=1');
        expect(get_cookie_header(jar, request(`http://${name}/a/b`))).toContain('last=1');
      }),
      { seed: 6265, numRuns: 5000 },
    );
  });

  it('1.17: name and value come back to the server as it sent them', () => {
    fc.assert(
      fc.property(
        text.filter((name) => name !== '' && !name.includes('=')),
        text,
        host,
        fc.constantFrom('', '; Path=/', '; HttpOnly; SameSite=Lax', '; Max-Age=100'),
        (name, value, domain, attributes) => {
          const jar = new RequestsCookieJar();
          const url = `https://${domain}/`;
          extract_cookies_to_jar(jar, request(url), [`${name}=${value}${attributes}`]);
          const quoted = value.startsWith('"') && value.endsWith('"');
          const kept = quoted ? value.replaceAll('\\"', '') : value;
          expect(get_cookie_header(jar, request(url))).toBe(`${name}=${kept}`);
        },
      ),
      { seed: 6265, numRuns: 1000 },
    );
  });

  it('RFC 6265, 8.6: a cookie that a server sets never goes to another site', () => {
    const domain = fc.option(fc.tuple(fc.constantFrom('', '.'), host).map(([dot, name]) => dot + name));
    fc.assert(
      fc.property(host, domain, host, (setter, named, target) => {
        const jar = new RequestsCookieJar();
        const line = named === null ? 'a=1' : `a=1; Domain=${named}`;
        extract_cookies_to_jar(jar, request(`http://${setter}/`), [line]);
        if (get_cookie_header(jar, request(`http://${target}/`)) === null) return;
        expect(site(target)).toBe(site(setter));
        if (named === null) expect(target).toBe(setter);
      }),
      { seed: 6265, numRuns: 20_000 },
    );
  });

  it('1.17: a jar with many domains sends what the same jar with few domains sends', () => {
    const cookie = fc.tuple(
      fc.constantFrom('a', 'b', 'c'),
      fc.oneof(
        fc.constant(''),
        host,
        host.map((name) => `.${name}`),
      ),
      fc.constantFrom('/', '/p', '/p/q'),
    );
    fc.assert(
      fc.property(fc.array(cookie, { maxLength: 7 }), host, (cookies, target) => {
        const few = new RequestsCookieJar();
        const many = new RequestsCookieJar();
        for (let i = 0; i < 20; i++) many.set('filler', '1', { domain: `filler${i}.org` });
        for (const [name, domain, path] of cookies) {
          few.set(name, '1', { domain, path });
          many.set(name, '1', { domain, path });
        }
        const url = `http://${target}/p/q`;
        expect(get_cookie_header(many, request(url))).toBe(get_cookie_header(few, request(url)));
      }),
      { seed: 6265, numRuns: 2000 },
    );
  });

  it('1.17: what is set and removed leaves the count right and the jar empty in the end', () => {
    const name = fc.constantFrom('a', 'b');
    const domain = fc.constantFrom('', 'x.com', 'y.com');
    const path = fc.constantFrom('/', '/p');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), name, domain, path), { maxLength: 30 }), (commands) => {
        const jar = new RequestsCookieJar();
        const model = new Set<string>();
        for (const [set, ...key] of commands) {
          const [cookie, where, below] = key;
          jar.set(cookie, set ? 'v' : null, { domain: where, path: below });
          if (set) model.add(key.join(' '));
          else model.delete(key.join(' '));
        }
        expect(jar.length).toBe(model.size);
        expect(new Set(Array.from(jar, (c) => [c.name, c.domain, c.path].join(' ')))).toEqual(model);
        for (const key of ['a', 'b']) jar.delete(key);
        expect([...jar]).toEqual([]);
        expect(jar.length).toBe(0);
      }),
      { seed: 6265 },
    );
  });

  it('1.17: a policy without domains sends nothing, whatever the jar holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), text), host, (cookies, target) => {
        const jar = cookiejar_from_dict(cookies);
        jar.set_policy(new DefaultCookiePolicy({ allowed_domains: [] }));
        expect(get_cookie_header(jar, request(`https://${target}/`))).toBeNull();
      }),
      { seed: 6265 },
    );
  });
});
