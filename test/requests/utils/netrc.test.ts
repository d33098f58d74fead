import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { get_netrc_auth, NETRC_FILES, NetrcParseError } from '../../../src/requests/utils/index.js';
import { parseNetrc } from '../../../src/requests/environment/netrc.js';

function machines(text: string): Record<string, string[]> {
  return Object.fromEntries(
    Array.from(parseNetrc(text, 'F'), ([name, { login, account, password }]) => [
      name,
      [login, account, password],
    ]),
  );
}

describe('1.5: the netrc format', () => {
  it.each([
    ['machine h login u password p', { h: ['u', '', 'p'] }],
    ['machine h\n\tlogin u\n\tpassword p\n', { h: ['u', '', 'p'] }],
    ['machine h\r\n\tuser u\r\n\taccount a password p\r\n', { h: ['u', 'a', 'p'] }],
    ['default login d password e', { default: ['d', '', 'e'] }],
    ['machine h login u\nmachine i password p\n', { h: ['u', '', ''], i: ['', '', 'p'] }],
    ['machine h login a password b machine h login c', { h: ['c', '', ''] }],
    ['machine h login "a b" password "x\\"y\\\\z"', { h: ['a b', '', 'x"y\\z'] }],
    ['machine h login a\\ b password p\\"q', { h: ['a b', '', 'p"q'] }],
    ['machine h login "" password p', { h: ['', '', 'p'] }],
    ['machine h login #x password #y', { h: ['#x', '', '#y'] }],
    ['machine h login machine password default', { h: ['machine', '', 'default'] }],
    ['# a comment\nmachine h login u # another\n  password p #c\n#last', { h: ['u', '', 'p'] }],
    ['#c\nmachine h login u #d\npassword p', { h: ['u', '', 'p'] }],
    ['machine h login é password ü😀', { h: ['é', '', 'ü😀'] }],
    ['macdef m\ncd x\nput y\n\nmachine h login a password b', { h: ['a', '', 'b'] }],
    [
      'machine h login a password b\nmacdef init\nmachine not\n\nmachine i login c',
      { h: ['a', '', 'b'], i: ['c', '', ''] },
    ],
    ['machine h', { h: ['', '', ''] }],
    ['', {}],
    ['\n \t\n', {}],
    ['machine h login "never closed', { h: ['never closed', '', ''] }],
  ])('1.5: %j', (text, entries) => {
    expect(machines(text)).toEqual(entries);
  });

  it.each([
    ['nonsense', 'bad toplevel token (F, line 1)'],
    ['machine h\nlogin u\ns3cret p', 'bad follower token (F, line 3)'],
    ['machine', "missing 'machine' name (F, line 1)"],
    ['macdef m\ncd x\n', 'Macro definition missing null line terminator. (F, line 3)'],
  ])('1.5: %j is a NetrcParseError: %s', (text, message) => {
    expect(() => parseNetrc(text, 'F')).toThrow(NetrcParseError);
    expect(() => parseNetrc(text, 'F')).toThrow(message);
  });

  it('property: what is quoted is read as it was, and any text is read or a NetrcParseError', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1 });
    const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
    fc.assert(
      fc.property(value, value, value, fc.string(), (host, login, password, noise) => {
        const text = `machine ${quoted(host)} login ${quoted(login)} password ${quoted(password)}`;
        const expected = {
          [host.replaceAll('\r\n', '\n')]: [login, '', password].map((part) => part.replaceAll('\r\n', '\n')),
        };
        expect(machines(text)).toEqual(expected);
        try {
          parseNetrc(`machine h login ${noise}`, 'F');
        } catch (error) {
          expect(error).toBeInstanceOf(NetrcParseError);
        }
      }),
      { seed: 20260129, numRuns: 1000 },
    );
  });
});

describe('1.5: credentials from netrc', () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'netrc-'));
    file = join(directory, 'netrc');
    vi.stubEnv('NETRC', file);
  });

  afterEach(() => {
    vi.useRealTimers();
    rmSync(directory, { recursive: true });
  });

  it('1.5: are those of exactly this host, else those of default', () => {
    writeFileSync(file, 'machine example.com login u password p\ndefault login d password e\n');
    expect(get_netrc_auth('http://example.com/x')).toEqual(['u', 'p']);
    expect(get_netrc_auth('https://EXAMPLE.com:8443')).toEqual(['u', 'p']);
    expect(get_netrc_auth('http://other:x@example.com')).toEqual(['u', 'p']);
    expect(get_netrc_auth(Buffer.from('http://example.com/é'))).toEqual(['u', 'p']);
    expect(get_netrc_auth('http://www.example.com/')).toEqual(['d', 'e']);
    expect(get_netrc_auth('http://example.com:pw@other/')).toEqual(['d', 'e']);
  });

  it('1.5: are null for another host, for a URL without one and for one that cannot be parsed', () => {
    writeFileSync(file, 'machine example.com login u password p');
    expect(get_netrc_auth('http://other/')).toBeNull();
    expect(get_netrc_auth('mailto:x')).toBeNull();
    expect(get_netrc_auth('http://[::1')).toBeNull();
  });

  it('1.5: an entry that says nothing is ignored; an account stands in for a login', () => {
    writeFileSync(file, 'machine a\nmachine b account acc\nmachine c password p\nmachine d login l');
    expect(['a', 'b', 'c', 'd'].map((host) => get_netrc_auth(`http://${host}/`))).toEqual([
      null,
      ['acc', ''],
      ['', 'p'],
      ['l', ''],
    ]);
  });

  it('1.5: a file that is absent, bad or a directory is ignored, unless errors are asked for', () => {
    expect(get_netrc_auth('http://h/')).toBeNull();
    expect(get_netrc_auth('http://h/', { raise_errors: true }), 'absent').toBeNull();
    const bad = join(directory, 'bad');
    writeFileSync(bad, 'nonsense');
    vi.stubEnv('NETRC', bad);
    expect(get_netrc_auth('http://h/')).toBeNull();
    expect(() => get_netrc_auth('http://h/', true)).toThrow(NetrcParseError);
    vi.stubEnv('NETRC', directory);
    expect(get_netrc_auth('http://h/')).toBeNull();
    expect(() => get_netrc_auth('http://h/', { raise_errors: true })).toThrow('EISDIR');
  });

  it('1.5: a file that is not UTF-8 is read as Latin-1', () => {
    writeFileSync(file, Buffer.from('machine h login \xe9 password p', 'latin1'));
    expect(get_netrc_auth('http://h/')).toEqual(['é', 'p']);
  });

  it('1.5: there are none for a user whose home is unknown, as in a container', () => {
    const { homedir } = os;
    vi.stubEnv('NETRC', undefined);
    try {
      os.homedir = () => {
        throw new Error('uv_os_homedir returned ENOENT');
      };
      syncBuiltinESMExports();
      expect(get_netrc_auth('http://h/', { raise_errors: true })).toBeNull();
      vi.stubEnv('NETRC', '~/netrc');
      expect(get_netrc_auth('http://h/')).toBeNull();
    } finally {
      os.homedir = homedir;
      syncBuiltinESMExports();
    }
  });

  it('1.5: without $NETRC it is ~/.netrc, else ~/_netrc', () => {
    vi.stubEnv('NETRC', undefined);
    vi.stubEnv('HOME', directory);
    writeFileSync(join(directory, '_netrc'), 'machine h login second password p');
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.advanceTimersByTime(2000);
    expect(get_netrc_auth('http://h/')).toEqual(['second', 'p']);
    writeFileSync(join(directory, '.netrc'), 'machine h login first password p');
    vi.advanceTimersByTime(2000);
    expect(get_netrc_auth('http://h/')).toEqual(['first', 'p']);
    expect(NETRC_FILES).toEqual(['.netrc', '_netrc']);
  });

  it('1.5: a ~ in $NETRC is the home directory, and an empty $NETRC is no file', () => {
    vi.stubEnv('HOME', directory);
    writeFileSync(file, 'machine h login u password p');
    vi.stubEnv('NETRC', '~/netrc');
    expect(get_netrc_auth('http://h/')).toEqual(['u', 'p']);
    vi.stubEnv('NETRC', '');
    expect(get_netrc_auth('http://h/')).toBeNull();
  });

  it('the file is looked at again after a second, and read again when it changed', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    writeFileSync(file, 'machine h login old password p');
    expect(get_netrc_auth('http://h/')).toEqual(['old', 'p']);
    writeFileSync(file, 'machine h login newer password p');
    expect(get_netrc_auth('http://h/'), 'within the second').toEqual(['old', 'p']);
    vi.advanceTimersByTime(1500);
    expect(get_netrc_auth('http://h/'), 'after it').toEqual(['newer', 'p']);
    const { atime, mtime } = statSync(file);
    writeFileSync(file, 'machine h login NEWER password p');
    utimesSync(file, atime, new Date(mtime.getTime() + 5000));
    vi.advanceTimersByTime(1500);
    expect(get_netrc_auth('http://h/'), 'the same size').toEqual(['NEWER', 'p']);
    rmSync(file);
    vi.advanceTimersByTime(1500);
    expect(get_netrc_auth('http://h/'), 'removed').toBeNull();
    mkdirSync(file);
    vi.advanceTimersByTime(1500);
    expect(get_netrc_auth('http://h/'), 'a directory now').toBeNull();
  });

  it('an unknown option is a TypeError that names it', () => {
    // @ts-expect-error -- get_netrc_auth has no such option
    expect(() => get_netrc_auth('http://h/', { raises: true })).toThrow(
      "unexpected keyword argument 'raises'",
    );
  });
});
